"""A secret without a vendor's format, as a finder returns it: where it is, what it is, how sure that is, and why."""

from __future__ import annotations

from typing import NamedTuple

from keyguard.model.scales import Confidence


class JudgedSecret(NamedTuple):
    """One secret in a text. Offsets are bytes of the text."""

    start: int
    end: int
    """Span of the value alone: no quotes, no escapes that are not part of it."""
    rule: str
    """Id of a rule whose ``detector`` is not empty."""
    reasons: tuple[str, ...]
    """Why it is taken for a secret, strongest first, as phrases; none contains any part of the value."""
    confidence: Confidence = Confidence.HIGH
    """``HIGH`` fails a run, ``MEDIUM`` only with ``--confidence medium``."""
    weak: bool = False
    """Whether it is a known default, a sample, or a wrong password in a test: informational."""
    comment: bool = False
    """Whether it stands in a comment or in text for readers."""
    guessable: bool = True
    """Whether a person could have chosen it, so that it can be guessed: its fingerprint is stretched."""
