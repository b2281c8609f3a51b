"""Gates: the reasons for which what stands in a secret's place is none, seen from the name, the value and the syntax.

The first gate that answers drops the candidate; the cheapest come first. Filters of the value alone are in
:mod:`keyguard.generic.value_filters`, which every finder uses. Every expression is linear in the bounded text it reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from keyguard.generic.assignments import places, words
from keyguard.generic.assignments.candidates import Candidate
from keyguard.generic.assignments.names import (
    is_count,
    is_error,
    is_hashed,
    is_password,
    is_public,
    is_salt,
    is_strong,
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
#: of a package of Debian, in small letters: ``1:4.1.5.1-1ubuntu9``, ``4+dfsg1-2``
_PACKAGE_VERSION = expression(r"(?:\d{1,2}:)?\d{1,8}(?:\.\d{1,8}[.+~-]|\.\d{1,8}[a-z]|\+)[a-z\d.+~-]{0,40}\Z")
_DURATION = expression(r"\d{1,10}(?:ms|[smhdw]|[kKMG]i?[bB]?)\Z")
_NUMBER = expression(r"0x[0-9a-fA-F]{1,16}\Z|\d{1,3}\Z|\d+\.\d+\Z")
_QUANTITY = expression(r"[\d.,:/%\- ]{1,7}\Z")
_DATE = expression(r"\d{4}-\d\d-\d\d(?:[T ]|\Z)")
_ACTION = expression(r"[a-z][a-z0-9.\-]*:[A-Z][A-Za-z]+\Z")
_DIGEST_VALUE = expression(r"(?:[0-9a-f]{32,128}|[0-9A-F]{32,128})\Z|sha(?:1|256|384|512)[-:]")
#: an image by its digest: ``valkey:9@sha256:…``
_OF_IMAGE = expression(r"@sha(?:256|512):[0-9a-f]{32}")
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
    r"^(?:[.~]{1,2}/|/[\w.\-]+(?:/|\.\w|$)|[A-Za-z]:\\|https?:|file:|s3:|arn:|ssh-|urn:|mailto:|workspace:|[a-z]{2,12}:/\w|\.\w+$)|^[\w.\-]+/[\w.\-/]+\.\w{1,5}$"
    r"|\.(?:pem|key|crt|cer|jks|json|ya?ml|txt|jsx?|tsx?|py|rb|go|java|html?|php|xml|md|pub|conf|log|exe|dll|png|sh|bat|ps1|cs|sql|com|org|io|net)$"
    r"|@[\w\-]+\.\w+$|^[a-z]{2,12}://|^[\w.\-]+/$"
)
_DOTTED = expression(r"[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+\Z|[A-Za-z_]\w*\[")
_MODULE = expression(r"[A-Za-z_]+(?:\.[A-Za-z_]+){2,}\Z")
_ESCAPES = expression(r"(?:\\u[0-9a-fA-F]{4}){2}")
_SENTENCE = expression(
    r"\S+\s+\S+\s+\S+|[a-zA-Z]{2,}[.!?:,]?\s+(?:is|are|the|not|must|for|to|of|has|was|a|an|in|can|your|and|or)\b"
    r"|\b(?:is|are|the|not|must|was|has|invalid|required|expired|incorrect|wrong|missing|forgot|enter|reset|change|confirm)\b\s"
    r"|[一-鿿぀-ヿ가-힯]{2}"
)
_UUID = expression(r"(?i)\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?\Z")
_VENDORS = expression(r"(?:sk|pk|rk)_(?:live|test|prod|sandbox)_|whsec_")
_SAMPLE = expression(r"(?i)abc-?def|0?123456|654321|qwerty|deadbeef|xxxxx|foobar|lorem")


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
    wrap = candidate.wrap
    if candidate.operator == ":" and wrap.startswith(":"):
        return True  # ``Password::broker("users")``
    return len(wrap) > 1 and (wrap.endswith("[") or _LOOKUP.search(wrap) is not None)


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
    if value.isdigit() and is_count(candidate.name):
        return True
    if _VERSION.match(value) or _DURATION.match(value) or (_PACKAGE_VERSION.match(value) and "-" in value):
        return True
    return not candidate.quote and _NUMBER.match(value) is not None


def _is_uuid(candidate: Candidate) -> bool:
    """A UUID names something, unless it stands where only a secret can."""
    return _UUID.match(candidate.value) is not None and not is_strong(candidate.name)


def _is_digest(candidate: Candidate) -> bool:
    if candidate.value.startswith(_OF_NOTHING) or _OF_IMAGE.search(candidate.value):
        return True
    if is_hashed(candidate.name) or candidate.before.lower().endswith(("checksum/", "hash/")):
        return True
    if not _DIGEST_VALUE.match(candidate.value) or is_strong(candidate.name):
        return False
    return _DIGEST_BESIDE.search(candidate.line[: candidate.value_at + len(candidate.value) + 60]) is not None


def _is_dotted(candidate: Candidate) -> bool:
    bare = not candidate.quote and _DOTTED.match(candidate.value)
    return bool(bare or _MODULE.match(candidate.value))


def _is_prose(candidate: Candidate) -> bool:
    value = candidate.value
    if _ESCAPES.search(value):
        return True
    if value.isascii() and not any(map(str.isspace, value)):
        return False
    return bool(candidate.quote or not value.isascii()) and _SENTENCE.search(value) is not None


def _is_sample(candidate: Candidate) -> bool:
    """A generated value contains none of these; a password that a person chose may."""
    return not is_password(candidate.name) and _SAMPLE.search(candidate.value) is not None


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
    Gate("object", places.is_named_secret, "the name of a Secret of Kubernetes"),
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
    Gate("download", places.is_of_download, "a token in the address of a public download"),
    Gate("key number", places.is_key_number, "the number or the fingerprint of an OpenPGP key"),
    Gate("action", lambda one: _ACTION.match(one.value), "an action that a policy names"),
    Gate("prose", _is_prose, "a sentence"),
    Gate("constant", words.is_constant, "the name of a constant"),
    Gate("vendor", lambda one: _VENDORS.match(one.value), "a vendor's format, about which the vendor's rules decide"),
    Gate("sample", _is_sample, "a sequence of characters that samples contain"),
    Gate("own name", words.says_its_name, "the value repeats the name"),
    Gate("identifier", words.is_identifier, "words put together, as identifiers are"),
    Gate("list", words.is_listed, "one of a list of words"),
    Gate("plain word", words.is_plain_word, "a plain word under a name that may be about anything"),
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
    if value is not None and not words.is_default(candidate):
        return value.name, value.reason
    return next(((gate.name, gate.reason) for gate in GATES if gate.drops(candidate)), None)
