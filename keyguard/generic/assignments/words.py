"""Values that are words of a program: constants, identifiers, words of a list, names that are written twice."""

from __future__ import annotations

import re

from keyguard.generic.assignments.candidates import Candidate
from keyguard.generic.assignments.common_words import parts_of, share_of_words
from keyguard.generic.assignments.names import is_password, is_strong, may_be_a_word
from keyguard.support.regex import expression

_IDENTIFIER = expression(r"[A-Za-z_]+\Z|[A-Z][A-Z0-9_]+\Z|[a-z]+(?:[A-Z][a-z]+)+\Z|[a-z]+(?:[_\-.][a-z]+)+\Z")
_LONG_WORD, _SHORT_WORD = 40, 12
_DEFAULTS = frozenset(("password", "passwd", "secret"))
_COMPOUND = expression(r"_?[a-z]+(?:[_\-.][a-z]+)*\Z|[A-Za-z][a-z]*(?:[A-Z][a-z]+)+\Z")
_SECRET_STEM = expression(r"pass|pwd|secret|token|key|cred|auth|otp|salt|senha")
_NOT_ALPHANUMERIC = expression(r"[^a-z0-9]")
#: the beginning of something: ``key: build-cache-``; words that are joined to others: ``Firewall_OR_Panorama``
_UNFINISHED = expression(
    r"[A-Za-z]+(?:[_\-.][A-Za-z\d]+)*[_\-/:]\Z|[A-Za-z]+(?:_[A-Za-z]+)+\Z|[A-Z]{1,4}[a-z]{4,15}(?:[A-Z][a-z]{2,15})*\Z"
)
_CONSTANT = expression(r"[A-Z]+(?:\d[A-Z]+)?(?:[_,-]{1,2}(?:[A-Z]+(?:\d[A-Z]+)?|V\d))*(?:_V?\d{1,2})?\Z")
#: four words or more: ``generated-key-that-matches-the_one``
_LONG_COMPOUND = expression(r"[A-Za-z]+(?:[_\-.][A-Za-z]+){3,}\Z")
_SEGMENTS = expression(r"[a-z]{1,20}(?:[_\-.](?:[a-z]{1,20}|[vV]?\d{1,6})){2,}\Z", re.IGNORECASE)


def is_constant(candidate: Candidate) -> bool:
    """``key: ENTER_KEY``, ``secrets: DEPLOY-ID,DEPLOY-KEY``: under a name of no password, the name of something."""
    value = candidate.value
    return (
        len(value) < 16 + 24 * (not value.isalpha())
        and not is_password(candidate.name)
        and _CONSTANT.match(value) is not None
    )


def says_its_name(candidate: Candidate) -> bool:
    """``password: pass-word``: the value repeats the name, or the words of it."""
    if candidate.kind not in ("pair", "call", "argument", "attribute", "element", "named"):
        return False
    if is_default(candidate):
        return False
    value = _letters(candidate.value)
    if value in _letters(candidate.name) and _SECRET_STEM.search(value):
        return True
    return _SEGMENTS.match(candidate.value) is not None and _repeats_words(candidate)


def _repeats_words(candidate: Candidate) -> bool:
    """``UseSdkPasswordGenerators = "pm-1976-use-sdk-password-generators"``: the name of a setting, written twice."""
    named = {*parts_of(candidate.name)}
    words = [part for part in parts_of(candidate.value) if len(part) > 2]
    known = sum(word in named for word in words)
    return len(words) > 1 and (known == len(words) or (known > 1 and known * 3 >= len(words) * 2))


def _letters(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text.lower())


def is_identifier(candidate: Candidate) -> bool:
    """``token: keyword.operator``, ``Key: NextToken``: words put together, under a name of no password."""
    value = candidate.value
    if is_password(candidate.name):
        return False
    if _COMPOUND.match(value):
        return share_of_words(value) > 0.9
    return _LONG_COMPOUND.match(value) is not None and share_of_words(value) > 0.7


def is_listed(candidate: Candidate) -> bool:
    """``["login", "password", "remember"]``: the name is one of several words."""
    value = candidate.value
    if not (value.isalpha() or _COMPOUND.match(value) or _CONSTANT.match(value)):
        return False
    if candidate.wrap in ("(", "[", "{"):
        return value.islower() and (len(value) < _SHORT_WORD or share_of_words(value) > 0.9)
    if candidate.kind != "argument" or candidate.name_at < 1:
        return False
    before = candidate.line[: candidate.name_at].rstrip("\"'`-")
    return not before.rstrip().endswith("(") and candidate.line[candidate.name_at] != "-"


def is_plain_word(candidate: Candidate) -> bool:
    """``key: submit``, ``auth: basic``: a name that may be about anything needs a value that is no word."""
    value = candidate.value
    if len(value) < _LONG_WORD and value.isalpha() and value[1:].islower() and not may_be_a_word(candidate.name):
        return True
    if is_strong(candidate.name):
        return False
    if _UNFINISHED.match(value):
        return True
    return bool(_IDENTIFIER.match(value) or value.isdigit()) and share_of_words(value) >= 0.6


def is_default(candidate: Candidate) -> bool:
    """``MYSQL_PASSWORD: secret``: the word is the value itself, a known default."""
    return candidate.value in _DEFAULTS and is_password(candidate.name)
