"""An anchor: a literal that every match of a pattern contains. It is kept beside the compiled database."""

from __future__ import annotations

import msgspec


class Anchor(msgspec.Struct, frozen=True, array_like=True):
    """A literal that every match contains, and how far behind the start of the match it stands."""

    literal: bytes
    nocase: bool
    #: character classes that must follow the literal, each a sorted run of byte values
    tail: tuple[bytes, ...]
    #: least and most bytes between the start of the match and the literal
    before: tuple[int, int]

    @property
    def width(self) -> int:
        """Length of literal and tail, in bytes."""
        return len(self.literal) + len(self.tail)
