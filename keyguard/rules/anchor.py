"""An anchor: a literal that every match of a pattern contains. The cache stores anchors with the compiled database."""

from __future__ import annotations

import msgspec


class Anchor(msgspec.Struct, frozen=True, array_like=True):
    """A literal that every match contains, and its distance from the start of the match."""

    literal: bytes
    nocase: bool
    #: character classes that must follow the literal, each a sorted run of byte values
    tail: tuple[bytes, ...]
    #: minimum and maximum number of bytes between the start of the match and the literal
    before: tuple[int, int]

    @property
    def width(self) -> int:
        """The length of literal and tail, in bytes."""
        return len(self.literal) + len(self.tail)
