"""All the ways in which a text can be written that keyguard undoes, each as a function of bytes."""

from __future__ import annotations

import base64
import gzip
import html
import json
import quopri
import urllib.parse
import zlib
from collections.abc import Callable

Encoding = Callable[[bytes], bytes]


def wrapped(width: int, end: bytes) -> Encoding:
    """Base64 in lines of that width."""

    def written(text: bytes) -> bytes:
        whole = base64.b64encode(text)
        return end.join(whole[at : at + width] for at in range(0, len(whole), width))

    return written


def each(form: str) -> Encoding:
    """Every byte as a code."""
    return lambda text: "".join(form.format(byte) for byte in text).encode()


def in_url(text: bytes) -> bytes:
    """Percent-encoding of what a component of a URL cannot contain."""
    return urllib.parse.quote_from_bytes(text, safe="").encode()


def in_json(text: bytes) -> bytes:
    """JSON in JSON."""
    return json.dumps(json.dumps({"value": text.decode()})).encode()


def in_cautious_json(text: bytes) -> bytes:
    """JSON that is safe in HTML."""
    found = json.dumps({"value": text.decode()}).encode()
    return found.replace(b"/", b"\\/").replace(b"+", b"\\u002b").replace(b"=", b"\\u003d")


ENCODINGS: dict[str, Encoding] = {
    "base64": base64.b64encode,
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text).rstrip(b"="),
    "base64 in JSON": lambda text: base64.b64encode(text).replace(b"/", b"\\/"),
    "base64 in a URL": lambda text: in_url(base64.b64encode(text)),
    "lines of 76": wrapped(76, b"\n"),
    "lines of 64": wrapped(64, b"\n"),
    "indented lines": wrapped(64, b"\n    "),
    "lines in a string": wrapped(76, b"\\n"),
    "hex": lambda text: text.hex().encode(),
    "HEX": lambda text: text.hex().upper().encode(),
    "percent": each("%{:02X}"),
    "percent, small": each("%{:02x}"),
    "percent, special": in_url,
    "percent, twice": lambda text: in_url(in_url(text)),
    "percent, all twice": lambda text: in_url(each("%{:02X}")(text)),
    "u": each("\\u{:04x}"),
    "u in braces": each("\\u{{{:x}}}"),
    "x": each("\\x{:02x}"),
    "octal": each("\\{:03o}"),
    "HTML": each("&#{:d};"),
    "HTML, hex": each("&#x{:X};"),
    "HTML, special": lambda text: html.escape(text.decode()).encode(),
    "HTML, twice": lambda text: html.escape(each("&#{:d};")(text).decode()).encode(),
    "quoted-printable": each("={:02X}"),
    "quoted-printable, special": quopri.encodestring,
    "JSON in JSON": in_json,
    "cautious JSON": in_cautious_json,
    "gzip": lambda text: base64.b64encode(gzip.compress(text, mtime=0)),
    "deflate": lambda text: base64.b64encode(zlib.compress(text)),
    "UTF-16": lambda text: base64.b64encode(text.decode().encode("utf-16-le")),
}
#: inner encodings whose result is text without lines, and so can be encoded by any other
OUTER = (
    "base64",
    "base64 for URLs",
    "lines of 76",
    "hex",
    "percent",
    "u",
    "x",
    "HTML",
    "JSON in JSON",
    "gzip",
    "deflate",
)
