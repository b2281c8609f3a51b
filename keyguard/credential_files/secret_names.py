"""Whether a key of a configuration file names a secret, and what kind: ``dbPassword``, ``client-secret``, ``API_KEY``."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from itertools import pairwise


class Kind(Enum):
    """What a key names."""

    PASSWORD = "password"
    """Chosen by a person, perhaps: any value counts that is no reference and no placeholder."""
    SECRET = "secret"
    """A key, a token or a secret that a program made: it has to look like one."""


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^A-Za-z0-9]+")
#: numbers and environments behind a name: ``password2``, ``secret_prod``
_TRAILING = re.compile(r"(?:(?<=\S)\d{1,2}| (?:prod|production|dev|development|test|staging|live|value|plain|str|string))\Z")
_PASSWORD = re.compile(r"(?:\A| |\A\w{1,16}?)(?:pass ?word|passwd|pass ?wd|pwd|pass ?phrase|passcode|pass ?wort|pw|pass|psk)\Z")
_SECRET = re.compile(
    r"(?:\A| )(?:secret|secret ?key(?: base)?|secret access key|secret token|client ?secret|app ?secret|api ?key|auth ?key"
    r"|(?:access|auth|bot|api|refresh|bearer|session|user|admin|deploy|id|csrf|security|service|git|hub|lab|npm|slack|vault"
    r"|app|jwt|push|secret|verify|verification|private)? ?token"
    r"|(?:private|signing|encryption|encrypt|crypt|master|shared|account|storage|hmac|jwt|cookie|cipher|aes|des|sign|session"
    r"|license|primary|secondary|access|shared access|app|validation|decryption|security|salt|hash|webhook|jwt secret) ?key"
    r"|(?:hash|password|cookie|session|crypt|security|token) ?salt|pepper)\Z"
)
#: names that end like those of secrets, and are none
_NOT = re.compile(
    r"\b(?:public|pub|no|without|require|use|enable|has|is|show|hide|allow|forgot|reset|min|max|old|primary key|foreign|by)\b"
    r"|(?:\A| )(?:by|com|tres|over|sur|im|tres|under|noauth|im|non|en|back|two|multi|all|low|high|band|single|first) ?pass\Z"
)


@lru_cache(4096)
def kind_of(name: str) -> Kind | None:
    """Return what the last part of a key names, None if it is no secret."""
    words = _words(name)
    if _NOT.search(words):
        return None
    if _PASSWORD.search(words):
        return Kind.PASSWORD
    return Kind.SECRET if _SECRET.search(words) else None


def _words(name: str) -> str:
    """Return the words of a name in lower case, with one space between two."""
    tail = name[-80:].rpartition(".")[2]
    words = _WORD.sub(" ", _HUMP.sub(" ", tail)).strip().lower()
    return _TRAILING.sub("", words)


_PLAIN_WORDS = re.compile(
    r"[A-Za-z]?[a-z]+(?:[ _.,:/-]{1,2}[A-Za-z]?[a-z]+){0,20}[.!:]?|[A-Z]+(?:[_.-][A-Z]+){0,20}|[A-Z]?[a-z]+(?:[A-Z][a-z]+){1,8}"
)
_PLACE = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}:)?/{1,2}[\w.-]|\.{1,2}/|~/|[A-Za-z]:\\|classpath:|file:")
#: what a form's field has to be: ``required|min:8``
_VALIDATION = re.compile(r"(?:\A|\|)(?:required|nullable|confirmed|min:\d{1,3}|max:\d{1,3})(?:\||\Z)")
_LABEL = re.compile(r"\S+(?: \S+){3,}|(?=.* ).*[.:?!]\Z|.*[:?]\Z")
_DIGITS_AND_LETTERS = re.compile(r"(?=.{0,200}\d)(?=.{0,200}[A-Za-z])")
_SIGNS = re.compile(r"[^\w\s]")
_SHORTEST = 10


def is_generated(value: str) -> bool:
    """Whether a value looks like a key that a program made: long, and of letters and digits, of signs or of mixed case.

    Words, paths and addresses are none.
    """
    if len(value) < _SHORTEST or _PLACE.match(value) or _PLAIN_WORDS.fullmatch(value) or len(set(value)) < 6:
        return False
    if _DIGITS_AND_LETTERS.match(value):
        return True
    if len(value) < 2 * _SHORTEST:
        return False
    turns = sum(a.isupper() != b.isupper() for a, b in pairwise(value))
    return turns * 4 >= len(value) or len(_SIGNS.findall(value)) * 6 >= len(value)


def is_password(value: str) -> bool:
    """Whether a value can be a password: no path or address, no rule for a form's field, no text for readers."""
    return not (_PLACE.match(value) or _VALIDATION.search(value) or _LABEL.fullmatch(value))
