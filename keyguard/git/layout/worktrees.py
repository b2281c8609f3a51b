"""The worktrees of a repository: each has a HEAD, an index, reflogs and a few refs of its own."""

from __future__ import annotations

import os
from typing import NamedTuple

from keyguard.git.layout.gaps import Reader
from keyguard.git.layout.repository import Repository

MAIN = b"main-worktree/"
#: refs of one worktree alone; all others are shared
PER_WORKTREE = (b"refs/bisect/", b"refs/worktree/", b"refs/rewritten/")

_MOST = 10_000


class Worktree(NamedTuple):
    """The git directory of one."""

    folder: str
    prefix: bytes
    """What git puts before the names of its refs from outside, ``worktrees/x/``; nothing for the one we are in."""
    linked: bool
    """Whether it leaves what is shared to the main one."""

    def full_name(self, name: bytes) -> bytes:
        """The full name of a ref found in the git directory; nothing for what git does not take for a ref there."""
        if name.startswith(PER_WORKTREE) or not name.startswith(b"refs/"):
            return self.prefix + name
        return b"" if self.linked else name


def worktrees_of(repository: Repository, reader: Reader) -> list[Worktree]:
    """All, the one that we are in first; those whose checkout is gone too, as long as git has not pruned them."""
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
    """The prefix of the worktree that a ref belongs to, judged by its full name."""
    if name.startswith(MAIN):
        return MAIN
    return b"/".join([*name.split(b"/", 2)[:2], b""]) if name.startswith(b"worktrees/") else b""
