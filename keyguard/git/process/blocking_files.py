"""Find out why git is silent: a pipe or device in place of a file blocks it for ever.

Called only after seconds without output, so that normal scans pay nothing.
"""

from __future__ import annotations

import os
import stat
from time import monotonic

#: seconds that a search may take
LIMIT = 30.0

#: names that git opens anywhere in a work tree, and in the git directory of a nested repository
_IN_TREE = frozenset((b".gitignore", b".gitattributes", b".gitmodules"))
_IN_GIT_DIR = frozenset((b"HEAD", b"commondir", b"gitdir", b"config"))


def find_blocking_file(work_tree: str, objects: str) -> str:
    """Return a message about a file in the object store or the work tree that blocks git; otherwise an empty string.

    Either path may be empty, and is then not searched.
    """
    until = monotonic() + LIMIT
    return _search(os.fsencode(objects), None, until) or _search(os.fsencode(work_tree), _IN_TREE, until)


def _search(root: bytes, names: frozenset[bytes] | None, until: float) -> str:
    folders = [root] if root else []
    while folders and monotonic() < until:
        folder = folders.pop()
        inside = _IN_GIT_DIR if names and os.path.basename(folder) == b".git" else names
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if inside is not _IN_GIT_DIR:
                            folders.append(entry.path)
                    elif (inside is None or entry.name in inside) and _can_block(entry):
                        return f"{os.fsdecode(entry.path)} is not a regular file"
        except OSError:
            continue
    return ""


def _can_block(entry: os.DirEntry[bytes]) -> bool:
    """Return whether reading it can block for ever: a pipe, a terminal, an endless device, or a link to one."""
    try:
        kind = entry.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(kind) or stat.S_ISCHR(kind)
