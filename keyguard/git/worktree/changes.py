"""What a commit would add, and what is changed but not staged: answers of git by name and id. No diff is ever made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from keyguard.git.layout.head import empty_tree, read_head
from keyguard.git.layout.modes import GITLINK
from keyguard.git.layout.repository import Repository
from keyguard.git.objects.fresh import FreshReader
from keyguard.git.process.child import Child
from keyguard.git.process.opening import open_index
from keyguard.git.process.shadow import Shadow
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError

#: submodules are left out, or git would run in them, with their own configuration, to see whether they changed
_RAW = ("--raw", "-z", "--no-abbrev", "--ignore-submodules=all")


class Change(NamedTuple):
    """A file in a version that is new."""

    path: bytes
    oid: str
    """The new version; empty where that is in the work tree, and in no object."""
    old: str
    """The version it replaces, or was renamed from without any other change; empty where there was none."""
    mode: int
    """The new one; 0 for a file that is not tracked."""


class Staging:
    """git at work on what a commit would add: started at once, so that others can work until it has the answer."""

    def __init__(self, repository: Repository, shadow: Shadow) -> None:
        self._shadow = shadow
        self._nothing = empty_tree(repository)
        self._base = read_head(repository).oid or self._nothing
        self._child = _compare(shadow, self._base)
        self.reader = FreshReader(shadow, repository.objects)
        """Reads what was staged, as long as the block of ``staging`` lasts."""

    def changes(self) -> list[Change]:
        """What a commit would add or change, submodules left out; to be asked once.

        Of a file in conflict every side comes. Where HEAD cannot be told or read, everything in the index counts as
        new. GitError when the index cannot be read.
        """
        try:
            return _sides(self._shadow, self._child)
        except GitError:
            if self._base == self._nothing:
                raise
            return _sides(self._shadow, _compare(self._shadow, self._nothing))


@contextmanager
def staging(repository: Repository, index: str | None = None) -> Iterator[Staging]:
    """``Staging`` for the index of a repository, or for another that stands in for it. GitError when it is damaged."""
    with open_index(repository, index) as shadow:
        yield Staging(repository, shadow)


def staged_changes(repository: Repository, index: str | None = None) -> list[Change]:
    """The ``changes`` of ``staging``, waited for."""
    with staging(repository, index) as found:
        return found.changes()


def unstaged_changes(repository: Repository) -> Iterator[Change | Skipped]:
    """Files of the work tree that may differ from the index, then those neither tracked nor ignored, each once.

    A file counts as changed when its time or size did, or when git was told not to look. A path with a ``/`` at its
    end is a repository of its own. GitError when git fails.
    """
    from keyguard.git.worktree.files import tracked_and_untracked  # a commit has no use for it

    seen = set()
    with open_index(repository, work_tree=True) as shadow:
        for change in _raw(shadow, shadow.start("diff-files", *_RAW)):
            if change.path not in seen:
                seen.add(change.path)
                yield change._replace(oid="")
    for entry in tracked_and_untracked(repository):
        if isinstance(entry, Skipped):
            yield entry
        elif entry.path not in seen and (not entry.mode or (entry.unwatched and _exists(repository, entry.path))):
            seen.add(entry.path)
            yield Change(entry.path, "", entry.oid, entry.mode)


def _compare(shadow: Shadow, base: str) -> Child:
    return shadow.start("diff-index", "--cached", "-M100%", "--ita-invisible-in-index", *_RAW, base)


def _sides(shadow: Shadow, child: Child) -> list[Change]:
    """The answer of ``_compare``, with every side of what is in conflict."""
    changes = list(_raw(shadow, child))
    if all(change.oid for change in changes):
        return changes
    # a conflict comes as a name alone
    listed = shadow.records(shadow.start("ls-files", "-z", "--unmerged", "--stage"))
    sides = {Change(path, oid.decode(), "", int(mode, 8)) for mode, oid, path in map(_side, listed)}
    return [change for change in changes if change.oid] + sorted(side for side in sides if side.mode != GITLINK)


def _side(record: bytes) -> tuple[bytes, bytes, bytes]:
    """``mode id stage<TAB>path`` of one side of a conflict."""
    head, _, path = record.partition(b"\t")
    mode, oid, _ = head.split(b" ")
    return mode, oid, path


def _raw(shadow: Shadow, child: Child) -> Iterator[Change]:
    """``:mode mode id id status``, a path, and for a rename another; what was deleted is left out."""
    records = shadow.records(child)
    for record in records:
        path = next(records, b"")
        fields = record.decode("ascii", "replace").removeprefix(":").split(" ")
        if len(fields) != 5 or not path:
            raise GitError(f"git {child.name} gave an answer that is not understood")
        old_mode, mode, old, oid, status = fields
        if status.startswith("R"):
            path = next(records, b"")
        if not status.startswith("D") and int(mode, 8) != GITLINK:
            yield Change(path, _known(oid), "" if int(old_mode, 8) == GITLINK else _known(old), int(mode, 8))


def _known(oid: str) -> str:
    """An id of zeros stands for none."""
    return oid if oid.strip("0") else ""


def _exists(repository: Repository, path: bytes) -> bool:
    return os.path.lexists(os.path.join(os.fsencode(repository.top), path))
