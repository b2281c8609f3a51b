"""Gates: the reasons for which what stands in a secret's place is none, seen from the name, the value and the syntax.

The first gate that answers drops the candidate; the cheapest come first. Filters of the value alone are in
:mod:`keyguard.generic.value_filters`, which every finder uses. Every expression is linear in the bounded text it reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from keyguard.generic.assignments import places
from keyguard.generic.assignments.candidates import Candidate
from keyguard.generic.assignments.common_words import share_of_words
from keyguard.generic.assignments.names import (
    is_error,
    is_hashed,
    is_password,
    is_public,
    is_salt,
    is_strong,
    may_be_a_word,
)  # fmt: skip
from keyguard.generic.value_filters import dropped_by
from keyguard.support.regex import expression

_COMMENT = expression(r"\s*(?://|#(?!\w)|/?\*|--[ \t]|;|<!--|rem\b|%|>>>)", re.IGNORECASE)
_REFERENCE_BARE = expression(
    r"(?i)^ENV\b|^(?:self|this|config|conf|settings|options?|opts|params?|props?|args?|req|request|ctx|state|user|data|env|secrets"
    r"|vars?|local|inputs?|steps|github|matrix|os|sys|cls|app|session|response|res|process|module)(?:\.|\[|->)|^@[a-z_]+$|^:\w+$"
    r"|\{\w+\}|^\|[-+]?$|^>[-+]?$|^[\w.]+::|\$$|^[.#]|->|\]\["
)
#: a field of a template or of a format string
_FIELD = expression(r"\{[A-Za-z_][\w.:!\-]{0,40}\}|%[({]\w{1,40}[)}]|#\{|\{\{")
_LOOKUP = expression(
    r"(?i)(?:env|environ|get|fetch|config|param\w*|read\w*|load\w*|input|cookies?|session|headers?|lookup|find\w*|exists|has"
    r"|contains|include\w*|require|import|prompt|t|_|gettext|translate|equals?|match\w*|log\w*|print\w*|error\w*|warn\w*|raise"
    r"|describe|it|assert\w*|\w*option\w*|\w*propert\w*|get_\w*|vault\w*|\w*setting\w*)[(\[]$"
)
_VERSION = expression(r"[~^v>=<]{0,2}\d+\.\d+(?:\.[\dx*]+)+(?:[\-+.]?(?:alpha|beta|rc|dev|pre)[\w.]*)?\Z|[~^]\d")
_NUMBER = expression(r"0x[0-9a-fA-F]{1,16}\Z|\d{1,3}\Z|\d+\.\d+\Z")
_QUANTITY = expression(r"[\d.,:/%\- ]{1,7}\Z")
_DATE = expression(r"\d{4}-\d\d-\d\d(?:[T ]|\Z)")
_ACTION = expression(r"[a-z][a-z0-9.\-]*:[A-Z][A-Za-z]+\Z")
_DIGEST_VALUE = expression(r"(?:[0-9a-f]{32,128}|[0-9A-F]{32,128})\Z|sha(?:1|256|384|512)[-:]")
#: MD5, SHA-1 and SHA-256 of the empty text
_OF_NOTHING = ("d41d8cd98f00b204", "da39a3ee5e6b4b0d", "e3b0c44298fc1c14")
_DIGEST_BESIDE = expression(
    r"(?i)sha-?\d|md5|\bsha\b|integrity|commit|checksum|digest|\bhash|resolved|revision|etag|\brev\b|fingerprint|blob"
    r"|\boid\b|sri\b"
)
_REGEX = expression(
    r"\\[dwsb{}().?*+|\[\]]|\[\^?[A-Za-z0-9]-[A-Za-z0-9]|\][+*{?]|\.\*|\.\+|\(\?|^\^|[)\]*+]\$/?$|\|\w+\||^(?:required|nullable|string|sometimes|confirmed|min|max)[|:]"
)
_SELECTOR = expression(
    r"^[.#][a-z][\w\-]*$|^(?:rgba?|var|calc|url)\(|[{};]\s*$|^//|^[a-z]+\[|^input|#\w+-\w+$|^--[a-z]"
)
_PATH = expression(
    r"^(?:[.~]{1,2}/|/[\w.\-]+(?:/|\.\w|$)|[A-Za-z]:\\|https?:|file:|s3:|arn:|ssh-|urn:|mailto:|\.\w+$)|^[\w.\-]+/[\w.\-/]+\.\w{1,5}$"
    r"|\.(?:pem|key|crt|cer|jks|json|ya?ml|txt|jsx?|tsx?|py|rb|go|java|html?|php|xml|md|pub|conf|log|exe|dll|png|sh|bat|ps1|cs|sql|com|org|io|net)$"
    r"|@[\w\-]+\.\w+$|^[a-z]{2,12}://|^[\w.\-]+/$"
)
_DOTTED = expression(r"[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+\Z|[A-Za-z_]\w*\[")
_MODULE = expression(r"[A-Za-z_]+(?:\.[A-Za-z_]+){2,}\Z")
_IDENTIFIER = expression(r"[A-Za-z_]+\Z|[A-Z][A-Z0-9_]+\Z|[a-z]+(?:[A-Z][a-z]+)+\Z|[a-z]+(?:[_\-.][a-z]+)+\Z")
_LONG_WORD, _SHORT_WORD = 20, 12
_DEFAULTS = frozenset(("password", "passwd", "secret"))
_COMPOUND = expression(r"_?[a-z]+(?:[_\-.][a-z]+)*\Z|[A-Za-z][a-z]*(?:[A-Z][a-z]+)+\Z")
_CONSTANT = expression(r"[A-Z]+(?:_[A-Z]+)*(?:_V?\d{1,2})?\Z")
_SENTENCE = expression(
    r"\S+\s+\S+\s+\S+|[a-zA-Z]{2,}[.!?:,]?\s+(?:is|are|the|not|must|for|to|of|has|was|a|an|in|can|your|and|or)\b"
    r"|\b(?:is|are|the|not|must|was|has|invalid|required|expired|incorrect|wrong|missing|forgot|enter|reset|change|confirm)\b\s"
    r"|[一-鿿぀-ヿ가-힯]{2}"
)
_UUID = expression(r"(?i)\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?\Z")
_VENDORS = expression(r"(?:sk|pk|rk)_(?:live|test|prod|sandbox)_|whsec_")
_SAMPLE = expression(r"(?i)abc-?def|0?123456|654321|qwerty|deadbeef|xxxxx|foobar|lorem")
_SECRET_STEM = expression(r"pass|pwd|secret|token|key|cred|auth|otp|salt|senha")
_NOT_ALPHANUMERIC = expression(r"[^a-z0-9]")


class Gate(NamedTuple):
    """A reason for which a candidate is no secret."""

    name: str
    drops: Callable[[Candidate], object]
    reason: str


def in_comment(candidate: Candidate) -> bool:
    """Whether the line of a candidate is a comment."""
    return _COMMENT.match(candidate.line) is not None


def _bare_in_code(candidate: Candidate) -> bool:
    """In a programming language a bare word is a variable, unless it stands in a string or in a comment."""
    if candidate.quote or candidate.kind != "pair" or not candidate.file.is_code:
        return False
    return not (candidate.in_string or in_comment(candidate) or candidate.value[:1].isdigit())


def _closes_string(candidate: Candidate) -> bool:
    """``'KEY='.value``: the quote after the operator closes the string in which the name stands."""
    if not candidate.in_string or candidate.kind != "pair" or candidate.quote not in ("'", '"'):
        return False
    opened = candidate.line[: candidate.name_at].count(candidate.quote) % 2 == 1
    return opened and candidate.value[:1] in ".+ ,);]"


def _is_call(candidate: Candidate) -> bool:
    value = candidate.value
    return not candidate.quote and ("(" in value or ")" in value.rstrip(").;") or candidate.after[:1] in ("(", "["))


def is_lookup(candidate: Candidate) -> bool:
    """Whether what is called with the value looks something up under it."""
    return bool(candidate.wrap) and _LOOKUP.search(candidate.wrap) is not None


def speaks_of_a_secret(candidate: Candidate) -> bool:
    """Whether the name is one of a secret, and not of something about secrets."""
    name = candidate.name
    return is_strong(name) and not is_hashed(name) and not is_public(name)


def _is_reference(candidate: Candidate) -> bool:
    if _FIELD.search(candidate.value):
        return True
    return not candidate.quote and _REFERENCE_BARE.search(candidate.value) is not None


def _is_number(candidate: Candidate) -> bool:
    value = candidate.value
    if (
        _DATE.match(value)
        or (_QUANTITY.match(value) and not value.isdigit())
        or (value.isdigit() and is_error(candidate.name))
    ):
        return True
    return _VERSION.match(value) is not None or (not candidate.quote and _NUMBER.match(value) is not None)


def _is_uuid(candidate: Candidate) -> bool:
    """A UUID names something, unless it stands where only a secret can."""
    return _UUID.match(candidate.value) is not None and not is_strong(candidate.name)


def _is_digest(candidate: Candidate) -> bool:
    if candidate.value.startswith(_OF_NOTHING):
        return True
    if is_hashed(candidate.name):
        return True
    if not _DIGEST_VALUE.match(candidate.value) or is_strong(candidate.name):
        return False
    return _DIGEST_BESIDE.search(candidate.line[: candidate.value_at + len(candidate.value) + 60]) is not None


def _is_dotted(candidate: Candidate) -> bool:
    bare = not candidate.quote and _DOTTED.match(candidate.value)
    return bool(bare or _MODULE.match(candidate.value))


def _is_prose(candidate: Candidate) -> bool:
    value = candidate.value
    if value.isascii() and not any(map(str.isspace, value)):
        return False
    return bool(candidate.quote or not value.isascii()) and _SENTENCE.search(value) is not None


def _is_constant(candidate: Candidate) -> bool:
    value = candidate.value
    return (
        len(value) < 16 + 24 * ("_" in value) and not is_password(candidate.name) and _CONSTANT.match(value) is not None
    )


def _says_its_name(candidate: Candidate) -> bool:
    if candidate.kind not in ("pair", "call", "argument", "attribute", "element", "named"):
        return False
    if _is_default(candidate):
        return False
    value = _letters(candidate.value)
    return value in _letters(candidate.name) and _SECRET_STEM.search(value) is not None


def _is_sample(candidate: Candidate) -> bool:
    """A generated value contains none of these; a password that a person chose may."""
    return not is_password(candidate.name) and _SAMPLE.search(candidate.value) is not None


def _letters(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text.lower())


def _is_identifier(candidate: Candidate) -> bool:
    """``token: keyword.operator``, ``Key: NextToken``: words put together, under a name of no password."""
    if is_password(candidate.name) or not _COMPOUND.match(candidate.value):
        return False
    return share_of_words(candidate.value) > 0.9


def _is_listed(candidate: Candidate) -> bool:
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


def _is_plain_word(candidate: Candidate) -> bool:
    """``key: submit``, ``auth: basic``: a name that may be about anything needs a value that is no word."""
    value = candidate.value
    if len(value) < _LONG_WORD and value.isalpha() and value[1:].islower() and not may_be_a_word(candidate.name):
        return True
    if is_strong(candidate.name):
        return False
    return bool(_IDENTIFIER.match(value) or value.isdigit()) and share_of_words(value) >= 0.6


def _is_default(candidate: Candidate) -> bool:
    """``MYSQL_PASSWORD: secret``: the word is the value itself, a known default."""
    return candidate.value in _DEFAULTS and is_password(candidate.name)


def _is_translation(candidate: Candidate) -> bool:
    return candidate.file.is_translation and not any(map(str.isdigit, candidate.value))


#: those that look at the path are left out as long as it is not known
PATH_GATES = (
    Gate("file kind", lambda one: one.file.is_skipped, "a lock file, a style sheet, a catalogue or a minified file"),
    Gate("bare in code", _bare_in_code, "a bare word in a programming language is a variable"),
    Gate("translation", _is_translation, "a text in a translation"),
)
GATES = (
    Gate("end of a string", _closes_string, "the quote closes an outer string"),
    Gate("reference", _is_reference, "refers to a variable, a field or a parameter"),
    Gate("call", _is_call, "the result of a call"),
    Gate("lookup", lambda one: is_lookup(one) or places.is_looked_up(one), "looked up under this name"),
    Gate("comparison", places.is_compared, "compared with a word"),
    Gate("binding", places.is_bound, "an expression in a template"),
    Gate("number", _is_number, "a version or a number"),
    Gate("UUID", _is_uuid, "a UUID"),
    Gate("salt", lambda one: is_salt(one.name), "a salt or a nonce, which need not be secret"),
    Gate("public", lambda one: is_public(one.name), "the name says public, an identifier, or a setting about secrets"),
    Gate("digest", _is_digest, "a digest, as the name or what stands beside it says"),
    Gate("path", lambda one: _PATH.search(one.value), "a path, an address or the name of a file"),
    Gate("dotted name", _is_dotted, "a member of an object or of a module"),
    Gate(
        "expression",
        lambda one: _REGEX.search(one.value) or _SELECTOR.search(one.value),
        "a regular expression or a selector",
    ),
    Gate("member", places.is_member, "the name of a member"),
    Gate("search key", places.is_search_key, "a key for searching from a browser, public by design"),
    Gate("key number", places.is_key_number, "the number or the fingerprint of an OpenPGP key"),
    Gate("action", lambda one: _ACTION.match(one.value), "an action that a policy names"),
    Gate("prose", _is_prose, "a sentence"),
    Gate("constant", _is_constant, "the name of a constant"),
    Gate("vendor", lambda one: _VENDORS.match(one.value), "a vendor's format, about which the vendor's rules decide"),
    Gate("sample", _is_sample, "a sequence of characters that samples contain"),
    Gate("own name", _says_its_name, "the value repeats the name"),
    Gate("identifier", _is_identifier, "words put together, as identifiers are"),
    Gate("list", _is_listed, "one of a list of words"),
    Gate("plain word", _is_plain_word, "a plain word under a name that may be about anything"),
)


def dropped(candidate: Candidate) -> tuple[str, str] | None:
    """Return the name of the gate that drops a candidate and its reason; None if none does."""
    for gate in PATH_GATES:
        if gate.drops(candidate):
            return gate.name, gate.reason
    return dropped_by_content(candidate)


def dropped_by_content(candidate: Candidate) -> tuple[str, str] | None:
    """Return the same of the gates that need no path."""
    value = dropped_by(candidate.value)
    if value is not None and not _is_default(candidate):
        return value.name, value.reason
    return next(((gate.name, gate.reason) for gate in GATES if gate.drops(candidate)), None)
