"""Keys in encodings and put together from pieces: the texts that hold them, and where in these they begin."""

from __future__ import annotations

import base64
import quopri
from typing import NamedTuple

from tests.helpers.encodings import ENCODINGS
from tests.joining.splits import Split

JOINED = "pieces that are joined"
#: encoding -> what a report calls it, from the outermost way on
CALLED = {
    **dict.fromkeys((name for name in ENCODINGS if name.startswith(("base64", "lines", "indented"))), ("base64",)),
    **dict.fromkeys(("hex", "HEX"), ("hex",)),
    **dict.fromkeys((name for name in ENCODINGS if name.startswith("percent")), ("percent-encoding",)),
    **dict.fromkeys(("percent, twice", "percent, all twice"), ("percent-encoding", "percent-encoding")),
    **dict.fromkeys(("u", "u in braces", "x", "octal", "JSON in JSON", "cautious JSON"), ("backslash escapes",)),
    **dict.fromkeys(("HTML", "HTML, hex", "HTML, special"), ("HTML escapes",)),
    "HTML, twice": ("HTML escapes", "HTML escapes"),
    **dict.fromkeys((name for name in ENCODINGS if name.startswith("quoted")), ("quoted-printable",)),
    "gzip": ("base64", "gzip"),
    "deflate": ("base64", "deflate"),
    "UTF-16": ("base64", "UTF-16"),
}
#: encodings whose result can be cut anywhere between the quotes of a literal, and those that need no quotes
_CODES = {"u": 6, "x": 4, "octal": 4, "percent": 3, "percent, small": 3, "HTML": 0, "HTML, hex": 0}
_PLAIN = ("base64", "base64 for URLs", "hex", "HEX", "gzip", "deflate", "UTF-16")
#: ways to put a text together that need no quotes, or in which a percent sign has a meaning
_UNQUOTED = ("shell", "dockerfile", "yaml")
_FILES = {
    "python": "py",
    "javascript": "js",
    "typescript": "ts",
    "java": "java",
    "c#": "cs",
    "c": "c",
    "c++": "cpp",
    "php": "php",
    "go": "go",
    "ruby": "rb",
    "rust": "rs",
    "kotlin": "kt",
    "swift": "swift",
    "lua": "lua",
    "basic": "vb",
    "sql": "sql",
    "powershell": "ps1",
    "shell": "sh",
    "dockerfile": "dockerfile",
    "yaml": "yaml",
    "elixir": "ex",
    "r": "r",
}


class Text(NamedTuple):
    """A text with a key in it."""

    data: bytes
    at: int
    """Where what the key is written in begins."""
    way: tuple[str, ...] = ()


def in_base64(at: int, name: str, text: bytes) -> int:
    """Where the byte at an offset begins in base64: the character that holds its first bits."""
    index = at * 8 // 6
    whole = base64.urlsafe_b64encode(text) if name == "base64 for URLs" else base64.b64encode(text)
    if name == "base64 in JSON":
        return len(whole[:index].replace(b"/", b"\\/"))
    if name == "base64 in a URL":
        return len(ENCODINGS["percent, special"](whole[:index]))
    width, end = {
        "lines of 76": (76, 1),
        "lines of 64": (64, 1),
        "indented lines": (64, 5),
        "lines in a string": (76, 2),
    }.get(name, (len(whole) + 1, 0))
    return index + index // width * end


def written_at(name: str, text: bytes, at: int) -> int:
    """Where what stands at an offset of a text begins in an encoding of it."""
    if name in ("gzip", "deflate"):
        return 0
    if name == "UTF-16":
        return in_base64(2 * at, name, text.decode().encode("utf-16-le"))
    if CALLED[name] == ("base64",):
        return in_base64(at, name, text)
    if name in ("hex", "HEX"):
        return 2 * at
    if name == "quoted-printable, special":
        return len(quopri.encodestring(text[:at] + b"x")) - 1
    if name.endswith("JSON"):
        return len(ENCODINGS[name](text[:at])) - len(ENCODINGS[name](b"")) + ENCODINGS[name](b"@").index(b"@")
    return len(ENCODINGS[name](text[:at]))


def encoded(text: Text, name: str, secret: bytes) -> Text:
    """A text in an encoding."""
    data = ENCODINGS[name](text.data)
    if secret in data:
        way: tuple[str, ...] = ()
    else:
        way = text.way if text.way and text.data.strip() in data else (*CALLED[name], *text.way)
    return Text(data, written_at(name, text.data, text.at), way)


def split(text: Text, way: Split, cuts: tuple[int, int]) -> Text:
    """A source that puts a text together from three pieces, of which the first one is whole up to the key."""
    value = text.data.decode()
    pieces = value[: cuts[0]], value[cuts[0] : cuts[1]], value[cuts[1] :]
    source = f"first line\n{way.write(*pieces)}"
    number = sum(text.at >= cut for cut in cuts)
    offset = text.at - (0, *cuts)[number]
    return Text(source.encode(), source.index(pieces[number]) + offset, (JOINED, *text.way))


def can_be_cut(name: str, way: Split) -> bool:
    """Whether what an encoding makes of a key can be put together in that way."""
    if name in _PLAIN:
        return True
    language = way.name.partition(",")[0]
    return name in _CODES and language not in _UNQUOTED and "format" not in way.name


def between_codes(data: bytes, name: str) -> list[int]:
    """Where an encoded key can be cut: nowhere within a code."""
    width = _CODES.get(name, 1)
    if width:
        return [*range(width, len(data), width)]
    return [end + 1 for end, byte in enumerate(data[:-1]) if byte == 0x3B]


def ending(way: Split | None) -> str:
    """The ending of a file of that language."""
    return _FILES[way.name.partition(",")[0]] if way else "txt"


def place(data: bytes, at: int) -> tuple[int, int]:
    """Line and column of an offset."""
    line = data.count(b"\n", 0, at)
    start = data.rfind(b"\n", 0, at) + 1
    return line + 1, len(data[start:at].decode("utf-8", "replace")) + 1
