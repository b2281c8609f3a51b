"""Find the run of characters of one alphabet around a place: over several lines, and with signs written as codes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from keyguard.decoding.derived_text import DerivedText, Piece
from keyguard.support.regex import expression

#: bytes of a run that are read on either side of a place: less than the margin of a page; most runs are shorter
_REACH, _NEAR = 32 << 10, 512
#: characters of a line that may be continued on the next one, and the least on that
_LINE, _NEXT = 32, 2
#: signs of base64 that are written as codes
_CODE = rb"%2[BbFf]|\\/|\\u002[BbFf]|&#4[37];|&#[xX]2[BbFf];"
_CODES = expression(_CODE)
#: what these begin with
_SIGNS = b"%", b"\\", b"&"
#: the end of a line, as it is, as an escape or as in quoted-printable, before another line of the same run; and the
#: same backwards
_BREAK = expression(rb"(?:\\r)?\\n|=?\r?\n[ \t]{0,64}")
_BREAK_BACKWARDS = expression(rb"n\\(?:r\\)?|[ \t]{0,64}\n\r?=?")


class Alphabet(NamedTuple):
    """The characters of an encoding, as expressions for a stretch in one line, read forwards and backwards."""

    ahead: re.Pattern[bytes]
    behind: re.Pattern[bytes]
    characters: bytes
    """All of them, without codes."""


_DIGITS = b"0123456789"
BASE64 = Alphabet(
    expression(rb"(?:[A-Za-z0-9+/_-]+|" + _CODE + rb")*"),
    # no code is longer than six characters: all but the last ones are passed at once
    expression(
        rb"(?:[A-Za-z0-9+/_-]+(?=[A-Za-z0-9+/_-]{6})"
        rb"|[BbFf]2%|/\\|[BbFf]200u\\|;[37]4#&|;[BbFf]2[xX]#&|(?![nrt]\\)[A-Za-z0-9+/_-])*"
    ),
    _DIGITS + b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/_-",
)
HEX = Alphabet(expression(rb"[0-9A-Fa-f]*"), expression(rb"[0-9A-Fa-f]*"), _DIGITS + b"ABCDEFabcdef")


class Block:
    """A run of characters, in one line or in several."""

    def __init__(self, data: bytes, end: int, alphabet: Alphabet) -> None:
        """``end`` is behind a character of the run."""
        before, after = (
            _before(data, end, alphabet),
            _stretches(data[end : end + _REACH], alphabet.ahead, _BREAK, _NEXT),
        )
        line = end - before[0][1], end + after[0][1]
        whole = line[1] - line[0] >= _LINE
        self.spans = [
            *((end - last, end - first) for first, last in reversed(before[1:])),
            line,
            *((end + first, end + last) for first, last in after[1:] if whole),
        ]
        """The stretches in the text that it consists of, one in each line."""
        self.start, self.end = self.spans[0][0], self.spans[-1][1]
        self._data = data

    def line(self, offset: int) -> int:
        """Return the number of the stretch that contains a place."""
        return max(0, bisect_right(self.spans, (offset, len(self._data))) - 1)

    def text(self, spans: Sequence[tuple[int, int]]) -> DerivedText:
        """Return the characters of some of the stretches, with codes replaced by what they stand for."""
        parts, pieces, at = list[bytes](), list[Piece](), 0
        for start, end in spans:
            for part, first, last in _parts(self._data, start, end):
                parts.append(part)
                pieces.append(Piece(at, len(part), first, last))
                at += len(part)
        return DerivedText(b"".join(parts), "", pieces)


def _before(data: bytes, end: int, alphabet: Alphabet) -> list[tuple[int, int]]:
    """Return the stretches before a place, nearest first, as distances from it."""
    near = data[max(0, end - _NEAR) : end][::-1]
    found = _stretches(near, alphabet.behind, _BREAK_BACKWARDS, _LINE)
    if found[-1][1] + _LINE < len(near) or len(near) < _NEAR:
        return found
    return _stretches(data[max(0, end - _REACH) : end][::-1], alphabet.behind, _BREAK_BACKWARDS, _LINE)


def _stretches(
    text: bytes, stretch: re.Pattern[bytes], line_end: re.Pattern[bytes], least: int
) -> list[tuple[int, int]]:
    """Return the stretches of a run that begins where the text does; the first one may be empty, and others have at
    least so many characters.
    """
    found, at = list[tuple[int, int]](), 0
    while True:
        one = stretch.match(text, at)
        end = one.end() if one else at
        if found and end - at < least:
            return found
        found.append((at, end))
        broken = line_end.match(text, end)
        if not broken or (len(found) > 1 and end - at < _LINE):
            return found
        at = broken.end()


def unbroken(data: bytes) -> bytes:
    """Return a part of a text without the ends of lines, and with signs for their codes."""
    text = _BREAK.sub(b"", data)
    return _CODES.sub(_sign, text) if any(one in text for one in _SIGNS) else text


def _sign(code: re.Match[bytes]) -> bytes:
    """Return the sign of base64 that a code stands for."""
    return b"+" if code[0].rstrip(b";")[-1:] in b"bB3" else b"/"


def _parts(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the stretches without codes, and what codes stand for, with their spans."""
    at = start
    coded = any(data.find(sign, start, end) >= 0 for sign in _SIGNS)
    for code in _CODES.finditer(data, start, end) if coded else ():
        if code.start() > at:
            yield data[at : code.start()], at, code.start()
        yield _sign(code), code.start(), code.end()
        at = code.end()
    if at < end:
        yield data[at:end], at, end
