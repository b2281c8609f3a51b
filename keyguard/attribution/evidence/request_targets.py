"""Determine the vendor to which a statement sends a key: by the host of its own request, and by no other host in it.

``fetch('https://api.stripe.com/v1', { headers: { Authorization: 'Bearer …' } })`` is proof. A URL of the vendor's as a
parameter, a path, a referrer, a callback or in the body of a request to another host is not, nor is a URL of which
only a part is known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from keyguard.attribution.evidence import shell_commands, urls
from keyguard.attribution.evidence.assignment import has_stand_in
from keyguard.attribution.evidence.identifiers import words_of
from keyguard.attribution.evidence.urls import belongs_to
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors, hosts_in
from keyguard.support.regex import expression

_OPEN, _PAIRS = b"([{", {b")": b"(", b"]": b"[", b"}": b"{"}
#: fields and functions that take the URL of a request
_TARGETS = frozenset(
    b"url uri baseurl baseuri base baseaddress apibase apiurl apibaseurl endpoint endpointurl serverurl host hostname "
    b"curlopturl raw requesturl target".split()
)
_REQUESTS = frozenset(
    b"get post put patch delete head options request fetch send call open connect connection client create axios ky "
    b"got curl init message url uri urlopen session instance query api json ajax rest invoke execute exec perform http "
    b"https resource target endpoint baseurl newrequest builder getjson postjson withheaders".split()
)
#: names for URLs that others call back or that are permitted
_LISTENERS = frozenset(
    b"webhook webhooks hook hooks callback callbacks redirect route listener cors origin allow".split()
)
#: functions that make a URL from a string; the call around them is examined
_MAKERS = frozenset(b"url uri create parse of string mustparse urljoin paste join concat format sprintf".split())
#: parts of a request that are not credentials
_BODIES = frozenset(
    b"body data json form payload content text message variables stringify files fields metadata cookie cookies "
    b"referer referrer origin callback attributes settings".split()
)
#: parts of what stands for a server in tests
_MATCHERS = frozenset(b"equal equals match matches contains expect expected pattern regex stub mapping".split())
_FIELD = expression(rb"(?<![\w$.-])[\d.-]*([A-Za-z_$][\w$.-]*)[\"'`\]]?\s*(?::|=>|=)\s*(?:new\s+)?$")
#: the field whose string value contains the end of the text
_IN_TEXT = expression(
    rb"(?<![\w$.-])[.-]{0,9}([A-Za-z_$][\w$.-]{0,60})[\"'`\]]?\s{0,9}(?::|=>|=)\s{0,9}"
    rb"(?:[bfru$@]{0,2}([\"'`])(?:(?!\2).){0,100})?$",
    re.DOTALL,
)
_FUNCTION = expression(rb"(?<![\w$.:>!?-])[\d.:>!?-]*([A-Za-z_$][\w$.:>!?-]*)\s*$")
_FUNCTION_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$.:>!?-"
#: the method, in front of a URL that is the second argument
_METHOD = expression(
    rb"(?i)^\s*[:\"'`]?(?:[\w.]*\.)?(?:get|post|put|patch|delete|head|options|method\w*)[\"'`]?\s*,\s*$"
)
#: the member that holds the URL of all requests
_BASE = expression(rb"(?i)[.>](?:base_?ur[il]|base_?address|api_?base|endpoint)[\"']?\]?\s*=\s*(?:new\s+)?$")
#: the handle of curl, before its options
_HANDLE = expression(rb"^\s*\$\w{1,40}\s*,\s*$")
_PREFIX = expression(rb"(?:new\s+)?[bfrul@$]{0,2}[\"'`<]?$")
#: continuations of the same request, without blanks: ``.header(…)``, ``->get(``; bracket contents are ``0``
_CHAIN = expression(rb"[)\]}]*(?:(?:\?\.|\.|->|::)\w*(?:!|\?(?!\.))?)*")
_INNER = expression(rb"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_REQUEST_LINE = expression(rb"(?m)^[ \t>#*]*(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)[ \t]+(\S+)")
_HOST_LINE = expression(rb"(?im)^[ \t>#*]*host[ \t]*:[ \t]*(\S+)")
_HEADER_LINE = expression(rb"(?i)^[ \t>#*]*[a-z-]{3,40}[ \t]*:[^{}\[\]]*$")
_POWERSHELL = expression(rb"(?i)\b(?:invoke-(?:restmethod|webrequest)|irm|iwr)\b")
_POWERSHELL_TARGET = expression(rb"(?i)(?:-uri|invoke-(?:restmethod|webrequest)|irm|iwr)\s+[\"']?$")
_POWERSHELL_OTHER = expression(rb"(?i)-(?:body|infile|proxy|sessionvariable|form)\b")
#: what sends a request somewhere other than its URL says
_DIVERTED = expression(
    rb"(?i)prox(?:y|ies)|tunnel|resolve\b|unix_?socket|socket_?path|lookup:|transport=|replace\(|\bg?sub\("
)
#: an option that sets the host that a client calls, and its value
_CALLS = expression(
    rb"(?i)(?<![a-z])(?:api_?)?(?:host|hostname|base_?ur[il]|api_?base|endpoint|server|server_?url|url|port|protocol)"
    rb"[\"']?\s*[:=]\s*[bfru]?[\"'`]?([^\s\"'`,})]+)"
)
_ABOUT = expression(rb"(?i)app_?info[\"']?\s*[:=]\s*\{[^{}]*\}")


class _Bracket(NamedTuple):
    start: int
    name: bytes
    """The function or field that the bracket belongs to."""
    first: bool
    """Whether it is the first thing in the enclosing bracket."""


def request_target(vendors: Vendors, statement: bytes) -> Evidence | None:
    r"""Return the one vendor whose host a statement names, else None.

    The evidence is direct if the key (``\0``) is a credential of a request to that host.
    """
    found = hosts_in(vendors, statement, "in the same statement")
    if len(found) != 1:
        return None
    return found[0]._replace(direct=_is_sent(vendors[found[0].vendor].hosts, statement))


def _is_sent(hosts: Collection[str], statement: bytes) -> bool:
    statement = statement.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    before, key, after = statement.partition(b"\0")
    if not key or has_stand_in(statement):
        return False
    inside, host = urls.enclosing_host(before, after)
    if inside:
        return belongs_to(host, hosts)
    command = shell_commands.request_with_key(statement)
    if command:
        return command.credential and bool(command.hosts) and all(belongs_to(host, hosts) for host in command.hosts)
    if _DIVERTED.search(statement):
        return False
    if _POWERSHELL.search(before):
        return _all_of(hosts, _of_powershell(statement, len(before)))
    if _HEADER_LINE.match(before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :]) and not _enclosing(before):
        return _all_of(hosts, _of_headers(statement))
    return _all_of(hosts, _of_calls(statement, len(before)))


def target_hosts(statement: bytes) -> Iterator[str]:
    """Yield the hosts, empty if unknown, of the URLs in a statement that are the targets of requests."""
    for one in urls.addresses(statement):
        if _is_target(statement, one.start):
            yield one.host


def calls_other_targets(hosts: Collection[str], statement: bytes) -> bool:
    r"""Whether the request with the key (``\0``) in a statement goes to a host that is known to be none of these."""
    before, key, _ = statement.partition(b"\0")
    if not key:
        return False
    command = shell_commands.request_with_key(statement)
    found = command.hosts if command else _of_calls(statement, len(before))
    return any(host and not belongs_to(host, hosts) for host in found)


def calls_other_host(hosts: Collection[str], statement: bytes) -> bool:
    """Whether a client in the statement is configured to call a host that is none of these."""
    for found in _CALLS.finditer(_ABOUT.sub(b" ", statement)):
        if b"\0" not in found[1] and not belongs_to(
            urls.host_of(re.sub(rb"^https?://|[/?#].*$", b"", found[1])), hosts
        ):
            return True
    return False


def _all_of(hosts: Collection[str], found: Iterator[str]) -> bool:
    every = [*found]
    return bool(every) and all(belongs_to(host, hosts) for host in every)


def _of_headers(statement: bytes) -> Iterator[str]:
    """Yield the hosts of a request written in HTTP's own syntax."""
    for line in _REQUEST_LINE.finditer(statement):
        if not line[1].startswith(b"/"):
            yield next((one.host for one in urls.addresses(line[1])), "")
    for host in _HOST_LINE.finditer(statement):
        yield urls.host_of(host[1])


