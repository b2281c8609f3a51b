"""Whether the name of a setting is that of a secret, and which kind: ``dbPassword``, ``client-secret``, ``API_KEY``."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise

from keyguard.support.regex import expression


class Kind(Enum):
    """What a setting contains."""

    PASSWORD = auto()
    """Chosen by a person, perhaps: any value counts that is no reference and no placeholder."""
    SECRET = auto()
    """A key, a token or a secret that a program made: it has to look like one."""


_HUMP = expression(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = expression(r"[A-Za-z]+|\d+")
#: words behind the name: ``password_prod``, ``secret2``
_TRAILING = frozenset(
    ("prod", "production", "dev", "development", "test", "staging", "live", "value", "plain", "string", "base", "hex")
)
_PASSWORDS = frozenset(
    ("password", "passwd", "pwd", "passphrase", "passcode", "passwort", "kennwort", "pw", "pass", "psk")
)
_JOINED_PASSWORD = expression(
    r"\w*(?:password|passwd|passphrase)|(?:db|smtp|ftp|user|admin|root|mail|imap|proxy|my|mysql|sql|redis|ldap|bind|key|store"
    r"|keystore|truststore|ssl|auth)(?:pass|pwd|pw)"
)
_JOINED_SECRET = expression(
    r"(?:client|app|api|jwt|auth|oauth|consumer|enroll|shared|webhook|session|cookie|bot|secret|token)secret"
    r"|(?:access|auth|api|bearer|refresh|bot|secret|oauth|session|app)token|(?:api|secret|access|private|auth|app|jwt)key"
)
#: what a key is called that is secret; any other one (a primary key, a cache key, a key of a map) is not
_KEY_LIST = """
api auth access secret private signing encryption encrypt encrypted crypt crypto master shared account storage hmac jwt
cookie cipher aes des sign signature session license primary secondary app validation decryption security webhook fernet
sas
"""
#: words of names that end like those of secrets, and are none
_NOT_LIST = """
public pub no without require required use enable enabled has is show hide allow forgot reset min max old by foreign
invalid wrong error incorrect update validate check confirm change generate generated random name label
"""
_SECRETS = frozenset(("secret", "token", "pepper"))
_KEYS = frozenset(_KEY_LIST.split())
_NOT = frozenset(_NOT_LIST.split())
_SALTED = frozenset(("hash", "password", "cookie", "session", "crypt", "security", "token", "key"))


@lru_cache(4096)
def kind_of(name: str) -> Kind | None:
    """Return what a setting of this name contains, None if it is no secret. Only what is behind its last dot counts."""
    words = [word.lower() for word in _WORD.findall(_HUMP.sub(" ", name[-80:].rpartition(".")[2]))]
    while len(words) > 1 and (words[-1] in _TRAILING or words[-1].isdigit()):
        words.pop()
    if not words or not _NOT.isdisjoint(words):
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if (
        last in _PASSWORDS
        or (_JOINED_PASSWORD.fullmatch(last) and not last.startswith("nopass"))
        or (before, last) == ("pass", "word")
    ):
        return Kind.PASSWORD
    is_key = (last == "key" and before in _KEYS) or (last == "salt" and before in _SALTED)
    return Kind.SECRET if is_key or last in _SECRETS or _JOINED_SECRET.fullmatch(last) else None


#: text of words: ``my-app-secret``, ``Not A Secret.``, ``MY_KEY``, ``mySecretKey``
_PLAIN_WORDS = expression(
    r"[A-Z]?[a-z]+(?:[ _.,:/-]{1,2}[A-Z]?[a-z]+){0,20}[.!:]?|[A-Z]+(?:[_.-][A-Z]+){0,20}"
    r"|[A-Z]{2,}(?:\d[A-Z]+)?(?:_[A-Z]+\d{0,2}){1,8}"
    r"|[A-Z]?[a-z]+(?:[A-Z][a-z]+){1,8}"
)
_PLACE = expression(r"(?:[a-z][a-z0-9+.-]{1,15}:)?/{1,2}[\w.-]|\.{1,2}/|~/|[A-Za-z]:\\|classpath:|file:")
#: what the field of a form has to be: ``required|min:8``
_VALIDATION = expression(r"(?:\A|\|)(?:required|nullable|confirmed|min:\d{1,3}|max:\d{1,3})(?:\||\Z)")
_LABEL = expression(r"\S+(?: \S+){3,}|\S+ (?:.*[.:?!])|[^:?]*[:?]")
_IDEOGRAMS = expression(r"[一-鿿぀-ヿ가-힯]{2}")
#: a password that Google makes for one program
_FOUR_BY_FOUR = expression(r"[a-z]{4}(?: [a-z]{4}){3}")
#: words and numbers: ``internal-gateway-secret-key-2024``, ``k8s_events``
_WORDS_AND_NUMBERS = expression(
    r"[A-Z]?[a-z]+(?:[ _.-](?:[A-Z]?[a-z]+|\d{1,4})){2,20}\d{0,4}"
    r"|[a-z]+(?:\d[a-z]*)?(?:[_.-][a-z]+(?:\d[a-z]*)?){1,20}"
)
_SAMPLE = expression(r"(?:^|[_.-])(?:mock|fake|stub|dummy|example|sample|test|your|my|xxx+)(?:[_.-]|$)", re.IGNORECASE)
_DIGIT_AND_LETTER = expression(r"(?=.{0,200}\d)(?=.{0,200}[A-Za-z])")
_SIGN = expression(r"[^\w\s]")
_SHORTEST = 10


def is_generated(value: str) -> bool:
    """Whether a value looks like a key that a program made: long, and of letters and digits, of signs or of mixed case.

    Words, paths and addresses are none.
    """
    least = 9 if len(value) >= 2 * _SHORTEST else 6
    if (
        len(value) < _SHORTEST
        or _PLACE.match(value)
        or _PLAIN_WORDS.fullmatch(value)
        or _WORDS_AND_NUMBERS.fullmatch(value)
        or _SAMPLE.search(value)
        or len(set(value)) < least
    ):
        return False
    if _DIGIT_AND_LETTER.match(value):
        return True
    turns = sum(one.isupper() != other.isupper() for one, other in pairwise(value))
    if len(value) < 2 * _SHORTEST:
        return len(value) > _SHORTEST and turns * 2 >= len(value)
    return turns * 4 >= len(value) or len(_SIGN.findall(value)) * 6 >= len(value)


def is_password(value: str) -> bool:
    """Whether a value can be a password: no path or address, no rule for a form's field, no text for readers."""
    return bool(_FOUR_BY_FOUR.fullmatch(value)) or not (
        _PLACE.match(value) or _VALIDATION.search(value) or _LABEL.fullmatch(value) or _IDEOGRAMS.search(value)
    )
