"""Passwords in connection strings: ADO.NET, ODBC, JDBC, Oracle, libpq and Go's MySQL driver.

A string is told from an assignment by what stands beside the password: ``;Server=…``, ``&user=…``, ``host=… ``,
``@tcp(``. The fields are those of the drivers' documentation; libpq's are in section 34.1.2 of PostgreSQL's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.generic.hosts import reach_of
from keyguard.generic.lines import is_comment, judge, line_of, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

RULE = "connection-string-password"

#: the most bytes of a string that are read before and behind a hit, and of the password and its name
_BEFORE, _BEHIND, _TAIL = 300, 200, 170
_FIELD = (
    rb"(?:server|data source|hostname|host|addr|address|driver|dsn|uid|user ?id|user ?name|user|login|database|dbname"
    rb"|initial catalog|port|provider|sslmode|encrypt|integrated security|trusted_connection|trustservercertificate"
    rb"|multipleactiveresultsets|persist security info|pooling|charset|min pool size|max pool size|connection timeout"
    rb"|connect timeout|allowuservariables|service name|sid|schema|ssl ?mode|authsource|abortconnect|ssl|synctimeout)"
)
_NAME = rb"(?:password|passwd|pwd)"
_ASSIGNED = rb"[ \t]{0,3}=[ \t]{0,3}"
#: how a hit ends, and where the value begins
_HITS = expression(
    rb"(?i)(?:(?P<semicolon>;)[ \t]{0,3}|(?P<parameter>[?&](?:amp;)?)|(?P<blank>[ \t])|(?P<comma>,))"
    rb"(?:" + _NAME + rb"|(?<=,)pass)" + rb"(?P<is>" + _ASSIGNED + rb")"
    rb"[^;]{3}\Z"
)
_BETWEEN = expression(
    rb"(?i)(?<![\w.-])"
    + _NAME
    + rb"(?P<is>"
    + _ASSIGNED
    + rb")(?P<value>[^\s;\"`<>&]{3,100})(?P<after>;[ \t]{0,3}|[ \t]{1,4})"
    rb"(?:" + _FIELD + rb")" + _ASSIGNED + rb"\Z"
)
_ORACLE = expression(
    rb"(?i)(?<![\w/.])(?P<user>[a-z][\w$#.]{0,40})/(?P<secret>[^\s\"'@/]{3,60})@(?:(?://)?(?P<host>[\w.-]{1,80}):1521)?\Z"
)
_GO = expression(rb"(?i)(?<![\w.-])(?P<user>[\w.-]{1,64}):(?P<secret>[^\s\"'`:/@]{3,100})@(?:tcp|unix)\(\Z")
_VALUE = expression(rb"'(?P<quoted>[^'\n]{3,100})'|(?P<secret>[^\s;\"'`<>&]{3,100})")
_WORD = expression(rb"'(?P<quoted>[^'\n]{3,100})'|(?P<secret>[^\s\"'`<>;,&)\\]{3,100})")
_PARAMETER = expression(rb"(?P<quoted>(?!))|(?P<secret>[^\s&;\"'`<>#)\]]{3,100})")
_OTHER_FIELD = expression(rb"(?i)(?<![\w-])" + _FIELD + rb"[ \t]{0,3}=(?![=>])[^;\n]{0,120};")
_OTHER_WORD = expression(
    rb"(?i)(?<![\w-])(?:host|hostaddr|user|dbname|port|sslmode|database)=[^\s\"';,]{1,100}[ \t]{1,4}\Z"
)
#: StackExchange.Redis; mount's options
_BEFORE_COMMA = expression(rb"(?i)(?::\d{2,5},(?:[a-z ]{2,20}=[^,\s]{1,40},){0,4}|\buser(?:name)?=[^,\s]{1,60},)\Z")
_ADDRESS = expression(rb"(?i)(?<![a-z0-9])(?:(?!https?:|ftp:|wss?:)[a-z][a-z0-9+.-]{2,40}://|jdbc:[a-z0-9+.-]{2,40}:)")
_STARTS = (b" ", b'"', b"'", b"\t", b"<", b">", b"`", b"(")
_BESIDE = "with other fields beside the password"
_LIBPQ = "a connection string of PostgreSQL"
_OF_ORACLE = "a connection string of Oracle, user/password@host"
_OF_GO = "a connection string of Go's MySQL driver"
_GO_HOST = expression(rb"[\w.-]{0,253}")
_HOST = expression(
    rb"(?i)(?:(?<![\w-])(?:server|data source|host|hostname|addr|address)[ \t]{0,3}=[ \t]{0,3}(?:tcp:|np:)?"
    rb"|://(?:[^\s/@\"']{1,80}@)?|jdbc:oracle:[^@\s]{1,120}@(?://)?)(?P<host>\(local(?:db)?\)|\.(?=[\\;])|[\w.-]{1,253})"
)
_USER = expression(rb"(?i)(?<![\w-])(?:uid|user ?id|user ?name|user|login)[ \t]{0,3}=[ \t]{0,3}([^\s;&\"'<>]{1,64})")
#: what a program fills in, or an expression of one
_FILLED_IN = expression(
    r"[${}<>|\s]|\w\.get\w{0,8}\(|getenv\(|%(?:[sdv]|\w+%|\()|^[A-Z]{3,}(?:_[A-Z0-9]+)*$|^[*.#xX]+$|^[(@:+?\[]|\\n$|^[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)+$"
)


class _Found(NamedTuple):
    """A password in a string of some form; the account and the host, if the form gives them."""

    form: str
    span: tuple[int, int]
    user: bytes = b""
    host: bytes = b""


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the password of the connection string that a hit ends in."""
    low, high = line_of(data, end - 1)
    low, high = max(low, end - _BEFORE), min(high, end + _BEHIND)
    found = _found(data, end, low)
    if found:
        yield from _judged(data, found, (low, high), path)


