"""Credentials in HTTP headers: ``Authorization: Basic``, ``Bearer`` and ``Token``, ``X-Api-Key`` and its like.

In every syntax: a raw header, an option of curl, a pair in code, YAML or JSON, a variable that holds the header. The
formats are those of RFC 7617 and RFC 6750. What is a JSON web token is left to :mod:`keyguard.generic.jwt`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from keyguard.generic.expressions import KEY_HEADERS, SCHEMES
from keyguard.generic.lines import is_comment, judge, randomness, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

BASIC, BEARER = "basic-auth", "bearer-token"

_TOKEN = expression(rb"[A-Za-z0-9+/_.~-]{6,1000}={0,2}")
_BETWEEN = rb"""["'`]?\]?[ \t]{0,4}(?::|=>|=|,)[ \t]{0,4}["'`]?"""
_LEFT = expression(
    rb"(?i)\b(?:(?P<basic>basic)(?:[ \t]{1,4}|%20|\+)|bearer(?:[ \t]{1,4}|%20)(?:token=)?[\"']?"
    rb"|authorization" + _BETWEEN + rb"(?:(?:" + SCHEMES.encode() + rb")(?:[ \t]{1,4}|%20)(?:token=)?[\"']?|(?P<bare>))"
    rb"|(?P<header>" + "|".join(KEY_HEADERS).encode() + rb")" + _BETWEEN + rb")"
)
#: bytes that the longest beginning takes
_BEFORE = 80
_URLSAFE = bytes.maketrans(b"-_", b"+/")


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the credential of the header whose value a hit reaches into."""
    for found in _LEFT.finditer(data, max(0, end - _BEFORE), end):
        token = _TOKEN.match(data, found.end())
        if token and token.end() >= end > found.end():
            yield from (_basic if found["basic"] else _bearer)(data, found, token.span(), path)


def _basic(data: bytes, found: re.Match[bytes], span: tuple[int, int], path: bytes) -> Iterator[JudgedSecret]:
    """Yield the token of ``Basic`` if it is base64 of a name, a colon and a password."""
    start, end = span
    user, colon, password = _decoded(data[start:end]).partition(":")
    if not colon or not password:
        return
    weak = judge(password, user)
    if weak is None:
        return
    if not weak and len(password) < 3:
        return
    reasons = ["an HTTP header of basic authentication", "base64 of a name, a colon and a password"]
    reasons += [weak] if weak else []
    comment = is_comment(data, found.start(), path)
    yield JudgedSecret(start, end, BASIC, tuple(reasons), weak=bool(weak), comment=comment)


def _decoded(token: bytes) -> str:
    """Return the text that a token is base64 of; empty if it is none, or holds what no name and no password does."""
    plain = token.rstrip(b"=").translate(_URLSAFE)
    try:
        text = base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return text if text.isprintable() else ""


def _bearer(data: bytes, found: re.Match[bytes], span: tuple[int, int], path: bytes) -> Iterator[JudgedSecret]:
    """Yield the token of ``Bearer`` or of a header that is named after a key, if it is random."""
    start, end = span
    token = data[start:end].rstrip(b".")
    end = start + len(token)
    if not (24 if found["bare"] is not None else 16) <= len(token) <= 600 or data[end : end + 1] in (
        b"(",
        b"$",
        b"{",
        b"<",
        b"[",
    ):
        return
    random = "" if _is_jwt(token) else randomness(text_of(token))
    if not random:
        return
    header = (
        "a header or a parameter that is named after a key" if found["header"] else "an HTTP header with a bearer token"
    )
    reasons = (header, random)
    yield JudgedSecret(start, end, BEARER, reasons, comment=is_comment(data, found.start(), path), guessable=False)


def _is_jwt(token: bytes) -> bool:
    """Whether a token is a JSON web token, of which another finder knows more: its header names an algorithm."""
    header, dot, _ = token.partition(b".")
    if not dot or not header.startswith(b"ey"):
        return False
    try:
        return b'"alg"' in base64.urlsafe_b64decode(header + b"=" * (-len(header) % 4))
    except (binascii.Error, ValueError):
        return False
