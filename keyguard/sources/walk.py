"""Walking a folder outside git by directory descriptors.

The ``.gitignore`` files on the way are obeyed, unless all files are wanted. A repository on the way is returned, not
entered, because git lists what is in it.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.model.finding import Skipped
from keyguard.sources.descent import FLAGS, Descent
from keyguard.sources.gitignore.reader import RuleReader
from keyguard.sources.gitignore.refusal import refusal
from keyguard.sources.gitignore.rules import IgnoreRules

_IGNORE_LIMIT = 1 << 20
_GIT = b".git"
_IGNORE = b".gitignore"
_ENCODED = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()


class FoundFile(NamedTuple):
    """A file, a link or a special file; the path is relative to the folder that is walked."""

    path: bytes


class FoundRepository(NamedTuple):
    """A folder that holds ``.git``: a repository, or a broken one."""

    path: bytes


class _Folder(NamedTuple):
    path: bytes
    ignores: tuple[tuple[bytes, IgnoreRules], ...]


def walk(root: bytes, *, ignore: bool, nested: bool) -> Iterator[FoundFile | FoundRepository | Skipped]:
    """Yield what is below ``root``, sorted by name, without what is in git directories called ``.git``.

    With ``nested``, repositories below are yielded, not entered; one at the root is always walked.
    """
    descent, reader = Descent(root), RuleReader()
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
                rules = _ignore_file(descent, folder.path, reader)
                if isinstance(rules, Skipped):
                    yield rules
                else:
                    if rules.refused:
                        yield refusal(os.path.join(folder.path, _IGNORE), rules.refused)
                    folder = folder._replace(ignores=(*folder.ignores, (folder.path, rules)))
            yield from _below(descent, folder, entries, stack)
    finally:
        descent.close()


def _below(descent: Descent, folder: _Folder, entries: dict[bytes, bool], stack: list[_Folder]) -> Iterator[FoundFile]:
    """Yield the files of a folder that are not ignored; its folders go onto the stack, the first on top."""
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
    """Return the names in a folder, sorted, and whether each is a folder."""
    with os.scandir(descent.folder(path)) as found:
        # ``os.fsencode``, without looking each time what that has to be
        return dict(sorted([(entry.name.encode(*_ENCODED), entry.is_dir(follow_symlinks=False)) for entry in found]))


def _is_git_dir(descent: Descent, path: bytes) -> bool:
    """Return whether git takes a folder for a git directory. Any other folder called ``.git`` is walked."""
    try:
        inside = _entries(descent, path)
    except OSError:
        return False  # the walk reports it as unreadable
    return b"HEAD" in inside and (b"objects" in inside or b"commondir" in inside)


def _ignore_file(descent: Descent, path: bytes, reader: RuleReader) -> IgnoreRules | Skipped:
    """Return the rules of a folder's ``.gitignore``; as git does, a link is not obeyed."""
    try:
        folder = descent.folder(path)
        if not stat.S_ISREG(os.stat(_IGNORE, dir_fd=folder, follow_symlinks=False).st_mode):
            return reader.read(b"")
        with open(os.open(_IGNORE, FLAGS, dir_fd=folder), "rb") as file:
            text = file.read(_IGNORE_LIMIT + 1)
        if len(text) > _IGNORE_LIMIT:
            raise ValueError(f"larger than {_IGNORE_LIMIT} bytes")
        return reader.read(text)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        # no gap: where no rule of a file is obeyed, nothing is ignored
        return Skipped(path=os.path.join(path, _IGNORE), reason="ignore-rules", detail=f"not obeyed: {why}", gap=False)


def _ignored(path: bytes, ignores: tuple[tuple[bytes, IgnoreRules], ...], *, is_folder: bool) -> bool:
    """Return whether a path is ignored. Of the files with a rule that matches it, the deepest decides."""
    for base, rules in reversed(ignores):
        verdict = rules.verdict(path[len(base) + 1 :] if base else path, folder=is_folder)
        if verdict is not None:
            return verdict
    return False
