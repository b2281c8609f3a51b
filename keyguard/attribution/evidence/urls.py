"""Find URLs in a text and their owner: by the host alone, whatever names the rest of the URL contains."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

#: scheme, authority, and the rest of one URL: another URL inside it is part of it
_URL = expression(
    rb"(?i)(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,10}://([^/?#\s\"'`<>\\,;()|]*)(?:[/?#\\,;|(][^\s\"'`<>]*)?",
)
#: what may directly precede a URL that is not part of a longer one
_BEFORE = expression(rb"(?:^|[\s\"'`<>(\[{,;])(?:[\w.$-]*[=:])?$")
#: operators that build a URL from parts: its beginning is then unknown
_COMPOSED = expression(rb"(?:\+|\.|%|\bformat\(|<>|\|\|)\s*[bfru]{0,2}[\"'`]$")
#: bytes before a URL in which its beginning is searched
_FAR = 300
_BARE = expression(rb"([\"'`])((?:[A-Za-z0-9-]{1,63}\.){1,9}[A-Za-z]{2,24}(?::[0-9]{1,5})?)\1")
_HOST = expression(rb"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})\.)+[A-Za-z]{2,24}\.?")


class Address(NamedTuple):
    """A URL, between two offsets of a text."""

    start: int
    end: int
    host: str
    """The host in lower case; empty if it is not certain."""


def addresses(text: bytes) -> Iterator[Address]:
    """Yield the URLs in a text, in order, then hosts that are strings of their own."""
    for found in _URL.finditer(text):
        whole = _BEFORE.search(text, max(0, found.start() - _FAR), found.start())
        composed = _COMPOSED.search(text, max(0, found.start() - 12), found.start())
        host = host_of(found[1]) if whole and not composed else ""
        yield Address(found.start(), found.end(), host)
    for found in _BARE.finditer(text):
        composed = _COMPOSED.search(text, max(0, found.start() - 12), found.start() + 1)
        yield Address(found.start() + 1, found.end() - 1, "" if composed else host_of(found[2]))


def host_of(authority: bytes) -> str:
    """Return the host of ``user:password@host:port``; empty if that is invalid, or unknown because it is composed."""
    host, _, port = authority.rpartition(b"@")[2].partition(b":")
    if not _HOST.fullmatch(host) or not (not port or port.isdigit()):
        return ""
    return host.decode("ascii").lower().rstrip(".")


def belongs_to(host: str, hosts: Collection[str]) -> bool:
    """Whether a host is one of these, or a subdomain of one."""
    return any(host == one or host.endswith("." + one) for one in hosts)


def enclosing_host(before: bytes, after: bytes) -> tuple[bool, str]:
    """Return whether the place between two texts is inside a URL, and its host, empty if that is not certain."""
    last = re.split(rb"[\s\"'`<>]", before[-_FAR:])[-1]
    scheme = re.search(rb"(?i)(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,10}://", last)
    if scheme is None:
        return False, ""
    run = last[scheme.start() :]
    rest = re.match(rb"[^\s\"'`<>]*", after)
    whole = run + b"\0" + (rest.group() if rest else b"")
    start = len(before) - len(run)
    authority = re.split(rb"[/?#\\]", whole.partition(b"://")[2], maxsplit=1)[0]
    if not _BEFORE.search(before, max(0, start - _FAR), start):
        return True, ""
    return True, host_of(authority)
