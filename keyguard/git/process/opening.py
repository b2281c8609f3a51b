"""Open a repository for git: check what git could be attacked with, then start ``IsolatedGit`` on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

from keyguard.git.index.integrity import check_index
from keyguard.git.layout.alternates import alternates
from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.head import is_object_id, read_head
from keyguard.git.layout.repository import Repository
from keyguard.git.process.isolated_git import DEADLINE, IsolatedGit
from keyguard.support.errors import GitError

_INDEX_LIMIT = 1 << 30
_SHARED = "sharedindex."
#: the (empty) extension of an index in which whole folders are single entries
_SPARSE = b"sdir\0\0\0\0"
#: keep the shared index of a split index: git would write a new one into the private directory, where it is lost; and
#: keep an untracked cache if there is one
_KEPT = "[splitIndex]\n\tmaxPercentChange = 100\n[core]\n\tuntrackedCache = keep\n"


def open_objects(repository: Repository, deadline: float = DEADLINE, borrowed: Sequence[str] = ()) -> IsolatedGit:
    """Return an ``IsolatedGit``, to be entered, on the repository's objects and on those of further object directories.

    Raise GitError if its alternates are not safe for git.
    """
    for folder in borrowed:
        alternates(folder)
    return _open(repository, deadline, borrowed=borrowed)


def open_index(
    repository: Repository, index: str | None = None, *, work_tree: bool = False, deadline: float = DEADLINE
) -> IsolatedGit:
    """Return the same with the index, or with another one in its place, and with the work tree if asked for.

    A damaged index raises GitError, with git's first answer at the latest.
    """
    path = index or repository.index_file
    data = read_control(path, _INDEX_LIMIT) or b""
    check_input = partial(_check, path, data, repository.object_format)
    tree = repository.top if work_tree else ""
    if _SPARSE not in data:
        return _open(repository, deadline, path, tree, _shared_index(repository, data), check_input=check_input)
    check_input()
    from keyguard.git.process import sparse_index

    with _open(repository, deadline, path, "", sparse_index.FILES, sparse_index.SETTINGS) as git:
        return _open(repository, deadline, "", tree, {"index": sparse_index.expand(git)})


def open_for_change(repository: Repository, deadline: float = DEADLINE) -> IsolatedGit:
    """Return the same with the index, work tree and HEAD, for a command that writes the index.

    A split or sparse index stays one. The configuration of the repository is not read, so no program that it names is
    run.
    """
    path = repository.index_file
    data = read_control(path, _INDEX_LIMIT) or b""
    files, settings = _shared_index(repository, data), _KEPT
    if head := read_head(repository).oid:
        files["HEAD"] = f"{head}\n".encode()
    if _SPARSE in data:
        from keyguard.git.process import sparse_index

        settings += sparse_index.SETTINGS
        own = read_control(os.path.join(repository.git_dir, "info", "sparse-checkout"), _INDEX_LIMIT)
        files |= {name: own or usual for name, usual in sparse_index.FILES.items()}
    check_input = partial(_check, path, data, repository.object_format)
    return _open(repository, deadline, path, repository.top, files, settings, check_input=check_input)


def index_from_environment(repository: Repository, value: str) -> str:
    """Return the absolute path of the index in a hook's ``GIT_INDEX_FILE`` (``git commit -a`` creates one).

    Raise GitError if it is not in the repository's git directory: then it belongs to another repository, and reading
    the usual index instead could miss what is committed.
    """
    folder, name = os.path.split(os.path.join(repository.top, value))
    if os.path.realpath(folder) != repository.git_dir or name in ("", ".", ".."):
        raise GitError(f"GIT_INDEX_FILE={value} is not in {repository.git_dir}: unset it, or scan its repository")
    return os.path.join(repository.git_dir, name)


def _open(
    repository: Repository,
    deadline: float,
    index: str = "",
    tree: str = "",
    files: dict[str, bytes] | None = None,
    settings: str = "",
    borrowed: Sequence[str] = (),
    check_input: Callable[[], None] = lambda: None,
) -> IsolatedGit:
    alternates(repository.objects)
    return IsolatedGit(
        repository.objects,
        object_format=repository.object_format,
        index=index,
        work_tree=tree,
        untrusted=repository.top or repository.git_dir,
        files=files,
        settings=settings,
        borrowed=borrowed,
        deadline=deadline,
        find_block=lambda: _find_block(tree, repository.objects),
        check_input=check_input,
    )


def _find_block(tree: str, objects: str) -> str:
    from keyguard.git.process.blocking_files import find_blocking_file

    return find_blocking_file(tree, objects)


def _check(path: str, data: bytes, object_format: str) -> None:
    """Raise GitError for a damaged index: git does not verify the checksum, and may read fewer entries."""
    if not data:  # there is no index
        return
    try:
        check_index(data, object_format)
    except GitError as error:
        raise GitError(f"{path}: {error}") from None


def _shared_index(repository: Repository, data: bytes) -> dict[str, bytes]:
    """Return the shared index of a split index. It is copied, since git would update the time of the original."""
    try:
        names = [name for name in os.listdir(repository.git_dir) if name.startswith(_SHARED)]
    except OSError as error:
        raise GitError(f"{repository.git_dir}: cannot be read: {error.strerror}") from error
    found = {}
    for name in names:
        oid = name[len(_SHARED) :]
        if is_object_id(oid, repository.object_format) and bytes.fromhex(oid) in data:
            path = os.path.join(repository.git_dir, name)
            found[name] = read_control(path, _INDEX_LIMIT) or b""
            _check(path, found[name], repository.object_format)
    return found
