"""Turn a value that a parser found into a secret: a placeholder or a reference is none, a known default is weak."""

from __future__ import annotations

import re
from typing import NamedTuple

from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

#: the start of a line that is a comment in the languages in which such files are written down
_COMMENT = expression(
    rb"[ \t]*(?:#(?!!)|//(?![\w.-]+(?::\d+)?/)|/?\*(?:[ \t]|\Z)|--[ \t]|;|<!--|REM[ \t])", re.IGNORECASE
)
#: bytes before a value that are searched for the start of its line
_REACH = 400


#: words where a program's token belongs: ``refresh-token``, ``REMOVED_TOKEN``
_WORDS = expression(r"[A-Za-z]{1,15}(?:[-_. ]{1,2}[A-Za-z]{1,15}){0,9}")
#: what a program replaces by a value of a store (``vault:secret/data/a#b``, ``ref+awsssm://…``), or shows in its place
_STORED = expression(r"(?:>>)?vault:[\w./-]{1,200}#|ref\+[a-z]{2,20}://|\*{3}")
_WORDED = "words, where a generated token belongs"


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
    # imported here: most files of a known name contain no secret, and these have many expressions
    from keyguard.credential_files.published import is_published
    from keyguard.generic.known_defaults import weak_reason

    if span[0] >= span[1] or _STORED.match(value) or _is_none(field, value):
        return None
    weak = weak_reason(value, user) or (not field.guessable and _is_worded(value) and _WORDED)
    if not weak and is_published(value):
        weak = "published in a manual or a tutorial"
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


def _is_none(field: Field, value: str) -> bool:
    """Whether a value is no secret. Keys and tokens that programs made may be long."""
    from keyguard.generic.value_filters import LONGEST, dropped_by

    return dropped_by(value if field.guessable else value[:LONGEST]) is not None


def _is_worded(value: str) -> bool:
    """Whether a value consists of letters and the signs between words, of one case each."""
    return _WORDS.fullmatch(value) is not None and all(
        word.islower() or word.isupper() or word.istitle() for word in re.findall(r"[A-Za-z]+", value)
    )


def in_comment(data: bytes, at: int) -> bool:
    """Whether the line around an offset begins as a comment."""
    first = max(data.rfind(b"\n", max(at - _REACH, 0), at) + 1, at - _REACH, 0)
    sign = _COMMENT.match(data, first, at)
    return sign is not None and data.find(b"-->", sign.end(), at) < 0
