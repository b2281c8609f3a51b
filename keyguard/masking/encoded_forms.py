"""Forms in which a value may stand in a word: escaped character by character, in base64, in hex, in wide characters.

Each is undone where it could be one, and it is kept where each character of the result has come from. All of it takes
time that grows with the text alone, however many values are known.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

#: ``%5F``, ``\\x5f``, ``\\u005f``, ``\\u{5f}``, ``\\137``, ``&#95;``, ``&#x5f;``; NUL is half a wide character
_CODED = expression(
    r"(?:%|\\x|\\u00|\\u\{|&#[xX])([0-9A-Fa-f]{2})[};]?|\\U000000([0-9A-Fa-f]{2})|\\([0-7]{3})|&#([0-9]{2,3});?"
    r"|&(amp|lt|gt|quot|apos);|\x00|\\(?=[^\w\\])"
)
#: without one of these in it, nothing is
_SIGNS = ("%", "\\x", "\\u", "\\U", "\\0", "\\1", "&", "\0")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
#: hex and base64 of ASCII: what a byte below 0x80 leaves of the digits that can stand in its place
_HEX_OF_ASCII = expression(r"(?:[2-7][0-9A-Fa-f](?:00)?){8}")
_GROUP_OF_ASCII = "[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
_BASE64_OF_ASCII = expression(rf"(?:{_GROUP_OF_ASCII}){{4}}")
_HEX = expression(r"[0-9A-Fa-f]{16,}")
_BASE64 = expression(r"[A-Za-z0-9+/_-]{12,}")
_STANDARD = str.maketrans("-_", "+/")


class EncodedForm(NamedTuple):
    """A text that a part of a word stands for, and where in the word each character of it begins and ends."""

    text: str
    starts: list[int]
    ends: list[int]


class EncodedForms:
    """Which forms can be in some words at all; most texts have none of them."""

    def __init__(self, words: str) -> None:
        """``words``: all that are looked at, in one text."""
        self._coded = _may_be_coded(words)
        self._hex = _HEX_OF_ASCII.search(words) is not None
        self._base64 = _BASE64_OF_ASCII.search(words) is not None

    def __bool__(self) -> bool:
        return self._coded or self._hex or self._base64

    def of(self, word: str) -> Iterator[EncodedForm]:
        """What the word or parts of it stand for."""
        if self._coded and _may_be_coded(word):
            yield from filter(None, [_decoded(word)])
        if self._hex and _HEX_OF_ASCII.search(word):
            yield from _from_hex(word)
        if self._base64 and _BASE64_OF_ASCII.search(word):
            yield from _from_base64(word)


def _may_be_coded(text: str) -> bool:
    return any(sign in text for sign in _SIGNS)


def _decoded(word: str) -> EncodedForm | None:
    """The word with what is written in codes as the characters that they are; None where nothing is."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for found in _CODED.finditer(word):
        chars += word[at : found.start()]
        starts += range(at, found.start())
        ends += range(at + 1, found.start() + 1)
        at = found.end()
        char = _character(found)
        if char and char != "\0":
            chars.append(char)
            starts.append(found.start())
            ends.append(at)
    if not at:
        return None
    chars += word[at:]
    starts += range(at, len(word))
    ends += range(at + 1, len(word) + 1)
    return EncodedForm("".join(chars), starts, ends)


def _character(found: re.Match[str]) -> str:
    in_hex, wide, octal, decimal, named = found.groups()
    if in_hex or wide:
        return chr(int(in_hex or wide, 16))
    if octal:
        return chr(int(octal, 8))
    return chr(int(decimal)) if decimal else _NAMED.get(named, "")


def _from_hex(word: str) -> Iterator[EncodedForm]:
    for run in _HEX.finditer(word):
        for begin in (run.start(), run.start() + 1):
            count = (run.end() - begin) // 2
            data = bytes.fromhex(word[begin : begin + 2 * count])
            yield _narrow(data, range(begin, begin + 2 * count, 2), range(begin + 2, begin + 2 * count + 1, 2))


def _from_base64(word: str) -> Iterator[EncodedForm]:
    for run in _BASE64.finditer(word):
        text = run[0].translate(_STANDARD)
        for shift in range(4):
            piece = text[shift:]
            # one character more than whole bytes says nothing
            piece = piece[: len(piece) - (len(piece) % 4 == 1)]
            data = binascii.a2b_base64(piece + "=" * (-len(piece) % 4))
            first = run.start() + shift
            starts = [first + place * 8 // 6 for place in range(len(data))]
            ends = [first + -(-(place + 1) * 8 // 6) for place in range(len(data))]
            yield _narrow(data, starts, ends)


def _narrow(data: bytes, starts: range | list[int], ends: range | list[int]) -> EncodedForm:
    """Bytes as characters; of those that are wide, without their NULs."""
    if data.count(0) * 3 <= len(data):
        return EncodedForm(data.decode("latin-1"), list(starts), list(ends))
    kept = [place for place, byte in enumerate(data) if byte]
    return EncodedForm(
        "".join(chr(data[place]) for place in kept), [starts[at] for at in kept], [ends[at] for at in kept]
    )
