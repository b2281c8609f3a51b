"""Addresses in a text, and whose they are: by their host alone, whatever names stand in the rest of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

#: scheme, authority, and all that belongs to one address: another address in it is a part of it
_URL = expression(
    rb"(?i)(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,10}://([^/?#\s\"'`<>\\,;()|]*)(?:[/?#\\,;|(][^\s\"'`<>]*)?",
)
#: what may stand directly before an address that is not a part of a longer one
_BEFORE = expression(rb"(?:^|[\s\"'`<>(\[{,;])(?:[\w.$-]*[=:])?$")
#: what an address is put together of: then nobody knows what it begins with
_COMPOSED = expression(rb"(?:\+|\.|%|\bformat\(|<>|\|\|)\s*[bfru]{0,2}[\"'`]$")
#: bytes before an address in which is looked for its beginning
_FAR = 300
_BARE = expression(rb"([\"'`])((?:[A-Za-z0-9-]{1,63}\.){1,9}[A-Za-z]{2,24}(?::[0-9]{1,5})?)\1")
_HOST = expression(rb"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})\.)+[A-Za-z]{2,24}\.?")


class Address(NamedTuple):
    """An address, between two offsets of a text."""

    start: int
    end: int
    host: str
    """In lower case; empty where it is not certain which it is."""


def addresses(text: bytes) -> Iterator[Address]:
    """The addresses in a text, in order, then hosts that are strings of their own."""
    for found in _URL.finditer(text):
        whole = _BEFORE.search(text, max(0, found.start() - _FAR), found.start())
        composed = _COMPOSED.search(text, max(0, found.start() - 12), found.start())
        host = host_of(found[1]) if whole and not composed else ""
        yield Address(found.start(), found.end(), host)
    for found in _BARE.finditer(text):
        composed = _COMPOSED.search(text, max(0, found.start() - 12), found.start() + 1)
        yield Address(found.start() + 1, found.end() - 1, "" if composed else host_of(found[2]))


def host_of(authority: bytes) -> str:
    """The host of ``user:password@host:port``; empty where that is none, or not known as it is put together."""
    host, _, port = authority.rpartition(b"@")[2].partition(b":")
    if not _HOST.fullmatch(host) or not (not port or port.isdigit()):
        return ""
    return host.decode("ascii").lower().rstrip(".")


def belongs_to(host: str, hosts: Collection[str]) -> bool:
    """Whether a host is one of these, or below one of them."""
    return any(host == one or host.endswith("." + one) for one in hosts)


def enclosing_host(before: bytes, after: bytes) -> tuple[bool, str]:
    """Whether the place between two texts lies in an address, and if so the host of that; empty if none is certain."""
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
