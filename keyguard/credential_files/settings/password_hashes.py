"""Hashes of passwords, and how soon a password is guessed from each: in ``crypt`` and LDAP syntax, by their form."""

from __future__ import annotations

import re
from typing import NamedTuple

from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

#: hashes that a graphics card tries a thousand million times a second, or that have no salt
FAST = "weak-password-hash"
SLOW = "password-hash"


class _Scheme(NamedTuple):
    """One kind of hash."""

    form: re.Pattern[str]
    rule: str
    name: str


def _schemes(rows: tuple[tuple[str, str, str], ...]) -> tuple[_Scheme, ...]:
    return tuple(_Scheme(expression(form), rule, name) for form, rule, name in rows)


_SCHEMES = _schemes(
    (
        (r"\$apr1\$[./\w]{1,8}\$[./\w]{22}", FAST, "a hash of Apache's MD5"),
        (r"\$1\$[^$\s:]{0,8}\$[./\w]{22}", FAST, "a hash of crypt with MD5"),
        (r"\$2[abxy]?\$\d\d\$[./\w]{53}", SLOW, "a hash of bcrypt"),
        (r"\$5\$(?:rounds=\d{1,9}\$)?[^$\s:]{0,16}\$[./\w]{43}", SLOW, "a hash of crypt with SHA-256"),
        (r"\$6\$(?:rounds=\d{1,9}\$)?[^$\s:]{0,16}\$[./\w]{86}", SLOW, "a hash of crypt with SHA-512"),
        (r"\$(?:y|gy|7)\$[./\w]{1,20}\$[./\w]{1,86}\$[./\w]{43}", SLOW, "a hash of yescrypt or scrypt"),
        (r"\$argon2(?:id|i|d)\$v=\d{1,3}\$[\w=,]{5,60}\$[\w+/=]{10,100}\$[\w+/=]{20,120}", SLOW, "a hash of Argon2"),
        (r"\{SSHA(?:256|384|512)\}[\w+/]{40,200}={0,2}", FAST, "a hash of one salted round of SHA-2"),
        (r"\{SSHA\}[\w+/]{30,80}={0,2}", FAST, "a hash of one salted round of SHA-1"),
        (r"\{SHA(?:1|256|384|512)?\}[\w+/]{27,90}={0,2}", FAST, "an unsalted hash of SHA"),
        (r"\{SMD5\}[\w+/]{20,60}={0,2}", FAST, "a hash of one salted round of MD5"),
        (r"\{MD5\}[\w+/]{22}(?:==)?", FAST, "an unsalted hash of MD5"),
        (r"\{(?:NT|LANMAN|LM)\}[0-9A-Fa-f]{32}", FAST, "a hash of Windows"),
        (r"\{PBKDF2[\w-]{0,12}\}\d{1,9}\$[./\w]{10,100}\$[./\w]{20,120}", SLOW, "a hash of PBKDF2"),
        (r"_[./\w]{19}", FAST, "a hash of crypt with DES"),
        (
            r"(?=[./A-Za-z]{0,12}\d)(?=[./\da-z]{0,12}[A-Z])(?=[./\dA-Z]{0,12}[a-z])[./\dA-Za-z]{13}",
            FAST,
            "a hash of crypt with DES",
        ),
    )
)
#: schemes in braces around a hash of ``crypt``
_AROUND = expression(r"\{(?:CRYPT|BLF-CRYPT|SHA512-CRYPT|SHA256-CRYPT|MD5-CRYPT|DES-CRYPT|ARGON2I?D?)\}", re.IGNORECASE)


class Hash(NamedTuple):
    """What a value is the hash of."""

    rule: str
    name: str
    """As a phrase: ``a hash of bcrypt``."""


def hash_of(value: str) -> Hash | None:
    """Return what kind of hash a value is; None if it is none of those that are known by their form."""
    inner = _AROUND.match(value)
    text = value[inner.end() :] if inner else value
    text = re.sub(r"\A\{[\w-]{2,14}\}", lambda found: found[0].upper(), text)
    found = next((one for one in _SCHEMES if one.form.fullmatch(text)), None)
    return Hash(found.rule, found.name) if found else None


def judged_hash(value: str, span: tuple[int, int], owner: str, *, comment: bool = False) -> JudgedSecret | None:
    """Return the hash at a span as a secret, None if it is none. ``owner`` is whose: ``of a user of htpasswd``."""
    found = hash_of(value)
    if not found:
        return None
    return JudgedSecret(*span, found.rule, (f"{found.name} {owner}",), comment=comment)
