"""Parse values that options and configuration files have in common: sizes, severities, confidences."""

from __future__ import annotations

from keyguard.model.finding import Confidence, Severity
from keyguard.support.errors import ConfigError

#: how sure a secret without a vendor's format can be required to be
_CONFIDENCES = (Confidence.HIGH.value, Confidence.MEDIUM.value)


def parse_size(text: str) -> int | None:
    """Return the bytes in ``500k``, ``20MB`` or a number; None for an empty text. Raise ConfigError for anything
    else.
    """
    plain = text.strip().lower().removesuffix("b").removesuffix("i")
    factor = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}.get(plain[-1:], 1)
    digits = plain[:-1] if factor > 1 else plain
    if not text.strip():
        return None
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise ConfigError(f"{text!r} is not a size: write 500k, 20M or a number of bytes")
    return int(digits) * factor


def parse_severity(text: str) -> Severity:
    """Return the severity with that name. Raise ConfigError for an unknown one."""
    try:
        return Severity[text.upper()]
    except KeyError:
        labels = ", ".join(severity.label for severity in Severity)
        raise ConfigError(f"{text!r} is not a severity: {labels}") from None


def parse_confidence(text: str) -> Confidence:
    """Return the confidence with that name. Raise ConfigError for one with which nothing fails a run."""
    if text.lower() not in _CONFIDENCES:
        raise ConfigError(f"{text!r} is not a confidence: {', '.join(_CONFIDENCES)}")
    return Confidence(text.lower())