def _found(data: bytes, end: int, low: int) -> _Found | None:
    tail, last = max(low, end - _TAIL), data[end - 1 : end]
    if last == b"=":
        between = _BETWEEN.search(data, tail, end)
        if not between:
            return None
        if between["after"][:1] == b";":
            return _at(_VALUE, data, between.end("is"), f"a connection string, {_BESIDE}")
        found = _at(_WORD, data, between.end("is"), f"{_LIBPQ}, {_BESIDE}")
        return found if found and found.span[1] >= between.end("value") - 1 else None
    if last in (b"@", b"1") and (oracle := _ORACLE.search(data, tail, end)):
        return _Found(_OF_ORACLE, oracle.span("secret"), oracle["user"], oracle["host"] or b"")
    if last == b"(" and (go := _GO.search(data, tail, end)):
        host = _GO_HOST.match(data, end)
        return _Found(_OF_GO, go.span("secret"), go["user"], host[0] if host else b"")
    return _named(data, end, low)


def _named(data: bytes, end: int, low: int) -> _Found | None:
    """Return the password whose name stands behind a semicolon, a blank, or the mark of a parameter."""
    hit = _HITS.search(data, max(low, end - 40), end)
    if not hit:
        return None
    start = hit.end("is")
    if hit["semicolon"]:
        form = f"a connection string, {_BESIDE}"
        return _at(_VALUE, data, start, form) if _OTHER_FIELD.search(data, low, hit.start() + 1) else None
    if hit["blank"]:
        form = f"{_LIBPQ}, {_BESIDE}"
        return _at(_WORD, data, start, form) if _OTHER_WORD.search(data, max(low, end - 150), hit.start() + 1) else None
    if hit["comma"]:
        fields = _BEFORE_COMMA.search(data, max(low, end - 150), hit.start() + 1)
        return _at(_WORD, data, start, "an option of a connection") if fields else None
    begin = max(low - 1, *(data.rfind(one, low, hit.start()) for one in _STARTS)) + 1
    address = _ADDRESS.search(data, begin, hit.start())
    return _at(_PARAMETER, data, start, "a parameter of a database's address") if address else None


def _at(pattern: re.Pattern[bytes], data: bytes, start: int, form: str) -> _Found | None:
    value = pattern.match(data, start)
    return _Found(form, value.span(value.lastgroup or 0)) if value else None


def _judged(data: bytes, found: _Found, around: tuple[int, int], path: bytes) -> Iterator[JudgedSecret]:
    password = text_of(data[slice(*found.span)])
    if _FILLED_IN.search(password):
        return
    weak = judge(password, text_of(found.user or _first(_USER, data, around)))
    if weak is None:
        return
    host = text_of(found.host or _first(_HOST, data, around))
    reach = reach_of([host] if host else [])
    yield JudgedSecret(
        *found.span,
        RULE,
        tuple(reason for reason in (found.form, weak, reach.reason) if reason),
        confidence=reach.confidence,
        weak=bool(weak) or reach.weak,
        comment=is_comment(data, found.span[0], path),
    )


def _first(pattern: re.Pattern[bytes], data: bytes, around: tuple[int, int]) -> bytes:
    found = pattern.search(data, *around)
    return found[1] if found else b""
