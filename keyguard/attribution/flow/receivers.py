"""Determine where an object goes that is given a key by a call of its own: ``request.setHeader("X-Api-Key", …)``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from keyguard.attribution.evidence.assignment import has_stand_in
from keyguard.attribution.evidence.context import REACH, context_of
from keyguard.attribution.evidence.request_targets import calls_other_host, target_hosts
from keyguard.attribution.evidence.urls import belongs_to
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors, is_showable
from keyguard.attribution.structure.frames import Window
from keyguard.attribution.structure.heads import DOUBTED, owner_of_text
from keyguard.support.regex import expression

Resolve = Callable[[bytes], bytes]

#: the object whose method or member is given something
_OBJECT = expression(
    rb"^\s*(?:(?:(?:const|let|var|my|local)[ \t]+)?[$@]?[\w, ]{1,40}(?::=|=)[ \t]*)?(?:await[ \t]+|return[ \t]+)?"
    rb"(?:(?:this|self)\.|\$this->)?[$@]?([A-Za-z_]\w{0,60})(?:\.|->|::|\?\.|\[)"
    rb"|^\s*curl_setopt(?:_array)?\(\s*\$(\w{1,60})\s*,"
)
#: what is given to it is a credential
_CREDENTIAL = expression(rb"(?i)auth|bearer|api[-_]?key|secret|token|userpwd|password|[._]key\b|setkey")
_BODY = expression(
    rb"(?i)\.(?:write|send|post|put|body|json|data|form|log|info|debug|print|error)\("
    rb"|POSTFIELDS|(?:json|data|body)[ \t]*="
)
_BINDING = rb"(?:[ \t]*,[ \t]*\w+)?(?:[ \t]*:[ \t]*[\w<>\[\], .?]{1,40})?[ \t]*(?::=|=)(?![=>~])[ \t]*"
#: the number of mentions that are examined
_MOST = 20
#: bytes after a binding in which an object is followed
_FAR = 16 << 10


def receiver_owner(vendors: Vendors, window: Window, text: bytes, start: int, resolve: Resolve) -> Evidence | None:
    """Return the vendor whose client, or whose host, the object is about that a key at an offset is given to."""
    head = _statement_start(window)
    found = _OBJECT.match(head)
    if found is None or not _CREDENTIAL.search(head) or _BODY.search(head):
        return None
    name = found[1] or found[2]
    low, high, bound = _segment(text, start, name)
    if low < 0:
        return None
    if bound and (client := _client(vendors, text, low, high, name)):
        return client
    hosts = [*_hosts(text, low, high, name, resolve)]
    for vendor in vendors.values():
        if hosts and all(belongs_to(host, vendor.hosts) for host in hosts):
            shown = name.decode("utf-8", "replace") if is_showable(name) else "it"
            return Evidence(vendor.id, f"host {hosts[0]} gets it by {shown}")
    return None


def _statement_start(window: Window) -> bytes:
    """Return the statement of the key up to it, from the beginning of its first line."""
    before = window.text[max(0, window.at - REACH) : window.at]
    statement = context_of(before, window.text[window.at + 1 : window.at + REACH]).statement
    return statement.partition(b"\0")[0]


def _segment(text: bytes, start: int, name: bytes) -> tuple[int, int, bool]:
    """Return the text in which the name has the value that it has at ``start``, and whether it is assigned there.

    The first offset is -1 if the name is a parameter, or assigned in ways that are not understood.
    """
    given = re.compile(rb"(?<![\w.>])" + re.escape(name) + _BINDING)
    low, at = -1, start
    for _ in range(_MOST):
        at = text.rfind(name, max(0, start - _FAR), at)
        if at < 0:
            break
        if given.match(text, at) and not text[at - 1 : at].isalnum():
            low = at
            break
    high, at = min(len(text), start + _FAR), start
    for _ in range(_MOST):
        at = text.find(name, at + 1, high)
        if at < 0:
            break
        if given.match(text, at) and not text[at - 1 : at].isalnum():
            high = at
            break
    if low >= 0:
        return low, high, True
    return (0 if _is_imported(text[:start], name) else -1), high, False


def _is_imported(text: bytes, name: bytes) -> bool:
    return bool(re.search(rb"(?m)^[ \t]*(?:import|from)\b[^\r\n]{0,120}\b" + re.escape(name) + rb"\b", text[:_FAR]))


def _client(vendors: Vendors, text: bytes, low: int, high: int, name: bytes) -> Evidence | None:
    """Return the vendor whose client is assigned to the name."""
    end = text.find(b"\n", low)
    line = text[low : end if 0 <= end < high else high][:300]
    value = re.sub(rb"^" + re.escape(name) + _BINDING, b"", line)
    called = re.match(rb"(?:new[ \t]+)?([\w$.:\\]{2,80})[ \t]*(?:[({;]|$)", value)
    owner = owner_of_text(vendors, name + b" = " + called[1], b"(") if called else None
    if owner is None or owner is DOUBTED or has_stand_in(line):
        return None
    hosts = vendors[owner.vendor].hosts
    if any(calls_other_host(hosts, text[at : at + 200].split(b"\n", 1)[0]) for at in _mentions(text, low, high, name)):
        return None
    return Evidence(
        owner.vendor, f"it is given to {name.decode('utf-8', 'replace')}" if is_showable(name) else "a client"
    )


def _hosts(text: bytes, low: int, high: int, name: bytes, resolve: Resolve) -> Iterator[str]:
    """Yield the hosts to which requests are sent with, or by, the object."""
    for at in _mentions(text, low, high, name):
        end = at + len(name)
        place = context_of(text[max(0, at - REACH) : at], text[end : end + REACH])
        yield from target_hosts(resolve(place.statement).replace(b"\0", name))


def _mentions(text: bytes, low: int, high: int, name: bytes) -> list[int]:
    word = re.compile(rb"(?<![\w-])" + re.escape(name) + rb"(?![\w-])")
    return [one.start() for _, one in zip(range(_MOST), word.finditer(text, low, high), strict=False)]
