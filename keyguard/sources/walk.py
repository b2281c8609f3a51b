"""Which files are below a folder that git does not look after: a walk by directory descriptors.

Ignore rules are those of ``.gitignore`` files on the way, unless all files are asked for. Repositories met on the way
are handed back, since git knows better what is in them.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.model.finding import Skipped
from keyguard.sources.descent import FLAGS, Descent
from keyguard.sources.ignores import Ignores

_IGNORE_LIMIT = 1 << 20
_GIT = b".git"
_IGNORE = b".gitignore"
_ENCODED = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()


class FoundFile(NamedTuple):
    """A file, a link or something special, relative to the folder that was walked."""

    path: bytes


class FoundRepository(NamedTuple):
    """A folder that holds ``.git``: a repository, or what claims to be one."""

    path: bytes


class _Folder(NamedTuple):
    path: bytes
    ignores: tuple[tuple[bytes, Ignores], ...]


def walk(root: bytes, *, ignore: bool, nested: bool) -> Iterator[FoundFile | FoundRepository | Skipped]:
    """What is below ``root``, by name, without what is in ``.git`` where that is a git directory.

    With ``nested``, repositories below are handed back, not entered; one at the very top is walked in any case.
    """
    descent = Descent(root)
    stack = [_Folder(b"", ())]
    try:
        while stack:
            folder = stack.pop()
            try:
                entries = _entries(descent, folder.path)
            except OSError as error:
                yield Skipped(path=folder.path or b".", reason="unreadable", detail=os.strerror(error.errno or 0))
                continue
            if nested and folder.path and _GIT in entries:
                yield FoundRepository(folder.path)
                continue
            if ignore and _IGNORE in entries:
                rules = _ignore_file(descent, folder.path)
                if isinstance(rules, Skipped):
                    yield rules
                else:
                    folder = folder._replace(ignores=(*folder.ignores, (folder.path, rules)))
            yield from _below(descent, folder, entries, stack)
    finally:
        descent.close()


def _below(descent: Descent, folder: _Folder, entries: dict[bytes, bool], stack: list[_Folder]) -> Iterator[FoundFile]:
    """The files in a folder that count; its folders go onto the stack, so that the first is the next."""
    folders: list[_Folder] = []
    start = folder.path + b"/" if folder.path else b""
    for name, is_folder in entries.items():
        path = start + name
        if name == _GIT and is_folder and _is_git_dir(descent, path):
            continue
        if folder.ignores and _ignored(path, folder.ignores, is_folder=is_folder):
            continue
        if is_folder:
            folders.append(_Folder(path, folder.ignores))
        else:
            yield FoundFile(path)
    stack += reversed(folders)


def _entries(descent: Descent, path: bytes) -> dict[bytes, bool]:
    """Names in a folder, sorted, with whether each is a folder itself."""
    with os.scandir(descent.folder(path)) as found:
        # ``os.fsencode``, without looking each time what that has to be
        return dict(sorted([(entry.name.encode(*_ENCODED), entry.is_dir(follow_symlinks=False)) for entry in found]))


def _is_git_dir(descent: Descent, path: bytes) -> bool:
    """Whether git would take it for one. Any other folder of that name is a folder, and hides nothing."""
    try:
        inside = _entries(descent, path)
    except OSError:
        return False  # it is unreadable, which will be said
    return b"HEAD" in inside and (b"objects" in inside or b"commondir" in inside)


def _ignore_file(descent: Descent, path: bytes) -> Ignores | Skipped:
    """The rules of a folder's ``.gitignore``; as git does, a link is not obeyed."""
    try:
        folder = descent.folder(path)
        if not stat.S_ISREG(os.stat(_IGNORE, dir_fd=folder, follow_symlinks=False).st_mode):
            return Ignores(b"")
        with open(os.open(_IGNORE, FLAGS, dir_fd=folder), "rb") as file:
            text = file.read(_IGNORE_LIMIT + 1)
        if len(text) > _IGNORE_LIMIT:
            raise ValueError(f"larger than {_IGNORE_LIMIT} bytes")
        return Ignores(text)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        # no gap: where ignore rules cannot be read, nothing is ignored
        return Skipped(path=os.path.join(path, _IGNORE), reason="ignore-rules", detail=f"not obeyed: {why}", gap=False)


def _ignored(path: bytes, ignores: tuple[tuple[bytes, Ignores], ...], *, is_folder: bool) -> bool:
    """Whether the deepest file that says anything about a path says that it is ignored."""
    for base, rules in reversed(ignores):
        verdict = rules.verdict(path[len(base) + 1 :] if base else path, folder=is_folder)
        if verdict is not None:
            return verdict
    return False
