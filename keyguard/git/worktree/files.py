"""List what git tracks, and what it does not ignore: the files for a scan of a work tree.

Only ``.gitignore`` files in the tree count. What ``.git/info/exclude`` or the user's own excludes hide is listed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from keyguard.git.layout.repository import Repository
from keyguard.git.process.child import MAX_STDERR, Child
from keyguard.git.process.isolated_git import CPU_LIMIT, IsolatedGit
from keyguard.git.process.opening import open_index
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError

_TAB, _ZERO, _SKIPPED, _LOWER_CASE = b"\t0Sa"
_UNOPENED = b"warning: could not open directory '"


class Entry(NamedTuple):
    """A file of the work tree, relative to its top. A tracked file need not exist: check the file system."""

    path: bytes
    """Ends in ``/`` for a nested repository that is not tracked."""
    mode: int = 0
    """As in the index, ``GITLINK`` for a submodule; 0 if untracked."""
    oid: str = ""
    stage: int = 0
    """1 to 3 for the sides of a conflict, which share a path."""
    unwatched: bool = False
    """Marked skip-worktree or assume-unchanged: git does not check whether the file changed or exists."""


class WorktreeListing:
    """git listing the files of a work tree. It starts at once, so that other work can be done until the answer is
    needed.
    """

    def __init__(self, git: IsolatedGit, repository: Repository, folder: bytes) -> None:
        self.repository, self.folder = repository, folder
        self._git = git
        within = ("--", os.fsdecode(folder)) if folder.strip(b"/") else ()
        # in parallel: the index takes milliseconds, a large tree does not
        self._untracked = git.start("ls-files", "-z", "--others", "--exclude-standard", *within, cpu_limit=CPU_LIMIT)
        self._tracked = git.start("ls-files", "-z", "-v", "--stage", *within)

    def entries(self) -> Iterator[Entry | Skipped]:
        """Yield what ``tracked_and_untracked`` yields; call it once."""
        yield from _tracked(self._git, self._tracked)
        for path in self._git.records(self._untracked):
            yield Entry(path)
        yield from _unread(self._untracked)


@contextmanager
def worktree_listing(repository: Repository, folder: bytes = b"") -> Iterator[WorktreeListing]:
    """Yield a ``WorktreeListing``. Raise GitError if git cannot be started."""
    with open_index(repository, work_tree=True) as git:
        yield WorktreeListing(git, repository, folder)


def tracked_and_untracked(repository: Repository, folder: bytes = b"") -> Iterator[Entry | Skipped]:
    """Yield every index entry in order, then files neither tracked nor ignored, then folders that git could not read.

    ``folder``, relative to the top, restricts all of these. Raise GitError if git fails; earlier entries are still
    valid.
    """
    with worktree_listing(repository, folder) as found:
        yield from found.entries()


def _tracked(git: IsolatedGit, child: Child) -> Iterator[Entry]:
    """Parse records ``tag mode id stage<TAB>path``; the tag is lower case for assume-unchanged, S for skip-worktree."""
    size = 64 if git.object_format == "sha256" else 40
    tab, digit, end = size + 11, size + 10, size + 9
    modes: dict[bytes, int] = {}
    for record in git.records(child):
        if len(record) < size + 13 or record[tab] != _TAB:
            raise GitError("git ls-files gave an answer that is not understood")
        tag, mode = record[0], modes.get(record[2:8])
        if mode is None:
            mode = modes[record[2:8]] = int(record[2:8], 8)
        unwatched = tag == _SKIPPED or tag >= _LOWER_CASE
        yield Entry(record[tab + 1 :], mode, record[9:end].decode("ascii"), record[digit] - _ZERO, unwatched)


def _unread(child: Child) -> Iterator[Skipped]:
    """Yield the folders that git skipped, from its warnings. A forged warning could only add gaps."""
    for line in child.stderr.splitlines():
        if line.startswith(_UNOPENED):
            path, ended, reason = line[len(_UNOPENED) :].rpartition(b"': ")
            if not ended:  # git truncates long messages
                path, reason = reason, b"its path is too long"
            yield Skipped(path, "unreadable", reason.decode("utf-8", "backslashreplace"))
    if len(child.stderr) >= MAX_STDERR:
        yield Skipped(b".", "unreadable", "git complained about more folders than are counted")
