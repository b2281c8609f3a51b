"""Find what is outside of the objects and files that a scan reads: ignored files, git-lfs objects, remotes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress

from keyguard.git.layout.repository import Repository
from keyguard.git.process.opening import open_index
from keyguard.git.refs.tips import read_tips

_REMOTES = b"refs/remotes/"


def ignored_paths(repository: Repository) -> list[bytes]:
    """Return the files and folders (ending in ``/``) of the work tree that git ignores. Raise GitError if git fails."""
    if not repository.top:
        return []
    with open_index(repository, work_tree=True) as git:
        listing = git.start("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        return [path for path in git.records(listing) if path.rstrip(b"/") != b".git"]


def lfs_files(repository: Repository) -> Iterator[str]:
    """Yield the path of every file in the git-lfs store of the repository. Links are not followed."""
    folders = [os.path.join(repository.common_dir, "lfs", "objects")]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    folders.append(entry.path)
                elif stat.S_ISREG(mode):
                    yield entry.path


def remote_names(repository: Repository) -> list[bytes]:
    """Return the names of remotes that have remote-tracking branches, sorted."""
    names = (tip.name for tip in read_tips(repository).tips)
    return sorted({name.split(b"/")[2] for name in names if name.startswith(_REMOTES)})
