"""Decode the forms in which a word may contain a value: escapes per character, base64, hex, wide characters.

Every part of a word that could be encoded is decoded, and each character of the result keeps its position in the word.
The time grows with the text alone, however many values are known.
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
#: a text without any of these contains no escapes
_SIGNS = ("%", "\\x", "\\u", "\\U", "\\0", "\\1", "&", "\0")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
#: hex and base64 of ASCII: the digits that are possible for bytes below 0x80
_HEX_OF_ASCII = expression(r"(?:[2-7][0-9A-Fa-f](?:00)?){8}")
_GROUP_OF_ASCII = "[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
_BASE64_OF_ASCII = expression(rf"(?:{_GROUP_OF_ASCII}){{4}}")
_HEX = expression(r"[0-9A-Fa-f]{16,}")
_BASE64 = expression(r"[A-Za-z0-9+/_-]{12,}")
_STANDARD = str.maketrans("-_", "+/")


class EncodedForm(NamedTuple):
    """The decoded text of a part of a word, with the start and end of each character in the word."""

    text: str
    starts: list[int]
    ends: list[int]


class EncodedForms:
    """Finds the encoded forms in words; most texts have none."""

    def __init__(self, words: str) -> None:
        """``words`` are all words to examine, joined to one text."""
        self._coded = _may_be_coded(words)
        self._hex = _HEX_OF_ASCII.search(words) is not None
        self._base64 = _BASE64_OF_ASCII.search(words) is not None

    def __bool__(self) -> bool:
        return self._coded or self._hex or self._base64

    def of(self, word: str) -> Iterator[EncodedForm]:
        """Yield the decoded forms of the word or parts of it."""
        if self._coded and _may_be_coded(word):
            yield from filter(None, [_decoded(word)])
        if self._hex and _HEX_OF_ASCII.search(word):
            yield from _from_hex(word)
        if self._base64 and _BASE64_OF_ASCII.search(word):
            yield from _from_base64(word)


def _may_be_coded(text: str) -> bool:
    return any(sign in text for sign in _SIGNS)


def _decoded(word: str) -> EncodedForm | None:
    """Return the word with its escapes decoded; None if it has none."""
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
            # a single character after complete groups encodes no byte
            piece = piece[: len(piece) - (len(piece) % 4 == 1)]
            data = binascii.a2b_base64(piece + "=" * (-len(piece) % 4))
            first = run.start() + shift
            starts = [first + place * 8 // 6 for place in range(len(data))]
            ends = [first + -(-(place + 1) * 8 // 6) for place in range(len(data))]
            yield _narrow(data, starts, ends)


def _narrow(data: bytes, starts: range | list[int], ends: range | list[int]) -> EncodedForm:
    """Return bytes as characters, without the NULs of wide ones."""
    if data.count(0) * 3 <= len(data):
        return EncodedForm(data.decode("latin-1"), list(starts), list(ends))
    kept = [place for place, byte in enumerate(data) if byte]
    return EncodedForm(
        "".join(chr(data[place]) for place in kept), [starts[at] for at in kept], [ends[at] for at in kept]
    )