def _of_powershell(statement: bytes, key: int) -> Iterator[str]:
    if _POWERSHELL_OTHER.search(statement, 0, key):
        yield ""
    for one in urls.addresses(statement):
        if _POWERSHELL_TARGET.search(statement[: one.start]):
            yield one.host


def _of_calls(statement: bytes, key: int) -> Iterator[str]:
    """Yield the hosts of the URLs in the call that has the key as an argument.

    One is empty if the key is only in the body.
    """
    around = _enclosing(statement[:key])
    if any(word in _MATCHERS for one in around for word in words_of(one.name)):
        yield ""
    field = _IN_TEXT.search(statement[max(0, key - 100) : key])
    if any(_is_body(one.name) for one in around) or (field and _is_content(field[1])):
        yield ""
    for one in urls.addresses(statement):
        if _is_target(statement, one.start) and _is_together(statement, one, key, around):
            yield one.host


def _is_target(statement: bytes, start: int) -> bool:
    """Whether the URL at an offset is the target of a request, and not only part of its content."""
    before = _PREFIX.sub(b"", statement[:start], count=1)
    around = _enclosing(before)
    while around and words_of(around[0].name)[-1:] and words_of(around[0].name)[-1] in _MAKERS:
        outer = around[0]
        if before[outer.start + 1 :].strip() not in (b"", b"string:"):
            return False
        before = before[: outer.start].rstrip().rstrip(_FUNCTION_BYTES).rstrip().removesuffix(b"new")
        if not before.rstrip().endswith((b"(", b",", b"=", b":", b">", b"{")):
            return words_of(outer.name)[-1] in _REQUESTS
        around = around[1:]
    if around and (field := _field(before)):
        return _name(field) in _TARGETS and not any(_is_body(one.name) for one in around) and _is_own(around)
    if not around:
        return bool(_BASE.search(before))
    inner = before[around[0].start + 1 :]
    return _is_request(around[0].name) and (not inner.strip() or bool(_METHOD.match(inner)) or _is_option(inner))


