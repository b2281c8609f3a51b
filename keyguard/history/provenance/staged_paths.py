"""Find the paths at which objects are staged, in all worktrees of a repository."""

from __future__ import annotations

import os

from keyguard.git.layout.reader import GitDirReader
from keyguard.git.layout.repository import Repository
from keyguard.git.layout.worktrees import worktrees_of
from keyguard.git.process.opening import open_index
from keyguard.support.errors import GitError


def staged_paths(repository: Repository) -> list[tuple[str, bytes]]:
    """Return (id, path) for everything that is staged. An unreadable index is left out here; other code reports it."""
    found: list[tuple[str, bytes]] = []
    for worktree in worktrees_of(repository, GitDirReader(repository)):
        index = os.path.join(worktree.folder, "index")
        if not os.path.lexists(index):
            continue
        try:
            with open_index(repository, index) as git:
                for record in git.records(git.start("ls-files", "-z", "--stage")):
                    head, _, path = record.partition(b"\t")
                    found.append((head.split(b" ")[1].decode("ascii"), path))
        except (GitError, OSError):
            continue
    return found
