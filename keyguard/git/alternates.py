"""Object stores that a repository borrows from: ``objects/info/alternates``, read before git reads it."""

from __future__ import annotations

import os

from keyguard.errors import GitError
from keyguard.git.control import read_control

_LIMIT = 1 << 20
#: git itself follows no longer chain
_DEPTH = 5
_MOST = 1000


def alternates(objects: str) -> tuple[str, ...]:
    """The object directories that this one borrows from, directly or through others, that exist; without itself.

    Raises GitError when a list of them is not a plain file of a sane size: git must not be let near it then.
    """
    found: dict[str, None] = {objects: None}
    level = [objects]
    for _ in range(_DEPTH + 1):
        named = dict.fromkeys(path for folder in level for path in _listed(folder))
        level = [path for path in named if path not in found]
        found.update(dict.fromkeys(level))
        if not level:
            break
        if len(found) > _MOST:
            raise GitError(f"{objects}: borrows from more than {_MOST} object stores")
    return tuple(found)[1:]


def _listed(objects: str) -> list[str]:
    data = read_control(os.path.join(objects, "info", "alternates"), _LIMIT) or b""
    lines = [line for line in data.split(b"\n") if line and not line.startswith(b"#")]
    paths = [os.path.normpath(os.path.join(objects, os.fsdecode(line))) for line in lines if b"\0" not in line]
    return [path for path in paths if os.path.isdir(path)]
