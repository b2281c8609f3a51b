"""The plan that the engine runs, as plain data: cached with the compiled database, and loaded in a millisecond."""

from __future__ import annotations

import msgspec

from keyguard.decoding.encoded_anchors import EncodedAnchors
from keyguard.rules.anchor import Anchor


class Form(msgspec.Struct, frozen=True, array_like=True):
    """One pattern with its boundaries, and the rules (by index) that share it."""

    left: str
    """What has to stand before it: a pattern of no width, or nothing. Many forms have the same."""
    pattern: str
    """The rest, with its boundary on the right."""
    rules: tuple[int, ...]
    width: int


class AnchorUse(msgspec.Struct, frozen=True, array_like=True):
    """The use of an anchor by a form: the match starts ``before`` (least, most) bytes in front of the literal."""

    form: int
    before: tuple[int, int]


class Plan(msgspec.Struct, frozen=True, array_like=True):
    """Forms, anchors, the uses of each anchor, and the expressions for detectors."""

    forms: tuple[Form, ...]
    anchors: tuple[Anchor, ...]
    leads: tuple[tuple[AnchorUse, ...], ...]
    expressions: tuple[str, ...] = ()
    """What finds the places for detectors; empty if no rule has one."""
    encoded: EncodedAnchors = EncodedAnchors()
    """What shows that an anchor stands in a text in an encoded form."""
    signs: tuple[tuple[int, str], ...] = ()
    """Signs that a text is put together from pieces: kinds and expressions."""
