"""JSON web tokens: signed ones (RFC 7515), whose header and claims can be read, and encrypted ones (RFC 7516).

No claim but the date of expiry is ever part of a reason.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from keyguard.generic.lines import is_comment
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

RULE = "jwt"

_TAIL = 14
_WIDEST = 4 + _TAIL
_START = expression(rb"eyJ|eyAi|ewog|ew0K")
#: header, claims or key, signature or nonce; and for what is encrypted: text and tag
_TOKEN = expression(
    rb"([A-Za-z0-9_-]{16,2000})\.([A-Za-z0-9_-]{0,6000})\.([A-Za-z0-9_-]{0,1400})(?:\.([A-Za-z0-9_-]{1,6000})\.([A-Za-z0-9_-]{11,100}))?"
)
#: a token may follow an escape such as ``\n`` or ``%20``; else it begins where a word begins
_ESCAPES = (b"\\n", b"\\t", b"\\r", b"%20", b"%3D", b"%22", b"%3d")
_ALGORITHM = expression(r"[A-Za-z0-9+_-]{2,24}")
#: when the claims of the sample that everybody copies were made
_SAMPLE_TIMES = frozenset((1516239022, 1300819380, 1422779638))
_SAMPLE_CLAIM = expression(
    r"(?i)john\.? ?(?:doe|smith)|jane\.? ?doe|joe@|alice|\bbob\b|foo\b|\bbar\b|example\.(?:com|org|net)|localhost"
    r"|^test|\btests?$|dummy|^admin$|^1234567890$|^(?:user|test)_?(?:name|id)?\d{0,3}$|^foo|supabase-demo|^https?://(?:idp|issuer|server|auth)$"
)
#: names of claims that nobody but a test or a document uses
_SAMPLE_KEYS = frozenset(
    ("foo", "bar", "baz", "test", "hello", "hey", "example", "some", "payload", "pay", "claim", "key")
)
_SAMPLE_NAMES = (
    "sub",
    "name",
    "iss",
    "email",
    "username",
    "user",
    "preferred_username",
    "aud",
    "given_name",
    "user_name",
    "jti",
)
#: the name of a field or a call whose value is a message, and no token of a session
_CIPHERTEXT = expression(rb"(?i)encrypted|cipher|jwe")
_DAY = 86_400


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the token that begins where the hit does."""
    for begin in _START.finditer(data, max(0, end - _WIDEST), end):
        start = begin.start()
        if begin.end() + _TAIL != end or not _is_boundary(data, start):
            continue
        found = _TOKEN.match(data, start)
        if found:
            yield from _judged(data, found, path)


def _is_boundary(data: bytes, start: int) -> bool:
    before = data[max(0, start - 3) : start]
    last = before[-1:]
    return not (last.isalnum() or last in (b"_", b"-", b".", b"+", b"/")) or before.endswith(_ESCAPES)


def _judged(data: bytes, found: re.Match[bytes], path: bytes) -> Iterator[JudgedSecret]:
    header = _decoded(found[1])
    algorithm = header.get("alg") if header else None
    if header is None or not isinstance(algorithm, str) or not _ALGORITHM.fullmatch(algorithm):
        return
    if "enc" in header:
        if found[4] is None or _CIPHERTEXT.search(data, max(0, found.start() - 60), found.start()):
            return
        reasons, weak, confidence = [f"an encrypted JSON web token, {algorithm}"], "", Confidence.MEDIUM
        end = found.end()
    else:
        claims = _decoded(found[2])
        # a template, or a text of documentation that ends in dots
        if claims is None or (not found[3] and algorithm.lower() != "none"):
            return
        reasons, weak, confidence = (
            [f"a signed JSON web token, {algorithm}"],
            _weakness(algorithm, claims),
            Confidence.HIGH,
        )
        if not weak:
            reasons.append(_validity(claims))
        end = found.end(3)
    yield JudgedSecret(
        found.start(),
        end,
        RULE,
        (*reasons, *([weak] if weak else [])),
        confidence=confidence,
        weak=bool(weak),
        comment=is_comment(data, found.start(), path),
        guessable=False,
    )


def _decoded(part: bytes) -> dict[str, Any] | None:
    """Return the object that a part is base64url of JSON of; None if it is none."""
    try:
        value = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _weakness(algorithm: str, claims: dict[str, Any]) -> str:
    """Return why nobody can use the token; empty if somebody may."""
    if algorithm.lower() == "none":
        return "it has no signature"
    expiry = _number(claims.get("exp"))
    if expiry is not None and expiry < time.time() - _DAY:
        return f"it expired on {_date(expiry)}"
    if _is_sample(claims):
        return "its claims are those of a sample"
    if claims.get("role") == "anon":
        return "it is for anonymous visitors, and stands in web pages"
    return ""


def _is_sample(claims: dict[str, Any]) -> bool:
    """Whether the claims are none, or such as nobody makes but for a test or a document."""
    expiry = claims.get("exp")
    return (
        not claims
        or not _SAMPLE_KEYS.isdisjoint(claims)
        or (expiry is not None and _number(expiry) is None)
        or _number(claims.get("iat")) in _SAMPLE_TIMES
        or any(isinstance(claims.get(name), str) and _SAMPLE_CLAIM.search(claims[name]) for name in _SAMPLE_NAMES)
    )


def _validity(claims: dict[str, Any]) -> str:
    expiry = _number(claims.get("exp"))
    return "it never expires" if expiry is None else f"it is valid until {_date(expiry)}"


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    except OverflowError:
        return None


def _date(seconds: float) -> str:
    """Return the day of a time in seconds, or "a distant day" where no calendar reaches."""
    try:
        return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%d}"
    except (OverflowError, OSError, ValueError):
        return "a distant day"
