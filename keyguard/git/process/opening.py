"""How a repository is opened to git: what git would trip over is looked at first, then a shadow is put before it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

from keyguard.git.index.integrity import check_index
from keyguard.git.layout.alternates import alternates
from keyguard.git.layout.control import read_control
from keyguard.git.layout.head import is_object_id, read_head
from keyguard.git.layout.repository import Repository
from keyguard.git.process.shadow import DEADLINE, Shadow
from keyguard.support.errors import GitError

_INDEX_LIMIT = 1 << 30
_SHARED = "sharedindex."
#: the extension (it is empty) that marks an index in which whole folders are single entries
_SPARSE = b"sdir\0\0\0\0"
#: what a split index is based on stays as it is: another would be written into a directory of ours, and be lost; and an
#: untracked cache stays where there is one
_KEPT = "[splitIndex]\n\tmaxPercentChange = 100\n[core]\n\tuntrackedCache = keep\n"


def open_shadow(repository: Repository, deadline: float = DEADLINE, borrowed: Sequence[str] = ()) -> Shadow:
    """A shadow (still to be entered) on the repository's objects, and on those of further object directories.

    GitError when git would trip over its alternates.
    """
    for folder in borrowed:
        alternates(folder)
    return _open(repository, deadline, borrowed=borrowed)


def open_index(
    repository: Repository, index: str | None = None, *, work_tree: bool = False, deadline: float = DEADLINE
) -> Shadow:
    """As ``open_shadow``, on the index too, or on another that stands in for it, and on the work tree if asked for.

    GitError also when the index is damaged: with git's first answer at the latest.
    """
    path = index or repository.index_file
    data = read_control(path, _INDEX_LIMIT) or b""
    proof = partial(_check, path, data, repository.object_format)
    tree = repository.top if work_tree else ""
    if _SPARSE not in data:
        return _open(repository, deadline, path, tree, _shared_index(repository, data), proof=proof)
    proof()
    from keyguard.git.process import sparse

    with _open(repository, deadline, path, "", sparse.FILES, sparse.SETTINGS) as shadow:
        return _open(repository, deadline, "", tree, {"index": sparse.unfold(shadow)})


def open_for_change(repository: Repository, deadline: float = DEADLINE) -> Shadow:
    """As ``open_index`` on the work tree, with the commit that is checked out, for a command that writes the index.

    A split or sparse index stays one. Programs that the repository's configuration names are not known here, so none
    is run.
    """
    path = repository.index_file
    data = read_control(path, _INDEX_LIMIT) or b""
    files, settings = _shared_index(repository, data), _KEPT
    if head := read_head(repository).oid:
        files["HEAD"] = f"{head}\n".encode()
    if _SPARSE in data:
        from keyguard.git.process import sparse

        settings += sparse.SETTINGS
        own = read_control(os.path.join(repository.git_dir, "info", "sparse-checkout"), _INDEX_LIMIT)
        files |= {name: own or usual for name, usual in sparse.FILES.items()}
    proof = partial(_check, path, data, repository.object_format)
    return _open(repository, deadline, path, repository.top, files, settings, proof=proof)


def index_from_environment(repository: Repository, value: str) -> str:
    """The index that a hook's ``GIT_INDEX_FILE`` names (``git commit -a`` makes one of its own), as an absolute path.

    Raises GitError when it does not lie in the repository's git directory: it belongs to something else then, and
    reading the usual index in its place could miss what is committed.
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
    proof: Callable[[], None] = lambda: None,
) -> Shadow:
    alternates(repository.objects)
    return Shadow(
        repository.objects,
        object_format=repository.object_format,
        index=index,
        work_tree=tree,
        hostile=repository.top or repository.git_dir,
        files=files,
        settings=settings,
        borrowed=borrowed,
        deadline=deadline,
        trap=lambda: _trap(tree, repository.objects),
        proof=proof,
    )


def _trap(tree: str, objects: str) -> str:
    from keyguard.git.process.traps import find_trap

    return find_trap(tree, objects)


def _check(path: str, data: bytes, object_format: str) -> None:
    """Raise GitError for a damaged index: git looks at no checksum, and can take it for one with less in it."""
    if not data:  # there is none
        return
    try:
        check_index(data, object_format)
    except GitError as error:
        raise GitError(f"{path}: {error}") from None


def _shared_index(repository: Repository, data: bytes) -> dict[str, bytes]:
    """What a split index is based on. It is copied, since git would touch the original while reading it."""
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
