"""Passwords in addresses: ``scheme://user:password@host`` of every scheme.

Databases, queues and caches whose schemes have rules of their own (``postgres-url`` and its like) are left to them. The
syntax is that of RFC 3986, section 3.2.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.generic.known_defaults import is_local, is_sample
from keyguard.generic.lines import is_comment, judge, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence

RULE = "url-password"

_LONGEST = 64 + 120 + 8
_ADDRESS = re.compile(
    rb"""(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})://(?P<user>[^\s:/@"'`<>]{0,64}):(?P<secret>[^\s/"'`<>{}]{3,160})"""
    rb"""@(?P<host>[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?P<after>[$%{(*]?|<(?!/))"""
)
#: schemes that rules of their own match, as the end of a longer one, too (``jdbc:postgresql``)
_OTHERS = re.compile(
    rb"(?:postgres(?:ql)?(?:\+(?:psycopg2?|asyncpg))?|mysql2?(?:\+(?:pymysql|mysqldb|aiomysql))?|mariadb|mongodb(?:\+srv)?|rediss?"
    rb"|amqps?|mssql(?:\+(?:pyodbc|pymssql))?|sqlserver)$"
)
#: values that a program fills in, or names of variables in capitals; a token's companion; a port
_FILLED_IN = re.compile(
    r"[$*(){}<>\[\]\\|^]|%(?![0-9A-Fa-f]{2})|^[A-Z]{3,}(?:_[A-Z0-9]+)*$|^x-oauth-basic$|^\d{2,5}[,;]"
)
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*\Z")
#: with these, addresses of this machine and of documents are so common that they are not even worth a remark
_WEB = (b"http", b"https")


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the password of the address that a hit ends in."""
    colon = data.rfind(b"://", max(0, end - _LONGEST), end)
    scheme = colon > 0 and _SCHEME.search(data, max(0, colon - 31), colon)
    found = scheme and _ADDRESS.match(data, scheme.start())
    if not found or found["after"] or _OTHERS.search(found["scheme"]):
        return
    user, password, host = (text_of(found[name]) for name in ("user", "secret", "host"))
    if _FILLED_IN.search(password) or _FILLED_IN.search(user) or (password.isdigit() and "." in user):
        return
    weak = judge(password, user)
    local, sample = is_local(host), is_sample(host)
    if weak is None or ((local or sample) and found["scheme"].lower() in _WEB):
        return
    where = "the host is not public" if local else "the host is one that documents use" if sample else ""
    reasons = [f"an address of the form {text_of(found['scheme'])}://user:password@host"]
    reasons += [reason for reason in (weak, where) if reason]
    yield JudgedSecret(
        *found.span("secret"),
        RULE,
        tuple(reasons),
        confidence=Confidence.MEDIUM if not user else Confidence.HIGH,
        weak=bool(weak or where),
        comment=is_comment(data, found.start(), path),
    )
