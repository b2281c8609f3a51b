"""What was thought of one candidate, for ``keyguard explain --why``."""

from __future__ import annotations

from typing import NamedTuple


class Verdict(NamedTuple):
    """The answer about a name and its value, and how it came about."""

    start: int
    end: int
    """Span of the value in the text, in bytes."""
    name: str
    """What the value is called in the text."""
    steps: tuple[str, ...]
    """What gates, filters and the model said, strongest first; no part of the value."""
    answer: str
    """``no secret``, ``secret, confidence high``, ``doubtful, confidence medium``."""
