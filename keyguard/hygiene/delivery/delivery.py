"""How one file is delivered, and which of its parts are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

#: start and end of a part of a file, in bytes
Span = tuple[int, int]


class Dropped(NamedTuple):
    """A part of a file that is in no build for users."""

    start: int
    end: int
    why: str
    """The reason, as a clause: ``only debug builds contain it``."""


class Delivery(NamedTuple):
    """How a file reaches a browser or a phone."""

    how: str
    because: tuple[str, ...] = ()
    server_spans: tuple[Span, ...] = ()
    """The spans of the file that stay on the server, or are not delivered for another reason: start, end."""

    unused_spans: tuple[Span, ...] = ()
    """The spans that a bundler drops, because nothing uses what they declare."""
    bundled: bool = False
    """Whether a build for browsers reads the file, and drops comments and what cannot run."""
    dropped: tuple[Dropped, ...] = ()
    """The parts that a build for users leaves out."""

    def delivers(self, offset: int) -> bool:
        """Return whether the code at an offset of the file is delivered."""
        return not any(start <= offset < end for start, end in self.server_spans)


def outside(spans: Iterable[Span], size: int) -> tuple[Span, ...]:
    """Return the spans of a text of ``size`` bytes that are in none of the given ones."""
    found, at = list[Span](), 0
    for start, end in sorted(spans):
        if start > at:
            found.append((at, start))
        at = max(at, end)
    return (*found, (at, size + 1))
