"""Taking a file out of the index of the user's own repository: it stays on disk, and in history.

GitPython writes the new index, by the functions with which it reads and writes one: they start no program, follow no
configuration and know no hooks. Its ``Repo`` and ``IndexFile.remove`` are left alone: the first reads whatever file an
``include.path`` of the repository names, the second runs ``git rm`` with the repository's fsmonitor and hooks; and
``IndexFile.write`` takes the lock only after it has read, so that what others stage in between is lost, and keeps the
ids of trees that no longer fit, from which ``git commit`` would make the old tree again.

Where GitPython would lose something, git itself does it, in a directory of ours, where it sees the index, the work tree
and the commit that is checked out, and no configuration, hook or attribute of the repository:

* ids of 32 bytes (SHA-256), version 4, a split or sparse index, names that are not UTF-8: GitPython cannot read them;
* an untracked cache, resolved conflicts: they would have to be brought up to date, or go;
* an entry as new as the index: git has to note that its file may have been changed since, or the change goes unseen.

git is also asked beforehand: what is staged, and neither on disk nor in the commit, would be lost.
"""

from __future__ import annotations

import os
import stat
from io import BytesIO
from types import ModuleType

from keyguard.git.index.file import parse_index
from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.repository import Repository
from keyguard.git.process.opening import open_for_change
from keyguard.support.errors import GitError
from keyguard.support.sanitize import shown

_LIMIT = 1 << 30
#: what git works out anew when it is not there: ids of trees, where entries and extensions begin, and what an fsmonitor
#: has told, which git drops, too, where it may not ask one
_RENEWED = frozenset((b"TREE", b"EOIE", b"IEOT", b"FSMN"))
#: of a SHA-1
_CHECKSUM = 20
#: GitPython runs ``git version`` when it is imported, by whatever git is first on PATH: no file can be run as this one
_NO_GIT = {"GIT_PYTHON_REFRESH": "quiet", "GIT_PYTHON_GIT_EXECUTABLE": os.devnull}


def untrack(repository: Repository, path: bytes) -> None:
    """``git rm --cached``; the path is relative to the top. Raises ``GitError`` with what is in the way."""
    index = repository.index_file
    try:
        data = _read(index)
        changed = without(data, path, os.stat(index).st_mtime_ns) if _is_plain(repository, data) else None
        if changed is None:
            _remove_by_git(repository, path)
        else:
            _git(repository, path, "--dry-run")
            _replace(index, data, changed)
    except OSError as error:
        raise GitError(f"{shown(index)}: {error.strerror}") from error


def without(data: bytes, path: bytes, written: int) -> bytes | None:
    """An index without the entries of a path, by GitPython; None where that would lose anything else.

    ``written`` is when ``data`` was, in nanoseconds. The proof is that GitPython gives back the entries as they are.
    """
    fun = _gitpython()
    try:
        _, entries, extensions, _ = fun.read_cache(BytesIO(data))
        ordered = sorted(entries.values(), key=lambda entry: (entry.path, entry.stage))
        same = _entries_of(fun, ordered) == data[: len(data) - len(extensions) - _CHECKSUM]
        # git compares whole seconds, unless it was built otherwise
        if not same or any(entry.mtime[0] >= written // 10**9 for entry in ordered):
            return None
        changed = BytesIO()
        fun.write_cache([entry for entry in ordered if os.fsencode(entry.path) != path], changed)
    except (AssertionError, LookupError, ValueError):
        return None
    return changed.getvalue()


def _entries_of(fun: ModuleType, entries: list[object]) -> bytes:
    """What an index begins with that consists of these."""
    stream = BytesIO()
    fun.write_cache(entries, stream)
    return stream.getvalue()[:-_CHECKSUM]


def _is_plain(repository: Repository, data: bytes) -> bool:
    """Whether an index is of the kind that GitPython knows, and holds nothing that changes with its entries.

    Raises ``GitError`` where it is damaged.
    """
    return repository.object_format == "sha1" and bool(data) and parse_index(data, "sha1").extensions.keys() <= _RENEWED


def _gitpython() -> ModuleType:
    """The functions of GitPython that read and write an index; no program is run."""
    before = {name: os.environ.get(name) for name in _NO_GIT}
    os.environ.update(_NO_GIT)
    try:
        from git.index import fun
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
    return fun


def _read(index: str) -> bytes:
    return read_control(index, _LIMIT) or b""


def _replace(index: str, old: bytes, new: bytes) -> None:
    """Put another index in the place of the ``old`` one, in one step, with its permissions. GitError where it is no
    longer the one that was read, or where somebody else is about to change it.
    """
    lock = f"{index}.lock"
    try:
        file = open(lock, "xb")  # noqa: SIM115 - it is closed below
    except FileExistsError as error:
        raise GitError(f"Unable to create '{shown(lock)}': {error.strerror}") from error
    held = True
    try:
        with file:
            if _read(index) != old:
                raise GitError(f"{shown(index)}: something else has changed it meanwhile")
            file.write(new)
        os.chmod(lock, stat.S_IMODE(os.stat(index).st_mode))  # those of a shared repository may be others' to write
        os.replace(lock, index)
        held = False
    finally:
        if held:
            os.unlink(lock)


def _remove_by_git(repository: Repository, path: bytes) -> None:
    mode = stat.S_IMODE(os.stat(repository.index_file).st_mode)
    _git(repository, path)
    if stat.S_IMODE(os.stat(repository.index_file).st_mode) != mode:
        os.chmod(repository.index_file, mode)


def _git(repository: Repository, path: bytes, *options: str) -> None:
    """Run ``git rm --cached`` where nothing of the repository is obeyed. GitError with the first line that it says."""
    with open_for_change(repository) as git:
        words = ("rm", "--cached", "--quiet", *options, "--", os.fsdecode(path))
        child = git.start(*words, folder=repository.top)
        try:
            for _ in git.chunks(child):
                pass
        except GitError as error:
            said = child.stderr.decode("utf-8", "backslashreplace").strip().partition("\n")[0]
            raise GitError(shown(said or str(error))) from error
