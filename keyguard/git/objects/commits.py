"""Parse raw commits and tags that are read one by one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from keyguard.support.regex import expression

_HEAD = expression(rb"tree ([0-9a-f]{40,64})\n((?:parent [0-9a-f]{40,64}\n)*)")
#: the name may contain anything; the time follows the last ``>``
_AUTHOR = expression(rb"author ([^\n]*)> (\d{1,18}) ([+-]\d{2})(\d{2})\n")
_TARGET = expression(rb"object ([0-9a-f]{40,64})\ntype ([a-z]+)\n")


class Commit(NamedTuple):
    """The references, author and date of a commit."""

    tree: str
    parents: tuple[str, ...]
    author: bytes
    """Name and address; may be empty."""
    date: str
    """Author date, ISO 8601 with the author's UTC offset; empty if it is invalid."""


def parse_commit(data: bytes) -> Commit | None:
    """Parse a raw commit; return None if it is malformed."""
    head = _HEAD.match(data)
    if head is None:
        return None
    parents = tuple(parent.decode() for parent in head[2].split()[1::2])
    author = _AUTHOR.match(data, head.end())
    named = author[1] + b">" if author else b""
    return Commit(head[1].decode(), parents, named, _date(author) if author else "")


def parse_tag(data: bytes) -> str:
    """Return the id of the object that a raw tag points to; empty if it is malformed."""
    found = _TARGET.match(data)
    return found[1].decode() if found else ""


def _date(author: re.Match[bytes]) -> str:
    minutes = int(author[3][1:]) * 60 + int(author[4])
    try:
        zone = timezone(timedelta(minutes=-minutes if author[3].startswith(b"-") else minutes))
        return datetime.fromtimestamp(int(author[2]), zone).isoformat() if int(author[2]) else ""
    except (ValueError, OverflowError, OSError):
        return ""
