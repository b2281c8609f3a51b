"""What encoded values stand for: base64 of ``user:password``, of a password, of a key file; URLs with a password."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.credential_files.syntax.entry import text_of
from keyguard.support.regex import expression

_PERCENT = expression(rb"%([0-9A-Fa-f]{2})")
_URL = expression(rb"[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<user>[^\s/:@\"'<>]{0,200}):(?P<password>[^\s/@\"'<>]{1,500})@")
_KEY = expression(rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----")


class Credential(NamedTuple):
    """What an encoded value stands for."""

    user: str
    secret: str
    part: str = ""
    """The part of the value, as it is written, that contains the secret; empty if all of it does."""


class Password(NamedTuple):
    """A password in a URL."""

    user: str
    value: str
    """Without percent-encoding."""
    start: int
    end: int


def from_base64(text: str) -> bytes | None:
    """Return the decoded bytes, None if a text is no base64; padding may be missing, lines be broken."""
    packed = "".join(text.split())
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def text_from_base64(text: str) -> str | None:
    """Return the decoded text, None if it is no base64 or no printable text."""
    raw = from_base64(text)
    try:
        decoded = raw.decode() if raw else ""
    except UnicodeDecodeError:
        return None
    return decoded.rstrip("\n") if decoded.rstrip("\n").isprintable() and decoded.strip() else None


def basic(text: str) -> Credential | None:
    """Return what base64 of ``user:password`` stands for; None if it is none."""
    user, sign, password = (text_from_base64(text) or "").partition(":")
    return Credential(user, password) if sign and password else None


def plain(text: str) -> Credential | None:
    """Return the password that is written in base64; None if it is not base64 of text."""
    password = text_from_base64(text)
    return Credential("", password) if password else None


def private_key(text: str) -> Credential | None:
    """Return the private key that is written in base64; None if it is none."""
    raw = from_base64(text)
    return Credential("", text) if raw and _KEY.search(raw, 0, 4096) and b"-----END" in raw else None


def passwords_in_urls(data: bytes, start: int, end: int) -> Iterator[Password]:
    """Yield the passwords of the URLs in a part of a text."""
    for found in _URL.finditer(data, start, end):
        user, value = (_PERCENT.sub(lambda code: bytes.fromhex(code[1].decode()), part) for part in found.groups())
        yield Password(text_of(user), text_of(value), *found.span("password"))


def plain_or_encoded(text: str) -> Credential:
    """Return the password that a text is, or that it is in base64."""
    return plain(text) or Credential("", text)
