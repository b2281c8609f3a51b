"""List what a commit would add, and what is changed but not staged, by name and id. git never computes a diff for
it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from keyguard.git.layout.head import empty_tree, read_head
from keyguard.git.layout.modes import GITLINK
from keyguard.git.layout.repository import Repository
from keyguard.git.objects.loose_blobs import LooseBlobReader
from keyguard.git.process.child import Child
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.process.opening import open_index
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError

#: submodules are left out: git would run in them, with their configuration, to see whether they changed
_RAW = ("--raw", "-z", "--no-abbrev", "--ignore-submodules=all")


class Change(NamedTuple):
    """A file in a new version."""

    path: bytes
    oid: str
    """The new version; empty if it is only in the work tree."""
    old: str
    """The version that it replaces, or that was renamed without other changes; empty if there was none."""
    mode: int
    """The new mode; 0 for an untracked file."""


class Staging:
    """git listing what a commit would add. It starts at once, so that other work can be done until the answer is
    needed.
    """

    def __init__(self, repository: Repository, git: IsolatedGit) -> None:
        self._git = git
        self._nothing = empty_tree(repository)
        self._base = read_head(repository).oid or self._nothing
        self._child = _compare(git, self._base)
        self.reader = LooseBlobReader(git, repository.objects)
        """Reads what was staged, within the block of ``staging``."""

    def changes(self) -> list[Change]:
        """Return what a commit would add or change, without submodules; call it once.

        For a file in conflict every side is included. If HEAD cannot be resolved or read, everything in the index
        counts as new. Raise GitError if the index cannot be read.
        """
        try:
            return _sides(self._git, self._child)
        except GitError:
            if self._base == self._nothing:
                raise
            return _sides(self._git, _compare(self._git, self._nothing))


@contextmanager
def staging(repository: Repository, index: str | None = None) -> Iterator[Staging]:
    """Yield a ``Staging`` for the index of a repository, or for another one in its place. Raise GitError if it is
    damaged.
    """
    with open_index(repository, index) as git:
        yield Staging(repository, git)


def staged_changes(repository: Repository, index: str | None = None) -> list[Change]:
    """Return the ``changes`` of ``staging``."""
    with staging(repository, index) as found:
        return found.changes()


def unstaged_changes(repository: Repository) -> Iterator[Change | Skipped]:
    """Yield files of the work tree that may differ from the index, then files neither tracked nor ignored, each once.

    A file counts as changed if its time or size did, or if git was told not to check it. A path that ends in ``/`` is a
    nested repository. Raise GitError if git fails.
    """
    from keyguard.git.worktree.files import tracked_and_untracked  # not needed by a commit

    seen = set()
    with open_index(repository, work_tree=True) as git:
        for change in _raw(git, git.start("diff-files", *_RAW)):
            if change.path not in seen:
                seen.add(change.path)
                yield change._replace(oid="")
    for entry in tracked_and_untracked(repository):
        if isinstance(entry, Skipped):
            yield entry
        elif entry.path not in seen and (not entry.mode or (entry.unwatched and _exists(repository, entry.path))):
            seen.add(entry.path)
            yield Change(entry.path, "", entry.oid, entry.mode)


def _compare(git: IsolatedGit, base: str) -> Child:
    return git.start("diff-index", "--cached", "-M100%", "--ita-invisible-in-index", *_RAW, base)


def _sides(git: IsolatedGit, child: Child) -> list[Change]:
    """Return the answer of ``_compare`` with every side of files in conflict."""
    changes = list(_raw(git, child))
    if all(change.oid for change in changes):
        return changes
    # for a conflict, the answer has only the name
    listed = git.records(git.start("ls-files", "-z", "--unmerged", "--stage"))
    sides = {Change(path, oid.decode(), "", int(mode, 8)) for mode, oid, path in map(_side, listed)}
    return [change for change in changes if change.oid] + sorted(side for side in sides if side.mode != GITLINK)


def _side(record: bytes) -> tuple[bytes, bytes, bytes]:
    """Parse ``mode id stage<TAB>path`` of one side of a conflict."""
    head, _, path = record.partition(b"\t")
    mode, oid, _ = head.split(b" ")
    return mode, oid, path


def _raw(git: IsolatedGit, child: Child) -> Iterator[Change]:
    """Parse ``:mode mode id id status``, a path, and for a rename another path; deleted files are left out."""
    records = git.records(child)
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
    """Return the id; empty for the null id."""
    return oid if oid.strip("0") else ""


def _exists(repository: Repository, path: bytes) -> bool:
    return os.path.lexists(os.path.join(os.fsencode(repository.top), path))
