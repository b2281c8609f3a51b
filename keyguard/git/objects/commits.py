"""What one commit or tag says of other objects, and when it was written, for those that are read one by one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from keyguard.support.regex import expression

_HEAD = expression(rb"tree ([0-9a-f]{40,64})\n((?:parent [0-9a-f]{40,64}\n)*)")
#: the name may hold anything; a time is what stands behind its last ``>``
_AUTHOR = expression(rb"author ([^\n]*)> (\d{1,18}) ([+-]\d{2})(\d{2})\n")
_TARGET = expression(rb"object ([0-9a-f]{40,64})\ntype ([a-z]+)\n")


class Commit(NamedTuple):
    """A commit, as far as it leads on."""

    tree: str
    parents: tuple[str, ...]
    author: bytes
    """Name and address, or nothing."""
    date: str
    """When it was written, ISO 8601 with the author's own offset; empty where that cannot be told."""


def parse_commit(data: bytes) -> Commit | None:
    """What a raw commit says; None for one that says nothing that can be understood."""
    head = _HEAD.match(data)
    if head is None:
        return None
    parents = tuple(parent.decode() for parent in head[2].split()[1::2])
    author = _AUTHOR.match(data, head.end())
    named = author[1] + b">" if author else b""
    return Commit(head[1].decode(), parents, named, _date(author) if author else "")


def parse_tag(data: bytes) -> str:
    """The id of what a raw tag is put on; empty where it says nothing that can be understood."""
    found = _TARGET.match(data)
    return found[1].decode() if found else ""


def _date(author: re.Match[bytes]) -> str:
    minutes = int(author[3][1:]) * 60 + int(author[4])
    try:
        zone = timezone(timedelta(minutes=-minutes if author[3].startswith(b"-") else minutes))
        return datetime.fromtimestamp(int(author[2]), zone).isoformat() if int(author[2]) else ""
    except (ValueError, OverflowError, OSError):
        return ""
