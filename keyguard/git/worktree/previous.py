"""Versions of other files in which a key may have been before a commit: what it deletes, and what it merges."""

from __future__ import annotations

import os
from collections.abc import Iterator

from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.head import empty_tree, read_head
from keyguard.git.layout.modes import GITLINK
from keyguard.git.layout.repository import Repository
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.process.opening import open_index
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

#: blobs that are returned at most
_MOST = 5_000
_ID = expression(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def previous_blobs(repository: Repository, index: str | None = None) -> list[str]:
    """Return the ids of blobs in which keys of the next commit may have been before, each as often as it was there.

    These are the files that the commit deletes: a key in one may only have moved. During a merge (``MERGE_HEAD``) they
    are the files that the other parents have and HEAD has not. Empty if git fails: then every key counts as new.
    """
    found: list[str] = []
    try:
        base = read_head(repository).oid or empty_tree(repository)
        with open_index(repository, index) as git:
            found += _ids(git, "diff-index", "--cached", "--diff-filter=D", base, side=2)
            for parent in merged_commits(repository):
                found += _ids(git, "diff-tree", "-r", base, parent, side=3)
    except GitError:
        return found[:_MOST]
    return found[:_MOST]


def merged_commits(repository: Repository) -> list[str]:
    """Return the ids of the commits that are being merged into HEAD; empty if none are."""
    data = read_control(os.path.join(repository.git_dir, "MERGE_HEAD"), 1 << 16) or b""
    return [line.decode() for line in data.split() if _ID.fullmatch(line)]


def _ids(git: IsolatedGit, command: str, *words: str, side: int) -> Iterator[str]:
    """Yield the ids of one side of a comparison: 2 is the first, 3 the second."""
    options = ("--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=all")
    *flags, last = words
    revisions = [flags.pop(), last] if command == "diff-tree" else [last]
    records = git.records(git.start(command, *options, *flags, *revisions))
    for record in records:
        next(records, b"")  # the path
        fields = record.decode("ascii", "replace").removeprefix(":").split(" ")
        if len(fields) == 5 and fields[side].strip("0") and int(fields[side - 2], 8) != GITLINK:
            yield fields[side]
