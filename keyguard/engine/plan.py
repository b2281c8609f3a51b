"""What the engine runs, as plain data: it is kept beside the compiled database and loaded in a millisecond."""

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


class Form(msgspec.Struct, frozen=True, array_like=True):
    """One pattern with its boundaries, and the rules (by index) that look like it."""

    pattern: str
    rules: tuple[int, ...]
    width: int


class Lead(msgspec.Struct, frozen=True, array_like=True):
    """From an anchor to a form: the match begins ``before`` (least, most) bytes ahead of the literal."""

    form: int
    before: tuple[int, int]


class Plan(msgspec.Struct, frozen=True, array_like=True):
    """Forms, anchors, and for each anchor its leads."""

    forms: tuple[Form, ...]
    anchors: tuple[Anchor, ...]
    leads: tuple[tuple[Lead, ...], ...]
