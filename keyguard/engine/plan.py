"""What the engine runs, as plain data: it is kept beside the compiled database and loaded in a millisecond."""

from __future__ import annotations

import msgspec

from keyguard.rules.anchor import Anchor


class Form(msgspec.Struct, frozen=True, array_like=True):
    """One pattern with its boundaries, and the rules (by index) that look like it."""

    left: str
    """What has to stand before it: a pattern of no width, or nothing. Many forms have the same."""
    pattern: str
    """The rest, with its boundary on the right."""
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
