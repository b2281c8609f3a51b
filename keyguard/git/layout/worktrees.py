"""List the worktrees of a repository: each has its own HEAD, index, reflogs and some refs (git-worktree(1))."""

from __future__ import annotations

import os
from typing import NamedTuple

from keyguard.git.layout.reader import GitDirReader
from keyguard.git.layout.repository import Repository

MAIN = b"main-worktree/"
#: refs that each worktree has for itself; all others are shared
PER_WORKTREE = (b"refs/bisect/", b"refs/worktree/", b"refs/rewritten/")

_MOST = 10_000


class Worktree(NamedTuple):
    """The git directory of one worktree."""

    folder: str
    prefix: bytes
    """What git puts before the names of its refs elsewhere, ``worktrees/x/``; empty for the current worktree."""
    linked: bool
    """Whether it shares refs and objects with the main worktree."""

    def full_name(self, name: bytes) -> bytes:
        """Return the full name of a ref in this git directory; empty for what git does not treat as a ref there."""
        if name.startswith(PER_WORKTREE) or not name.startswith(b"refs/"):
            return self.prefix + name
        return b"" if self.linked else name


def worktrees_of(repository: Repository, reader: GitDirReader) -> list[Worktree]:
    """Return all worktrees, the current one first; also those whose checkout is gone but that git has not pruned."""
    found = [Worktree(repository.git_dir, b"", repository.is_linked_worktree)]
    if repository.is_linked_worktree:
        found.append(Worktree(repository.common_dir, MAIN, linked=False))
    parent = os.path.join(repository.common_dir, "worktrees")
    for entry in reader.folder(parent)[:_MOST]:
        if entry.is_dir(follow_symlinks=False) and entry.path != repository.git_dir:
            found.append(Worktree(entry.path, b"worktrees/%s/" % os.fsencode(entry.name), linked=True))
        elif entry.is_symlink():
            reader.gap(entry.path, "unreadable", "a link, which is not followed")
    if len(found) > _MOST:
        reader.gap(parent, "too-large", f"more than {_MOST} worktrees: the rest is not read")
    return found


def prefix_of(name: bytes) -> bytes:
    """Return the prefix of the worktree that a ref belongs to, from its full name."""
    if name.startswith(MAIN):
        return MAIN
    return b"/".join([*name.split(b"/", 2)[:2], b""]) if name.startswith(b"worktrees/") else b""
