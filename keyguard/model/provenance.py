"""What history says: of one place of a key, and of how much of it was read."""

from __future__ import annotations

from typing import Any

import msgspec


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What history says of one place of a key. Dates are ISO 8601 with the author's own offset, or empty."""

    kind: str
    """What was read: ``blob``, ``commit``, ``tag``, ``name`` (a file's name in a tree), ``file`` (one of git's own)."""
    oid: str = ""
    """Object id of what was read; of a key in a file's name, what the name stands for."""
    author: str = ""
    """Who wrote the commit that brought it, only if asked for."""
    removed: str = ""
    """The commit that took it away, where one did."""
    removed_date: str = ""
    at_head: bool = False
    """Whether it is still there in what is checked out."""
    refs: tuple[str, ...] = ()
    """Full names of the refs (branches, tags, …) whose own tree or message still holds it, sorted."""
    reach: str = ""
    """How it can be reached at best: one of ``REACHES``, or empty where that was not asked."""


#: from the nearest to the farthest: what leads to an object, at best
REACHES = ("head", "branch", "remote", "tag", "ref", "stash", "index", "worktree", "reflog", "dangling")


class HistoryCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """What of git's object stores was read. Every object counts once, however many packs hold it."""

    repositories: int = 0
    listed: int = 0
    """Objects that are there, and those that are asked for and are not: ``read + missing + unreadable + unread``."""
    read: int = 0
    commits: int = 0
    trees: int = 0
    blobs: int = 0
    tags: int = 0
    missing: int = 0
    """Objects that something names and no store holds."""
    unreadable: int = 0
    unread: int = 0
    """Objects that were not read any more when the scan was interrupted."""
    unreachable: int = 0
    """Commits and tags to which no tip leads, trees and blobs that nothing names: read all the same."""
    refs: int = 0
    reflogs: int = 0
    """Entries of reflogs."""
    unopened: dict[str, int] = {}
    """What was listed and not read, by kind: ``archive``, ``git file``, ``submodule commit``, …"""
    bytes: int = 0
    """Size of what was read, unpacked."""
    shallow: bool = False
    partial: bool = False
    range: str = ""
    """The range that was asked for, in words; empty for everything."""

    def plus(self, other: HistoryCoverage) -> HistoryCoverage:
        """The coverage of two repositories together."""
        names = self.__struct_fields__
        return HistoryCoverage(**{name: _together(getattr(self, name), getattr(other, name)) for name in names})


def _together(one: Any, other: Any) -> Any:
    if isinstance(one, dict):
        return {name: one.get(name, 0) + other.get(name, 0) for name in sorted(one.keys() | other.keys())}
    return (one or other) if isinstance(one, (bool, str)) else one + other
