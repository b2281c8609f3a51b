"""Patterns for paths, as the lists in ``data/`` have them: ``*`` within a name, ``**/`` for any folders before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=256)
def paths(patterns: tuple[str, ...]) -> re.Pattern[bytes]:
    """Matches a whole path. A pattern without a slash is for the last part of it."""
    return re.compile(b"(?:%s)\\Z" % b"|".join(map(_pattern, patterns)))


def in_folder(path: bytes, folders: Iterable[str]) -> str:
    """The first of the folders (which may be several deep) that the path lies in, at any depth; empty if in none."""
    around = b"/" + path.rpartition(b"/")[0] + b"/"
    return next((one for one in folders if b"/%s/" % one.encode() in around), "")


def _pattern(text: str) -> bytes:
    head = b"(?:.*/)?" if "/" not in text or text.startswith("**/") else b""
    parts = re.split(r"(\*\*/|\*|\?)", text.removeprefix("**/"))
    special = {"**/": b"(?:.*/)?", "*": b"[^/]*", "?": b"[^/]"}
    return head + b"".join(special.get(part) or re.escape(part.encode()) for part in parts)