def _is_option(inner: bytes) -> bool:
    return bool(re.search(rb"CURLOPT_URL[\"']?\s*(?:,|=>)\s*$", inner))


def _is_own(around: list[_Bracket]) -> bool:
    """Whether these brackets belong to a request: its own arguments, or the first object among them."""
    for one in around:
        if one.name and _is_request(one.name):
            return True
        if not one.first and words_of(one.name)[-1:] != [b"array"]:
            return False
    return False


def _is_together(statement: bytes, one: urls.Address, key: int, around: list[_Bracket]) -> bool:
    """Whether a URL and the key are arguments of one call, or of calls in one chain."""
    if any(bracket.start < one.start for bracket in around) and not _is_closed(statement, around, one):
        return True
    first, last = (one.end, key) if one.start < key else (key, one.start)
    between = statement[first:last]
    count = 1
    while count:
        between, count = _INNER.subn(b"0", between)
    opened = _enclosing(between)
    between = between[: opened[-1].start] if opened else between
    return bool(_CHAIN.fullmatch(re.sub(rb"\A[^()\[\]{}]*|\s+", b"", between)))


def _is_closed(statement: bytes, around: list[_Bracket], one: urls.Address) -> bool:
    """Whether none of the brackets around the key is still open at the URL."""
    if not around:
        return True
    open_there = {bracket.start for bracket in _enclosing(statement[: one.start])}
    return not any(bracket.start in open_there for bracket in around)


def _enclosing(text: bytes) -> list[_Bracket]:
    """Return the brackets that are open at the end of a text, innermost first."""
    opened: list[int] = []
    for found in re.finditer(rb"[()\[\]{}]", text):
        if found.group() in _OPEN:
            opened.append(found.start())
        elif opened and text[opened[-1] : opened[-1] + 1] == _PAIRS[found.group()]:
            opened.pop()
    return [_bracket(text, opened[at], opened[at - 1] if at else -1) for at in reversed(range(len(opened)))]


def _bracket(text: bytes, start: int, outer: int) -> _Bracket:
    before = text[outer + 1 : start]
    called = _FUNCTION.search(before)
    name = called[1] if called else _field(before)
    first = _HANDLE.sub(b"", before).strip()
    return _Bracket(start, name, not first or before.strip() == name or bool(_METHOD.match(before)))


def _field(before: bytes) -> bytes:
    """Return the field whose value follows; empty if there is none."""
    found = _FIELD.search(before[-100:])
    return found[1] if found else b""


def _name(identifier: bytes) -> bytes:
    return re.sub(rb"[^a-z]", b"", identifier.rpartition(b".")[2].lower())


def _is_request(name: bytes) -> bool:
    words = words_of(name)
    if any(word in _LISTENERS for word in words):
        return False
    return any(word in _REQUESTS for word in words[-2:]) or b"curl" in words


def _is_content(name: bytes) -> bool:
    return _is_body(name) or any(word in _MATCHERS for word in words_of(name))


def _is_body(name: bytes) -> bool:
    return any(word in _BODIES for word in words_of(name)[-1:])
