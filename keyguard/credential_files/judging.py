"""Turn a value that a parser found into a secret: a placeholder or a reference is none, a known default is weak."""

from __future__ import annotations

from typing import NamedTuple

from keyguard.generic.value_filters import dropped_by
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence


class Field(NamedTuple):
    """What the values of one field of a format are."""

    rule: str
    """Id of the rule in ``rules/credential-file.toml``."""
    reason: str
    """Why a value there is a secret: ``the password of an entry of a netrc file``."""
    guessable: bool = True
    """Whether a person could have chosen it."""
    confidence: Confidence = Confidence.HIGH


def judged(
    field: Field, value: str, span: tuple[int, int], *, user: str = "", comment: bool = False
) -> JudgedSecret | None:
    """Return the secret at a span (bytes of the text), or None if the value is none.

    ``value`` is what the program that reads the file gets: unquoted, decoded. ``user`` is the account's name, if the
    file gives one: a password equal to it is weak.
    """
    if span[0] >= span[1] or dropped_by(value):
        return None
    weak = ""
    reasons = (field.reason, weak) if weak else (field.reason,)
    return JudgedSecret(
        *span,
        field.rule,
        reasons,
        confidence=field.confidence,
        weak=bool(weak),
        comment=comment,
        guessable=field.guessable,
    )


def text_of(value: bytes) -> str:
    """Return the text of a value that is written as it is; bytes that are not UTF-8 are kept as surrogates."""
    return value.decode("utf-8", "surrogateescape")
