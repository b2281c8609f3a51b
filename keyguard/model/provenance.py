"""What history says about one occurrence of a key, and how much of the history was read."""

from __future__ import annotations

from typing import Any

import msgspec


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """The history of one occurrence. Dates are ISO 8601 with the author's own offset, or empty."""

    kind: str
    """What was read: ``blob``, ``commit``, ``tag``, ``name`` (of a file in a tree), ``file`` (one of git's own)."""
    oid: str = ""
    """Object id of what was read; for a key in a file's name, the id of the named object."""
    author: str = ""
    """The author of the commit that introduced it; only if requested."""
    removed: str = ""
    """The commit that removed it, if one did."""
    removed_date: str = ""
    at_head: bool = False
    """Whether the commit that is checked out still contains it."""
    refs: tuple[str, ...] = ()
    """Full names of the refs (branches, tags, …) whose own tree or message still contains it, sorted."""
    reach: str = ""
    """The nearest way to reach it: one of ``REACHES``; empty if reachability was not computed."""
    refused: bool = False
    """Whether it is an unreachable blob that this user's own commit hook refused within the last day."""


#: the ways to reach an object, nearest first
REACHES = ("head", "branch", "remote", "tag", "ref", "stash", "index", "worktree", "reflog", "dangling")


class HistoryCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of git's object stores was read. Every object counts once, however many packs contain it."""

    repositories: int = 0
    listed: int = 0
    """Objects present, and objects requested but absent: ``read + missing + unreadable + unread``."""
    read: int = 0
    commits: int = 0
    trees: int = 0
    blobs: int = 0
    tags: int = 0
    missing: int = 0
    """Objects that something refers to and no store contains."""
    unreadable: int = 0
    unread: int = 0
    """Objects that were still unread when the scan was interrupted."""
    unreachable: int = 0
    """Unreachable objects: commits and tags that no tip reaches, unnamed trees and blobs. They are read too."""
    refs: int = 0
    reflogs: int = 0
    """Entries of reflogs."""
    unopened: dict[str, int] = {}
    """The number of objects listed and not opened, by kind: ``archive``, ``git file``, ``submodule commit``, …"""
    bytes: int = 0
    """The unpacked size of what was read."""
    shallow: bool = False
    partial: bool = False
    range: str = ""
    """The requested range in words; empty for the whole history."""

    def plus(self, other: HistoryCoverage) -> HistoryCoverage:
        """Return the combined coverage of two repositories."""
        names = self.__struct_fields__
        return HistoryCoverage(**{name: _together(getattr(self, name), getattr(other, name)) for name in names})


def _together(one: Any, other: Any) -> Any:
    if isinstance(one, dict):
        return {name: one.get(name, 0) + other.get(name, 0) for name in sorted(one.keys() | other.keys())}
    return (one or other) if isinstance(one, (bool, str)) else one + other
