"""The source for changes since the last commit: staged, unstaged and untracked."""

from __future__ import annotations

import os

from keyguard.git.worktree.changes import unstaged_changes
from keyguard.model.finding import Skipped
from keyguard.sources import staged, tree
from keyguard.sources.listing import Ask, Folder, Listing, TreeFile


def listing(ask: Ask) -> Listing:
    """Return staged changes from the index, then unstaged and untracked files from the work tree."""
    found = staged.listing(ask)
    found.scope = "changes since the last commit"
    repository = staged.repository_of(ask)
    files: list[TreeFile] = []
    nested: list[bytes] = []
    for change in unstaged_changes(repository):
        if isinstance(change, Skipped):
            found.skipped.append(change)
        elif change.path.endswith(b"/"):
            nested.append(change.path.rstrip(b"/"))
        else:
            files.append(TreeFile(change.path, old=change.old))
    top = os.fsencode(repository.top)
    if files:
        found.folders.append(Folder(top, b"", sorted(files), repository))
    for path in sorted(nested):
        tree.add_nested(found, tree.Place(top, b""), path, ask)
    return found
