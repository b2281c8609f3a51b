"""List the text files of a git directory (configuration, reflogs, messages, hooks), and the stores of submodules."""

from __future__ import annotations

import os
import stat

from keyguard.git.layout.reader import GitDirReader
from keyguard.git.layout.repository import Repository, open_git_dir
from keyguard.git.refs.reftable_stack import read_tables
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

_MODULES = "modules"
#: bytes: a larger file that git did not make is reported as a gap: an annex, a tool's database
_LARGE = 64 << 20
_KNOWN = expression(r"(?:.*/)?(?:packed-refs|FETCH_HEAD|config|config\.worktree)\Z|(?:worktrees/[^/]*/)?logs/")
#: binary files, which other modules read
_BINARY = expression(r"(?:worktrees/[^/]*/)?(?:index(?:\.lock)?|sharedindex\.[0-9a-f]+)\Z")
_SAMPLE = expression(r"hooks/[^/]*\.sample\Z")
_REF = expression(r"(?:worktrees/[^/]*/)?refs/")
#: sizes of refs that hold just an id: their name is inspected, not their content
_REF_SIZES = {"sha1": 41, "sha256": 65}
_MOST_STORES = 10_000

ShownFiles = list[tuple[bytes, str]]


def metadata_files(repository: Repository) -> tuple[ShownFiles, list[Skipped]]:
    """Return (shown path, absolute path) of every file that does not store objects, and what could not be read.

    Object stores, submodules, binary files, sample hooks and refs that are plain ids are left out. Links are not
    followed: their targets are not git's files.
    """
    stores, gaps = submodule_stores(repository)
    reader, left_out = GitDirReader(repository), [store.git_dir for store in stores]
    found = _files_in(repository, reader, repository.common_dir, left_out)
    if not _is_below(repository.git_dir, repository.common_dir):
        found += _files_in(repository, reader, repository.git_dir, left_out)
    return found, [*gaps, *(gap for gap in reader.gaps if gap not in gaps)]


def table_reflogs(repository: Repository) -> tuple[list[tuple[bytes, bytes]], list[Skipped]]:
    """Return (shown path, text) of reflogs that git stores in reftables, and what could not be read."""
    reader, found = GitDirReader(repository), []
    for folder in _git_dirs(repository, reader):
        if os.path.lexists(os.path.join(folder, "reftable")):
            logs = read_tables(reader, folder).logs
            lines = [b"%s %s\n" % (log.name, log.text) for log in logs]
            if lines:
                found.append((reader.shown(os.path.join(folder, "reftable")), b"".join(lines)))
    return found, reader.gaps


def submodule_stores(repository: Repository) -> tuple[list[Repository], list[Skipped]]:
    """Return the git directories of submodules, including nested ones, sorted by path; and what could not be read."""
    reader = GitDirReader(repository)
    found: list[Repository] = []
    stack = [os.path.join(folder, _MODULES) for folder in reversed(_git_dirs(repository, reader))]
    seen = 0
    while stack:
        path = stack.pop()
        seen += 1
        if seen > _MOST_STORES or path.count("/") - repository.common_dir.count("/") > 200:
            reader.gap(path, "too-large", f"more than {_MOST_STORES} folders of submodules, or 200 levels of them")
            break
        store = _store_at(reader, path)
        if store:
            found.append(store)
        stack += [os.path.join(path, _MODULES)] if store else reversed(_folders_in(reader, path))
    return found, reader.gaps


def _folders_in(reader: GitDirReader, path: str) -> list[str]:
    """Return the folders in one that is not a store. A link is not followed; it is recorded as a gap, since a store may
    be there.
    """
    found = []
    for entry in reader.folder(path):
        if entry.is_dir(follow_symlinks=False):
            found.append(entry.path)
        elif entry.is_symlink():
            reader.gap(entry.path, "unreadable", "a link, which is not followed")
    return found


def _store_at(reader: GitDirReader, path: str) -> Repository | None:
    try:
        store = None if os.path.islink(path) else open_git_dir(path)
    except GitError as error:
        reader.gap(path, "unreadable", str(error))
        return None
    if store and store.is_linked_worktree:
        reader.gap(path, "unreadable", "says that its objects are elsewhere")
        return None
    return store


def _git_dirs(repository: Repository, reader: GitDirReader) -> list[str]:
    """Return the git directories of all worktrees."""
    parent = os.path.join(repository.common_dir, "worktrees")
    linked = [entry.path for entry in reader.folder(parent) if entry.is_dir(follow_symlinks=False)]
    return list(dict.fromkeys([repository.common_dir, repository.git_dir, *linked]))


def _files_in(repository: Repository, reader: GitDirReader, folder: str, left_out: list[str]) -> ShownFiles:
    found = []
    for entry in reader.walk(folder, *left_out, os.path.join(folder, "objects"), os.path.join(folder, "lfs")):
        name = entry.path[len(folder.rstrip("/")) + 1 :]
        if _BINARY.match(name) or _SAMPLE.match(name):
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            reader.gap(
                entry.path, "vanished" if isinstance(error, FileNotFoundError) else "unreadable", str(error.strerror)
            )
            continue
        if not stat.S_ISREG(status.st_mode) or (
            _REF.match(name) and status.st_size == _REF_SIZES[repository.object_format]
        ):
            continue
        if status.st_size > _LARGE and not _KNOWN.match(name):
            reader.gap(entry.path, "too-large", f"{status.st_size} bytes in a file that git did not make")
        else:
            found.append((reader.shown(entry.path), entry.path))
    return found


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
