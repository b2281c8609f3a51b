"""Decode the codes of single characters: ``%5F``, ``\\x5f``, ``\\u005f``, ``\\137``, ``&#95;``, ``=5F``.

They are looked for where the prefilter found many of them in a row, or an anchor with a special character that is
written as one, and near anchors that stand there as they are: a code in the rest of the key would end it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, overload

from keyguard.decoding.derived_text import DerivedText, Piece
from keyguard.decoding.encoded_anchors import BACKSLASH, HTML, PERCENT, PLAIN, QUOTED_PRINTABLE
from keyguard.support.regex import expression

#: bytes before and behind a hit that are decoded together: less than the margin of a page
_BEFORE, _BEHIND = 512, 16 << 10
#: the same behind an anchor that stands there as it is: there are many, and few keys are longer
_BEHIND_ANCHOR = 2 << 10
#: bytes around an anchor in which a code is a reason to decode
_NEAR_BEFORE, _NEAR_BEHIND = 16, 256
_NAMED = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
#: codes that were met -> what they stand for, and how many are remembered
_MEANINGS: dict[bytes, bytes] = {}
_REMEMBERED = 4096
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class _Codes(NamedTuple):
    """One way to write characters."""

    kind: int
    way: str
    code: re.Pattern[bytes]
    """A code, with a group for each kind of number or name in it: see :func:`_meaning`."""
    sign: bytes
    """What every code begins with."""


_ALL = (
    _Codes(PERCENT, "percent-encoding", expression(rb"%(?P<hex>[0-9A-Fa-f]{2})"), b"%"),
    _Codes(
        BACKSLASH,
        "backslash escapes",
        expression(
            rb"\\(?:x(?P<hex>[0-9A-Fa-f]{2})|u(?P<code>[0-9A-Fa-f]{4})|u\{(?P<short>[0-9A-Fa-f]{1,6})\}"
            rb"|U(?P<long>[0-9A-Fa-f]{8})|(?P<octal>[0-3][0-7]{2})|(?P<sign>[\"'\\/])|(?P<control>[nrtbf]))"
        ),
        b"\\",
    ),
    _Codes(
        HTML,
        "HTML escapes",
        expression(rb"&(?:#(?P<decimal>[0-9]{1,7})|#[xX](?P<code>[0-9A-Fa-f]{1,6})|(?P<named>amp|lt|gt|quot|apos));"),
        b"&",
    ),
    _Codes(QUOTED_PRINTABLE, "quoted-printable", expression(rb"=(?:(?P<hex>[0-9A-F]{2})|(?P<end>[ \t]*\r?\n))"), b"="),
)
#: what the ways are called
CODES = frozenset(codes.way for codes in _ALL)


def decoded_escapes(
    data: bytes, hits: Collection[tuple[int, int]], anchors: Iterable[tuple[int, int]]
) -> Iterator[DerivedText]:
    """Yield what the text around hits is without its codes; ``anchors`` are (number, offset) of those in it."""
    places = sorted(end for _, end in hits)
    near = sorted({*(at for _, at in anchors), *(end for kind, end in hits if kind == PLAIN)})
    for codes in _ALL:
        ours = [(end, _BEHIND) for kind, end in hits if kind == codes.kind] if places else []
        ours += [(at, _BEHIND_ANCHOR) for at in near if _is_near(data, at, codes)]
        done = -1
        for place, reach in sorted(ours):
            if place > done or (done < len(data) and place + _NEAR_BEHIND > done):
                low, done = max(0, place - _BEFORE), min(len(data), place + reach)
                found = _decoded(data, low, done, codes)
                if found:
                    yield found


def _is_near(data: bytes, at: int, codes: _Codes) -> bool:
    """Whether there is a code near an anchor: in its line, or at the end of that in quoted-printable."""
    low, high = max(0, at - _NEAR_BEFORE), at + _NEAR_BEHIND
    if data.find(codes.sign, low, high) < 0:
        return False
    if codes.kind == QUOTED_PRINTABLE:
        return data.find(b"=3D", low, high) >= 0 or _is_continued(data, at)
    return codes.code.search(data, low, high) is not None


def _is_continued(data: bytes, at: int) -> bool:
    """Whether a line is continued as in quoted-printable: it has about 76 characters, and an equals sign at its end."""
    before = data.rfind(b"\n", max(0, at - 80), at)
    if before < 0 <= at - 80:
        return False
    start = before + 1
    end = data.find(b"=\n", start, start + 80)
    end = end if end >= 0 else data.find(b"=\r\n", start, start + 80)
    return end - start in range(70, 77)


def _decoded(data: bytes, low: int, high: int, codes: _Codes) -> DerivedText | None:
    text, count = codes.code.subn(_known_meaning, data[low:high])
    return DerivedText(text, codes.way, _Pieces(data, low, high, codes)) if count and text else None


class _Pieces(Sequence[Piece]):
    """The pieces of a decoded text, made when they are asked for: nearly always there is nothing to be placed."""

    def __init__(self, data: bytes, low: int, high: int, codes: _Codes) -> None:
        self._data, self._low, self._high, self._codes = data, low, high, codes

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, index: int) -> Piece: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Piece]: ...

    def __getitem__(self, index: int | slice) -> Piece | Sequence[Piece]:
        return self._made[index]

    @cached_property
    def _made(self) -> list[Piece]:
        data, pieces, size, at = self._data, list[Piece](), 0, self._low
        for code in self._codes.code.finditer(data, self._low, self._high):
            for length, start, end in ((code.start() - at, at, code.start()), (len(_meaning(code)), *code.span())):
                if length:
                    pieces.append(Piece(size, length, start, end))
                    size += length
            at = code.end()
        if at < self._high:
            pieces.append(Piece(size, self._high - at, at, self._high))
        return pieces


def _known_meaning(code: re.Match[bytes]) -> bytes:
    """Return :func:`_meaning`; one code stands in a text thousands of times."""
    text = code[0]
    found = _MEANINGS.get(text)
    if found is None:
        if len(_MEANINGS) >= _REMEMBERED:
            _MEANINGS.clear()
        found = _MEANINGS[text] = _meaning(code)
    return found


def _meaning(code: re.Match[bytes]) -> bytes:
    """Return what a code stands for, characters beyond ASCII in UTF-8; nothing for the end of a line that goes on."""
    kind, text = code.lastgroup or "", code[code.lastgroup or 0]
    if kind == "sign":
        return text
    if kind == "hex":
        return bytes.fromhex(text.decode())
    if kind == "octal":
        return bytes((int(text, 8),))
    if kind in ("named", "control"):
        return (_NAMED if kind == "named" else _CONTROLS)[text]
    number = 0 if kind == "end" else int(text, 10 if kind == "decimal" else 16)
    return chr(number).encode("utf-8", "replace") if 0 < number <= 0x10FFFF else b""
