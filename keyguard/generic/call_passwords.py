"""Passwords in calls that sign in: ``mysqli_connect("host", "user", "password")``, ``auth=("user", "password")``.

Only where both the account and the password are literals: elsewhere the name of the parameter tells more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.generic.expressions import CALLS, LONGER_CALLS
from keyguard.generic.hosts import reach_of
from keyguard.generic.lines import is_comment, judge, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

RULE = "call-password"

_BEFORE, _BEHIND = 260, 160
_TEXT = r"""[a-zA-Z@]{0,2}(?:"(?P<%s2>(?:[^"\\\n]|\\.){%s})"|'(?P<%s1>(?:[^'\\\n]|\\.){%s})')"""
_ACCOUNT = _TEXT % ("user", "1,80", "user", "1,80")
_PASSWORD = _TEXT % ("secret", "3,100", "secret", "3,100")
_COMMA = r",\s{0,40}"
_PAIR = expression(rf"(?i)(?:{'|'.join(CALLS)})[ \t]{{0,2}}\([ \t]{{0,4}}{_ACCOUNT}{_COMMA}{_PASSWORD}".encode())
_TRIPLE = expression(
    rf"""(?i)(?:{"|".join(LONGER_CALLS)})[ \t]{{0,2}}\(\s{{0,20}}"""
    rf"""(?:(?P<host>["'][^"'\n]{{0,120}}["'])|[^"'\n,]{{1,80}})(?:,[ \t]{{0,4}}\d{{2,5}})?"""
    rf"""{_COMMA}{_ACCOUNT}{_COMMA}{_PASSWORD}""".encode()
)
#: sbt's: a realm, a host, an account, a password
_REALM = expression(
    rf"""\bCredentials\(\s{{0,20}}"[^"\n]{{0,80}}",\s{{0,40}}"(?P<host>[\w.-]{{1,120}})"{_COMMA}{_ACCOUNT}{_COMMA}{_PASSWORD}""".encode()
)
_HOST = expression(rb"(?i)localhost|[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}(?::\d{1,5})?")
#: libcurl's option, in any language
_USERPWD = expression(
    rb"""(?i)userpwd["']?[ \t]{0,4}(?:,|=>?)[ \t]{0,4}"""
    rb"""(?:"(?P<user2>[^"\n:]{0,64}):(?P<secret2>[^"\n]{3,100})"|'(?P<user1>[^'\n:]{0,64}):(?P<secret1>[^'\n]{3,100})')"""
)
#: what is no password: several words, something to fill in, the name of a thing or of a host, or an option
_OTHER = expression(
    r"[\s${}<>/]|^(?:[\w-]{1,63}\.){1,5}[a-z]{2,12}$|%(?:[sdv]|\w+%|\()|^[A-Z]{3,}(?:_[A-Z0-9]+)*$|^[*.#xX?]+$|^[(@:+\[]|\\"
    r"|^[A-Za-z]?[a-z]+(?:[._-][a-z]+|[A-Z][a-z]+)*(?:[._-]\d{1,3})?$"
)


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the password among the arguments of the call that a hit ends in."""
    low, high = max(0, end - _BEFORE), min(len(data), end + _BEHIND)
    for pattern in (_REALM, _PAIR, _TRIPLE, _USERPWD):
        for found in pattern.finditer(data, low, high):
            if found.start() < end <= found.end():
                yield from _judged(data, found, path)
                return


def _judged(data: bytes, found: re.Match[bytes], path: bytes) -> Iterator[JudgedSecret]:
    group = "secret1" if found["secret1"] is not None else "secret2"
    password, user = text_of(found[group]), text_of(found["user1"] or found["user2"] or b"")
    if b".connect" in found[0][:12].lower() and not _looks_like_host(found):
        return
    weak = None if password.startswith("-") else judge(password, user)
    if weak is None or ((not weak or weak.startswith("a sample")) and _OTHER.search(password)):
        return
    host = text_of(found["host"]).strip("\"'") if "host" in found.re.groupindex and found["host"] else ""
    reach = reach_of([host] if host else [])
    reasons = ("the password in a call that signs in", weak, reach.reason)
    yield JudgedSecret(
        *found.span(group),
        RULE,
        tuple(reason for reason in reasons if reason),
        confidence=Confidence.HIGH if len(password) >= 6 else Confidence.MEDIUM,
        weak=bool(weak) or reach.weak,
        comment=is_comment(data, found.start(), path),
    )


def _looks_like_host(found: re.Match[bytes]) -> bool:
    """Whether a call that is named after a connection has an account first, or else a host: many a thing connects."""
    if "host" not in found.re.groupindex:
        return True
    return found["host"] is not None and _HOST.fullmatch(found["host"].strip(b"\"'")) is not None
