"""Passwords in SQL: of accounts (``IDENTIFIED BY``, ``WITH PASSWORD``), links, foreign servers and replication."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.generic.lines import is_comment, judge, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

RULE = "sql-password"

_BEFORE = 260
_QUOTED = rb"""(?:\\?'(?P<single>(?:[^'\\\n]|''){3,128})\\?'|\\?"(?P<double>[^"\\\n]{3,128})\\?")"""
_IDENTIFIED = expression(
    rb"(?i)\bidentified[ \t]{1,4}(?:with[ \t]{1,4}['\"`]?\w{1,40}['\"`]?[ \t]{1,4})?by[ \t]{1,4}"
    rb"(?:" + _QUOTED + rb"|(?P<bare>[A-Za-z][\w$#]{2,127})(?=[\s;\"']))"
)
_PASSWORD = expression(rb"(?i)password[ \t]{0,4}(?:=[ \t]{0,4}|\([ \t]{0,2}|[ \t]{1,4})N?" + _QUOTED)
#: statements that set or take a password; a comparison or the definition of a column does neither
_STATEMENT = expression(
    rb"(?im)\b(?:create|alter)[ \t]{1,4}(?:or[ \t]{1,4}replace[ \t]{1,4})?(?:user|role|login|group|certificate|server"
    rb"|(?:master|symmetric|asymmetric)[ \t]{1,4}key|application[ \t]{1,4}role|credential|connection|subscription"
    rb"|database[ \t]{1,4}(?:encryption|scoped|link))\b"
    rb"|(?:^|[;\"'])[ \t]{0,12}set[ \t]{1,4}password\b|\b(?:change[ \t]{1,4}(?:master|replication)|grant)\b"
    rb"|\boptions[ \t]{0,4}\(|\bby[ \t]{1,4}password\b|\bopen[ \t]{1,4}(?:symmetric|master)\b"
    rb"|\b(?:backup|restore)[ \t]{1,4}(?:master|service|certificate)\b"
)
_ACCOUNT = expression(
    rb"(?i)(?:\b|_)(?:user|role|login|for|to)(?:[ \t]{1,4}|[ \t]?=[ \t]?)"
    rb"(?:if[ \t]{1,4}not[ \t]{1,4}exists[ \t]{1,4})?[\"'`\[]?([\w.$-]{1,64})"
)
#: what a program fills in, and hashes, which servers take as well
_FILLED_IN = expression(
    r"[${}<>]|%(?:[sdv]|\w+%|\()|^[A-Z]{3,}(?:_[A-Z0-9]+)*$|^[*.#xX?]+$|^[(@:+\[&]|\|\||^\*[0-9A-F]{40}$|^0x"
    r"|^(?:md5)?[0-9a-f]{32,128}$|^SCRAM-"
)


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the password of the statement that a hit reaches into."""
    low, high = max(0, end - _BEFORE), min(len(data), end + 140)
    for pattern in (_IDENTIFIED, _PASSWORD):
        for found in pattern.finditer(data, max(low, end - 80), high):
            if not found.start() < end <= found.end():
                continue
            if (pattern is _IDENTIFIED and not found["bare"]) or _STATEMENT.search(data, low, found.start() + 20):
                yield from _judged(data, found, low, path)


def _judged(data: bytes, found: re.Match[bytes], low: int, path: bytes) -> Iterator[JudgedSecret]:
    group = next(one for one in ("single", "double", "bare") if found[one] is not None)
    password, accounts = text_of(found[group]), _ACCOUNT.findall(data, low, found.start())
    if _FILLED_IN.search(password) or (group == "bare" and password.isalpha()):
        return
    weak = judge(password, text_of(accounts[-1]) if accounts else "")
    if weak is None:
        return
    reasons = ("a statement of SQL that sets or uses a password", weak)
    yield JudgedSecret(
        *found.span(group),
        RULE,
        tuple(reason for reason in reasons if reason),
        weak=bool(weak),
        comment=is_comment(data, found.start(), path),
    )
