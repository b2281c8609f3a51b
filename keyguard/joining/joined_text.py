"""All texts that are joined in a source as one text, each on a line of its own, with the place of every piece."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from keyguard.decoding.derived_text import Piece
from keyguard.support.regex import expression

Span = tuple[int, int]
#: between two texts: no pattern matches across it
_BREAK = b"\n\x01\n"
#: what stands between two pieces of one expression
_JOINT = expression(rb"[^=;]{0,400}")
WAY = "pieces that are joined"


class JoinedText(NamedTuple):
    """Joined texts: a derived text whose pieces may lie anywhere in the original."""

    text: bytes
    way: str
    pieces: Sequence[Piece]
    first: frozenset[int]
    """The numbers of the pieces that are not of one expression with the piece before them."""

    def span(self, start: int, end: int) -> Span:
        """Return the span in the original of a span that is not empty: of its pieces, or of the first expression."""
        number = self._number(start)
        spans = self.spans(start, end)
        if any(one in self.first for one in range(number + 1, self._number(end - 1) + 1)):
            return spans[0]
        return spans[0][0], spans[-1][1]

    def spans(self, start: int, end: int) -> list[Span]:
        """Return the spans in the original of all pieces that a span has a part of, in its order."""
        first, last = self._number(start), self._number(end - 1) + 1
        return [
            (one.start + max(0, start - one.at), one.start + min(one.size, end - one.at))
            for one in self.pieces[first:last]
            if one.start < one.end
        ]

    def _number(self, offset: int) -> int:
        return bisect_right(self.pieces, offset, key=lambda one: one.at) - 1


def joined(data: bytes, texts: Iterable[tuple[Span, list[Span], Span]]) -> JoinedText | None:
    """Return the joined texts, given as what is before, the pieces, and what is behind; None if there are none."""
    found = _Builder(data)
    ordered = sorted(texts, key=lambda one: one[1])
    for (before, spans, behind), following in zip_longest(ordered, ordered[1:]):
        # what a longer text begins with was only on the way to it
        if following is None or following[1][: len(spans)] != spans:
            found.add(before, spans, behind)
    return JoinedText(b"".join(found.parts), WAY, tuple(found.pieces), frozenset(found.first)) if found.pieces else None


class _Builder:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.parts: list[bytes] = []
        self.pieces: list[Piece] = []
        self.first: set[int] = set()
        self._size = 0

    def add(self, before: Span, spans: list[Span], behind: Span) -> None:
        """Add one text; quotes are put around its pieces where none are."""
        first, last = spans[0][0], spans[-1][1]
        if before[0] < before[1]:
            if before[1] < first <= before[1] + 6:
                before = before[0], first
            self._span(before)
            if before[1] != first:
                self._sign(b'"', before[1])
        for span in spans:
            self._span(span)
        if behind[0] < behind[1]:
            if 0 <= behind[0] - last <= 3:
                behind = last, behind[1]
            else:
                self._sign(b'"', behind[0])
            self._span(behind)
        self._sign(_BREAK, last)

    def _span(self, span: Span) -> None:
        start, end = span
        if start < end:
            before = self.pieces[-1].end if self.pieces else 0
            if start < before or not _JOINT.fullmatch(self._data, before, start):
                self.first.add(len(self.pieces))
            self.parts.append(self._data[start:end])
            self.pieces.append(Piece(self._size, end - start, start, end))
            self._size += end - start

    def _sign(self, sign: bytes, place: int) -> None:
        """Add what the original does not have there."""
        self.parts.append(sign)
        self.pieces.append(Piece(self._size, len(sign), place, place))
        self._size += len(sign)
