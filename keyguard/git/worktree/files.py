"""What git tracks, and what it does not ignore: the list of files for a scan of a work tree.

Only ``.gitignore`` files in the tree count. What ``.git/info/exclude`` or the user's own excludes hide is listed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from keyguard.git.layout.repository import Repository
from keyguard.git.process.child import COMPLAINTS, Child
from keyguard.git.process.opening import open_index
from keyguard.git.process.shadow import EFFORT, Shadow
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError

_TAB, _ZERO, _SKIPPED, _LOWER_CASE = b"\t0Sa"
_UNOPENED = b"warning: could not open directory '"


class Entry(NamedTuple):
    """A file of the work tree, relative to its top. What is tracked need not be there: ask the file system."""

    path: bytes
    """With a ``/`` at its end it is a repository of its own that nobody tracks."""
    mode: int = 0
    """As in the index, ``GITLINK`` for a submodule; 0 for what is not tracked."""
    oid: str = ""
    stage: int = 0
    """1 to 3 for the sides of a conflict, which share a path."""
    unwatched: bool = False
    """Marked skip-worktree or assume-unchanged: git does not look whether the file has changed, or is there."""


class Inventory:
    """git at work on the files of a work tree: started at once, so that others can work until it has the answer."""

    def __init__(self, shadow: Shadow, repository: Repository, folder: bytes) -> None:
        self.repository, self.folder = repository, folder
        self._shadow = shadow
        within = ("--", os.fsdecode(folder)) if folder.strip(b"/") else ()
        # side by side: the index is a matter of milliseconds, a large tree is not
        self._untracked = shadow.start("ls-files", "-z", "--others", "--exclude-standard", *within, effort=EFFORT)
        self._tracked = shadow.start("ls-files", "-z", "-v", "--stage", *within)

    def entries(self) -> Iterator[Entry | Skipped]:
        """As ``tracked_and_untracked``; to be asked once."""
        yield from _tracked(self._shadow, self._tracked)
        for path in self._shadow.records(self._untracked):
            yield Entry(path)
        yield from _unread(self._untracked)


@contextmanager
def inventory(repository: Repository, folder: bytes = b"") -> Iterator[Inventory]:
    """``Inventory`` for a ``with`` block. GitError when git cannot be started."""
    with open_index(repository, work_tree=True) as shadow:
        yield Inventory(shadow, repository, folder)


def tracked_and_untracked(repository: Repository, folder: bytes = b"") -> Iterator[Entry | Skipped]:
    """Every index entry, in order, then what is neither tracked nor ignored, then folders git could not read.

    ``folder`` (relative to the top) restricts all. GitError when git fails; what came before it still holds.
    """
    with inventory(repository, folder) as found:
        yield from found.entries()


def _tracked(shadow: Shadow, child: Child) -> Iterator[Entry]:
    """Records ``tag mode id stage<TAB>path``; the tag is in lower case for assume-unchanged, S for skip-worktree."""
    size = 64 if shadow.object_format == "sha256" else 40
    tab, digit, end = size + 11, size + 10, size + 9
    modes: dict[bytes, int] = {}
    for record in shadow.records(child):
        if len(record) < size + 13 or record[tab] != _TAB:
            raise GitError("git ls-files gave an answer that is not understood")
        tag, mode = record[0], modes.get(record[2:8])
        if mode is None:
            mode = modes[record[2:8]] = int(record[2:8], 8)
        unwatched = tag == _SKIPPED or tag >= _LOWER_CASE
        yield Entry(record[tab + 1 :], mode, record[9:end].decode("ascii"), record[digit] - _ZERO, unwatched)


def _unread(child: Child) -> Iterator[Skipped]:
    """The folders that git passed over: it says so, and answers without them. Its words can only add gaps."""
    for line in child.complaints.splitlines():
        if line.startswith(_UNOPENED):
            path, ended, reason = line[len(_UNOPENED) :].rpartition(b"': ")
            if not ended:  # git cuts off what is too long
                path, reason = reason, b"its path is too long"
            yield Skipped(path, "unreadable", reason.decode("utf-8", "backslashreplace"))
    if len(child.complaints) >= COMPLAINTS:
        yield Skipped(b".", "unreadable", "git complained about more folders than are counted")
