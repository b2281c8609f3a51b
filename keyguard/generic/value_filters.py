"""Filters that look at a value alone: placeholders, references to other values, ciphertext, words that are no secret.

Every expression is linear in the length of the value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from keyguard.support.regex import expression

#: longer values are no passwords and no tokens; shorter ones are not told from anything
SHORTEST, LONGEST = 3, 500

_WORDS = expression(
    r"(?i:null|none|nil|true|false|undefined|nan|yes|no|on|off|void|self|this|default|empty|required|optional|string|str"
    r"|int|integer|bool|boolean|number|object|any|array|list|dict|map|bytes?|char|text|varchar.{0,20}|function|unknown"
    r"|n/?a|tbd|todo|auto|basic|bearer|digest|utf-?8|ascii|latin-?1|base64|hex|!!\w{2,12}|nfk?[cd]|(?:sha|md|rs|hs|es|ps|aes)-?\d{1,4}|inherit"
    r"|(?:string|int|boolean|float)[!?]|pbkdf2with\w{0,30}|(?:aes|des|desede|rsa)(?:/\w{1,12}){0,2}|hmac-?(?:sha)?-?\d{0,3}"
    r"|ecdsa|ecdh|ed25519|x25519|bcrypt|scrypt|argon2(?:id|i|d)?|blowfish|compat|files|hidden|redacted|masked|windowspe|specialize|generalize|oobesystem|auditsystem|audituser|offlineservicing|placeholder|env|value|password|passwd|secret|token)"
)
_PLACEHOLDER = expression(
    r"(?i:^###|^[<\[{(%$#].*[>\]})%]$|[x*•.#_\-?0]{4,}$|(.)\1{5,}|(?<![a-z])your|my[-_](?:secret|token|key|pass|api|client)"
    r"|(?:enter|insert|replace|change|fill|put|set|generate)[ _-]?(?:me|this|here|your|with|in)(?![a-z])"
    r"|change[ _-]?me|_here\b|dummy|placeholder"
    r"|that[-_ ]matches|at[-_ ]least[-_ ]?\d|\d\d[-_ ]?(?:chars|char\b|bytes?\b|characters)"
    r"|some_?random|@todo\b"
    r"|redacted|^<[\w \-]{1,60}>|\.\.\.|…|ihr[_-]|votre|su[_-]contrase|seu[_-]|上面|填写|你的|您的|あなた|ваш)"
)
_REFERENCE = expression(
    r"(?i:^[&*]?\$[A-Za-z_{(]|\$\{|\$\(|#\{|\{\{|<%|%\(|^%[sdv]\b|\bprocess\.env|\bgetenv|environ\b|^\{[\w.]{0,100}\}$|^\\(?:e|033|x1b)\["
    r"|^%\w{1,100}%$|^!(?:Ref|GetAtt|Sub|ImportValue|vault)|^@@?\w{1,100}@@?$|^(?:(?:vault|secret|op|ssm|gcp)://|(?:vault|arn|ssm):))"
)
_CIPHERTEXT = expression(
    r"ENC\[|\$ANSIBLE_VAULT|^\{?cipher\}|^\$2[abxy]\$|^\$[156y]\$|^\$argon2|^\$apr1\$|^pbkdf2|^SCRAM-SHA|^sha\d{1,3}\$|^vault:v\d"
    r"|^AQI[CDB]A|^\{(?i:SSHA\d{0,3}|SHA\d{0,3}|CRYPT|PBKDF2|noop|bcrypt)\}|^BEGIN PGP|^ENC\(|^!vault"
    r"|^Ag[A-D][A-Za-z0-9+/]{120}"
    r"|^gAAAAA|^age1|^encrypted:"
)
_SAME = expression(r"(.)\1*")
#: as in the models of Power BI: ``Tables\ea5539ed-6f70-4a6f-96d0-a8909998a8d1``
_NUMBERED = expression(r"(?i:[a-z_]{1,30}[\\/]{1,4}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class ValueFilter(NamedTuple):
    """A reason for which a value is no secret."""

    name: str
    drops: Callable[[str], object]
    reason: str


FILTERS = (
    ValueFilter("length", lambda value: not SHORTEST <= len(value) <= LONGEST, "too short or too long"),
    ValueFilter("word", _WORDS.fullmatch, "a word such as none, true or string"),
    ValueFilter("reference", _REFERENCE.search, "refers to a variable, a template's field or a secret store"),
    ValueFilter("same character", _SAME.fullmatch, "one character, repeated"),
    ValueFilter("placeholder", _PLACEHOLDER.search, "a placeholder for the reader to fill in"),
    ValueFilter("numbered thing", _NUMBERED.fullmatch, "the number of something that is named before it"),
    ValueFilter("ciphertext", _CIPHERTEXT.search, "encrypted or hashed"),
)


@lru_cache(4096)
def dropped_by(value: str) -> ValueFilter | None:
    """Return the first filter that says that a value is no secret; None if none does."""
    return next((one for one in FILTERS if one.drops(value)), None)
