"""What lies beside the objects and files that a scan reads: what git ignores, a store of large files, remotes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress

from keyguard.git.layout.repository import Repository
from keyguard.git.process.opening import open_index
from keyguard.git.refs.tips import read_tips

_REMOTES = b"refs/remotes/"


def ignored(repository: Repository) -> list[bytes]:
    """Files and folders (with a ``/`` at their end) of the work tree that git ignores. GitError when git fails."""
    if not repository.top:
        return []
    with open_index(repository, work_tree=True) as shadow:
        listing = shadow.start("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        return [path for path in shadow.records(listing) if path.rstrip(b"/") != b".git"]


def large_files(repository: Repository) -> Iterator[str]:
    """Yield the path of every file in the store of git-lfs beside the repository. Links are not followed."""
    folders = [os.path.join(repository.common_dir, "lfs", "objects")]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    folders.append(entry.path)
                elif stat.S_ISREG(mode):
                    yield entry.path


def remotes(repository: Repository) -> list[bytes]:
    """The names of remotes of which the repository has branches."""
    names = (tip.name for tip in read_tips(repository).tips)
    return sorted({name.split(b"/")[2] for name in names if name.startswith(_REMOTES)})
