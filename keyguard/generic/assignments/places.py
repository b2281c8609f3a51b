"""What stands around a value and says that it is none: a comparison, a getter, a template, the number of a key."""

from __future__ import annotations

import re

from keyguard.generic.assignments.candidates import Candidate
from keyguard.generic.assignments.names import is_password
from keyguard.support.regex import expression

#: calls that take the name of something: ``getOption("…")``, ``project.hasProperty("…")``, ``createToken("…")``
_GETTER = expression(
    r"(?i)(?:^|[._])(?:get|find|has|is|lookup|read|load|fetch|create|generate|make|build|require|contains|check|remove"
    r"|delete|value|property|option|intern|use|with|by|select|expect|should|assert|validate|register|define|resolve|to)\w*\Z"
)
_SETTER = expression(r"(?i)(?:^|[._])(?:with|use|define|register)_?(?:pass|pwd|secret|token|key|cred)\w*\Z")
_COMPARISONS = ("==", "===", "!=", "!==")
_WORD = expression(r"[A-Za-z]+(?:[_\-][A-Za-z]+)*\Z")
#: of two dots or more, or with underscores: a class, a column, a key of a translation
_MEMBER = expression(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*\Z")
#: ``_hash_with_indifferent_access``
_SNAKE = expression(r"_?[a-z]+(?:[_\-][a-z]+){2,}\Z")
#: ``namespaces/fields/ValidationInfo``
_SEGMENTS = expression(r"(?:[A-Za-z][a-z]+(?:[A-Z][a-z]+)*\d{0,3}/){2,}[A-Za-z][a-z]+(?:[A-Z][a-z]+)*\d{0,3}\Z")
#: ``depend::secret:preseed``
_SCOPED = expression(r"[a-z][a-z-]*::[\w:.-]+\Z")
_CAMEL = expression(r"[a-z]{2,16}(?:[A-Z][a-z]{2,16}){1,5}\Z")
_OBJECT = expression(r"[a-z]{2,30}(?:[.-][a-z]{2,30}){1,6}\Z")
_TEMPLATES = frozenset(("html", "htm", "vue", "svelte", "cshtml", "razor"))
_BOUND = ("[", ":", "@", "*", "(", "(", ".")
#: a search key is for browsers, beside the name of the application that it searches
_SEARCH = expression(r"(?i)algolia|app(?:lication)?_?id[\"']?\s?[:=,]|indexName|docsearch")
_KEY_NUMBER = expression(r"(?:0x)?(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{16}|[0-9a-fA-F]{40})\Z")
#: digits of the longer number of a key
_LONG_ID = 16
_KEY_RING = expression(
    r"(?i)recv|keyserver|\bgpg|\bpgp\b|apt[_-]?key|repo[_-]?key|signing[_-]?key|fingerprint|key[_-]?ring"
)


def is_looked_up(candidate: Candidate) -> bool:
    """Whether a function whose name has the word takes the name of something, not its value."""
    if candidate.kind != "call":
        return False
    if candidate.name.endswith("set_password") and candidate.after[1:2] == ",":
        return True  # of a key ring: the first argument names the service
    if _SETTER.search(candidate.name):
        return False
    return _GETTER.search(candidate.name) is not None


def _may_be_compared(candidate: Candidate) -> bool:
    return is_password(candidate.name) and "_" not in candidate.value and not candidate.value.isupper()


def is_compared(candidate: Candidate) -> bool:
    """``if token == "slow"``: what is compared with a word is a kind of something, unless it is a password.

    In ``x ? "token" : "code"`` the one word takes the place of the other.
    """
    if candidate.operator == ":" and candidate.before.rstrip("\"'`").rstrip().endswith("?"):
        return True
    if candidate.operator not in _COMPARISONS or _may_be_compared(candidate):
        return False
    return _WORD.match(candidate.value) is not None


def is_named_secret(candidate: Candidate) -> bool:
    """``tlsSecret: shop.local-tls``: in YAML, the name of a Secret of Kubernetes; or of one of AWS."""
    if candidate.before.endswith(":") and "arn:aws:secretsmanager" in candidate.line:
        return True
    if candidate.quote or candidate.file.extension not in ("yaml", "yml"):
        return False
    return candidate.name.endswith(("Secret", "secret")) and _OBJECT.match(candidate.value) is not None


def is_bound(candidate: Candidate) -> bool:
    """``[password]="field"``, ``:rules="rules"``: an expression in a template."""
    if candidate.operator != "=" or candidate.file.extension not in _TEMPLATES:
        return False
    return candidate.line[: candidate.name_at][-1:] in _BOUND


def is_member(candidate: Candidate) -> bool:
    """``PASSWORD_STAGE = "stages_password.passwordstage"``, ``key: "repaintLabels"``: the name of a member."""
    value = candidate.value
    if candidate.operator == ":" and candidate.before.endswith("::"):
        return True  # ``depend::secret:preseed``
    if ("_" in value and _MEMBER.match(value)) or _SEGMENTS.match(value) or _SCOPED.match(value):
        return True
    return not is_password(candidate.name) and (_CAMEL.match(value) or _SNAKE.match(value)) is not None


def is_search_key(candidate: Candidate) -> bool:
    """Whether a key is one for searching from a browser, public by design."""
    if not re.search(r"(?i)api_?key|search_?key", candidate.name):
        return False
    return _SEARCH.search(candidate.line) is not None


def is_of_download(candidate: Candidate) -> bool:
    """Whether a token is part of the address under which Firebase serves a file to everybody."""
    return candidate.before.endswith("alt=media&") or candidate.before.endswith("alt=media&amp;")


def is_key_number(candidate: Candidate) -> bool:
    """Whether a value is the number or the fingerprint of an OpenPGP key."""
    value = candidate.value
    if not _KEY_NUMBER.match(value) or is_password(candidate.name):
        return False
    if len(value) == _LONG_ID and value.isupper() and candidate.name.lower() == "key":
        return True
    return _KEY_RING.search(candidate.line[max(0, candidate.name_at - 120) :]) is not None
