"""A text that was made from another one, with the place that each part of it has there.

The engine searches a derived text like any other, and maps what it finds back to the text that it was made from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple


class Piece(NamedTuple):
    """A part of a derived text, and the span of the original that it was made from.

    Places within a piece are mapped in proportion, and never to less than they cover: where one length is a multiple of
    the other (a pair of digits in hex) that is exact.
    """

    at: int
    """Offset in the derived text."""
    size: int
    start: int
    end: int
    """Span in the original."""


class DerivedText(NamedTuple):
    """A text that was made from a part of another one."""

    text: bytes
    way: str
    """How it is written in the original, as a noun phrase: ``base64``, ``backslash escapes``."""
    pieces: Sequence[Piece]
    """What it consists of, in order and without gaps; one at least."""
    solid: bool = False
    """Whether nothing is known of the places of its parts, so that everything in it is at the place of the whole."""
    is_beginning: bool = False
    """Whether more follows in it than is decoded."""
    between: DerivedText | None = None
    """What it was made from, if that is itself made from the original and of no interest: a run without line ends."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original of a span that is not empty."""
        if self.solid:
            low, high = self.pieces[0].start, self.pieces[-1].end
        else:
            first, last = self._piece(start), self._piece(end - 1)
            low = first.start + (start - first.at) * (first.end - first.start) // first.size
            high = last.start - ((last.at - end) * (last.end - last.start) // last.size)
        return self.between.span(low, high) if self.between else (low, high)

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the spans in the original of the parts of a span that is not empty: one, unless pieces lie apart."""
        return [self.span(start, end)]

    def _piece(self, offset: int) -> Piece:
        return self.pieces[bisect_right(self.pieces, offset, key=lambda one: one.at) - 1]
