"""All texts that are joined in a source as one text, each on a line of its own, with the place of every piece."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

from keyguard.decoding.derived_text import DerivedText, Piece

Span = tuple[int, int]
#: between two texts: no pattern matches across it
_BREAK = b"\n\x01\n"
#: bytes between two pieces of one expression
_NEAR = 400
WAY = "pieces that are joined"


class JoinedText(DerivedText):
    """Joined texts. A match of one is at the place of its first piece, with the others if they follow it."""

    __slots__ = ()

    def span(self, start: int, end: int) -> Span:
        """Return the span in the original of a span that is not empty."""
        spans = self.spans(start, end)
        follow = all(0 <= after[0] - before[1] <= _NEAR for before, after in pairwise(spans))
        return spans[0][0], spans[-1 if follow else 0][1]

    def spans(self, start: int, end: int) -> list[Span]:
        """Return the spans in the original of all pieces that a span has a part of, in its order."""
        first = bisect_right(self.pieces, start, key=lambda one: one.at) - 1
        last = bisect_right(self.pieces, end - 1, key=lambda one: one.at)
        return [
            (one.start + max(0, start - one.at), one.start + min(one.size, end - one.at))
            for one in self.pieces[first:last]
        ]


def joined(data: bytes, texts: Iterable[tuple[Span, list[Span], Span]]) -> JoinedText | None:
    """Return the joined texts, given as what is before, the pieces, and what is behind; None if there are none."""
    found = _Builder(data)
    for before, spans, behind in texts:
        found.add(before, spans, behind)
    return JoinedText(b"".join(found.parts), WAY, tuple(found.pieces)) if found.pieces else None


class _Builder:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.parts: list[bytes] = []
        self.pieces: list[Piece] = []
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
            self.parts.append(self._data[start:end])
            self.pieces.append(Piece(self._size, end - start, start, end))
            self._size += end - start

    def _sign(self, sign: bytes, place: int) -> None:
        """Add what the original does not have there."""
        self.parts.append(sign)
        self.pieces.append(Piece(self._size, len(sign), place, place))
        self._size += len(sign)
