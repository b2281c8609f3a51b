"""Passwords in addresses: ``scheme://user:password@host`` of every scheme.

Databases, queues and caches whose schemes have rules of their own (``postgres-url`` and its like) are left to them. The
syntax is that of RFC 3986, section 3.2.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from keyguard.generic.hosts import reach_of
from keyguard.generic.lines import is_comment, judge, randomness, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

RULE = "url-password"

_LONGEST = 64 + 120 + 8
_ADDRESS = expression(
    rb"""(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})://(?P<user>[^\s:/"'`<>]{0,64}):(?P<secret>[^\s/"'`<>{}]{3,160})"""
    rb"""@(?P<host>[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?P<after>[$%{(*]?|<(?!/))"""
)
_TOKEN = expression(
    rb"""(?P<scheme>https?|git|ftp)://(?P<secret>[A-Za-z0-9_-]{20,120})@(?P<host>[A-Za-z0-9.-]{3,253})(?P<after>[^\s"'`<>]{0,80})"""
)
#: keys of error trackers, which stand in web pages: ``https://key@host/number``
_PUBLIC = expression(rb"^(?::\d+)?(?:/\w+)?/\d+/?$")
#: schemes with rules of their own, as the end of a longer one, too (``jdbc:postgresql``): what these leave is no sample
_OTHERS = expression(rb"(?:postgres(?:ql)?|mysql2?|mariadb|mongodb|rediss?|amqps?|mssql|sqlserver)(?:\+\w{1,16})?\Z")
#: values that a program fills in, or names of variables in capitals; a token's companion; a port
_FILLED_IN = expression(
    r"[$*(){}<>\[\]\\|^]|%(?![0-9A-Fa-f]{2})|^[A-Z]{3,}(?:_[A-Z0-9]+)*$|^x-oauth-basic$|^\d{2,5}[,;#?]"
)
_SCHEME = expression(rb"[A-Za-z][A-Za-z0-9+.-]*\Z")
#: with these, addresses of documents are so common that they are not even worth a remark
_WEB = (b"http", b"https")


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the password of the address that a hit ends in."""
    colon = data.rfind(b"://", max(0, end - _LONGEST), end)
    scheme = colon > 0 and _SCHEME.search(data, max(0, colon - 31), colon)
    if not scheme:
        return
    found = _ADDRESS.match(data, scheme.start())
    if found and not found["after"]:
        yield from _judged(data, found, path)
    elif not found and (token := _TOKEN.match(data, scheme.start())):
        yield from _token(data, token, path)


def _judged(data: bytes, found: re.Match[bytes], path: bytes) -> Iterator[JudgedSecret]:
    user, password, host = (text_of(found[name]) for name in ("user", "secret", "host"))
    if (
        _FILLED_IN.search(password)
        or _FILLED_IN.search(user)
        or (password.isdigit() and ("." in user or len(password) < 6))
    ):
        return
    weak, reach = judge(unquote(password), unquote(user)), reach_of([host])
    if weak is None or (reach.weak and found["scheme"].lower() in _WEB):
        return
    if (weak or (reach.reason and not reach.weak)) and _OTHERS.search(found["scheme"]):
        return
    reasons = (f"an address of the form {text_of(found['scheme'])}://user:password@host", weak, reach.reason)
    yield JudgedSecret(
        *found.span("secret"),
        RULE,
        tuple(reason for reason in reasons if reason),
        confidence=reach.confidence if user else Confidence.MEDIUM,
        weak=bool(weak) or reach.weak,
        comment=is_comment(data, found.start(), path),
    )


def _token(data: bytes, found: re.Match[bytes], path: bytes) -> Iterator[JudgedSecret]:
    """Yield a random name without a password: a token, unless it is the public key in the address of a service."""
    random = randomness(text_of(found["secret"]))
    if not random or _PUBLIC.search(found["after"]) or reach_of([text_of(found["host"])]).reason:
        return
    reasons = (f"an address of the form {text_of(found['scheme'])}://token@host", random)
    comment = is_comment(data, found.start(), path)
    yield JudgedSecret(*found.span("secret"), RULE, reasons, comment=comment, guessable=False)
