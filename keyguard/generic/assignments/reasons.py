"""The reasons for a verdict, as phrases. None contains any part of a value, nor anything that helps to guess it."""

from __future__ import annotations

from functools import lru_cache

from keyguard.generic.assignments.candidates import Candidate
from keyguard.generic.assignments.common_words import parts_of
from keyguard.generic.assignments.features import entropy, name_traits, value_traits
from keyguard.generic.assignments.names import is_password
from keyguard.generic.known_defaults import weak_reason
from keyguard.support import digests
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown

_CALLED = {"password": "password", "secret": "secret", "token": "token", "key": "key"}
_SYNTAX = {
    "pair": "an assignment or a pair",
    "call": "the argument of a call",
    "argument": "the argument after the name",
    "attribute": "the value of a named element",
    "element": "the text of an element",
    "named": "the value of a named variable",
    "option": "the option of a command",
    "sql": "a clause of SQL",
}
_FORMS = {
    "hex": "hexadecimal",
    "digits": "digits",
    "base32": "base32",
    "base64": "base64",
    "url": "random",
    "free": "random",
}
_EMULATOR_LENGTH = 88
_LEAST_RANDOM = 16
_LEAST_ENTROPY = 3.0
_SAMPLE_WORDS = "wrong invalid incorrect bad fake dummy mock mocked sample example placeholder"
_SAMPLE_NAMES = frozenset(_SAMPLE_WORDS.split())
_NAMES_A_SECRET = expression(
    r"[a-z\d]+(?:[_\-.][a-z\d]+)*[_\-.](?:credentials?|password|passwd|passphrase|pass|pwd|pw|secret|token|key)\Z"
)
#: SHA-256 of keys that emulators of storage and databases are built with
_OF_EMULATORS = frozenset(
    (
        "aa6547439583c3a275d4542a0df6c1ad6a863971be9f2a2220f027cc02aef615",
        "0011cc25eb4320717494d2703e8cba85743e71b500283c21c8b88147992f9059",
    )
)
#: ``aaaabbbbcccc`` (runs that end where another character follows, so that they are told apart in one way), ``aaaaaa``,
#: ``abcdabcdabcd1234``
_REPEATED = expression(r"(?:(.)\1{2,}(?!\1)){2,}\Z|(.)\2{5,}\Z|(.{4,6})\3{1,40}.{0,12}\Z")
_SAMPLE_VALUE = expression(r"(?i)(?:wrong|invalid|incorrect|fake|dummy|mock|sample|example|not[_-]?a?[_-]?real)")


def _digest(value: str) -> str:
    return digests.new("sha256", value.encode("utf-8", "surrogateescape")).hexdigest()


@lru_cache(8192)
def is_random(value: str) -> bool:
    """Whether a value is too long and too irregular for a person to have chosen it."""
    traits = value_traits(value)
    if len(value) < _LEAST_RANDOM or traits.words > 1 or entropy(value) < _LEAST_ENTROPY:
        return False
    return "9" in traits.kinds or traits.form != "free" or entropy(value) >= 4


def reasons_for(candidate: Candidate) -> tuple[str, ...]:
    """Return why a candidate is taken for a secret."""
    return (name_phrase(candidate), value_phrase(candidate), f"{syntax_phrase(candidate)}, and not a reference")


def name_phrase(candidate: Candidate) -> str:
    """Return what the name says."""
    stem, kind, _ = name_traits(candidate.name)
    return f"the name says {_CALLED.get(kind, '') or shown(stem) or 'secret'}"


def value_phrase(candidate: Candidate) -> str:
    """Return what the value looks like; of one that a person may have chosen, nothing that helps to guess it."""
    quoted = "in quotes" if candidate.quote else "without quotes"
    if is_random(candidate.value):
        form = _FORMS[value_traits(candidate.value).form]
        return f"{len(candidate.value)} {form} characters {quoted}" if form != "digits" else f"digits {quoted}"
    return f"a literal {quoted}" + (" that a person may have chosen" if is_password(candidate.name) else "")


def syntax_phrase(candidate: Candidate) -> str:
    """Return how the value is joined to the name."""
    return _SYNTAX[candidate.kind]


def weak_because(candidate: Candidate) -> str:
    """Return why a value protects nothing: a known default or a sample; empty if it does not say so."""
    if _SAMPLE_NAMES.intersection(parts_of(candidate.name)):
        return "the name says that it is a sample or wrong on purpose"
    if _SAMPLE_VALUE.search(candidate.value) or "EXAMPLE" in candidate.value:
        return "the value says that it is a sample"
    if len(candidate.value) == _EMULATOR_LENGTH and _digest(candidate.value) in _OF_EMULATORS:
        return "the key that an emulator is built with"
    if not is_password(candidate.name) and _REPEATED.match(candidate.value):
        return "a sample: a few characters, repeated"
    if _NAMES_A_SECRET.match(candidate.value):
        return "the value names a secret instead of being one"
    return weak_reason(candidate.value)
