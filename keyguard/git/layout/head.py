"""Resolve HEAD without git: symbolic refs, loose and packed refs, the HEADs of linked worktrees."""

from __future__ import annotations

import os

import msgspec

from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.repository import Repository
from keyguard.support.errors import GitError

_REF_LIMIT = 8 << 10
_PACKED_LIMIT = 256 << 20
#: git itself follows no longer chain
_DEPTH = 5
#: refs that each worktree has for itself; all others are shared
_PER_WORKTREE = (b"refs/bisect/", b"refs/worktree/", b"refs/rewritten/")
_ID_LENGTH = {"sha1": 40, "sha256": 64}
_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


class Head(msgspec.Struct, frozen=True):
    """The commit that is checked out. ``oid`` is empty before the first commit, and if HEAD cannot be resolved."""

    oid: str = ""
    problem: str = ""
    """Why HEAD cannot be resolved: everything in the index then counts as new, so that nothing is missed."""


def read_head(repository: Repository) -> Head:
    """Return the commit that HEAD refers to. Problems are returned, never raised."""
    try:
        return Head(_follow(repository, b"HEAD"))
    except (GitError, OSError) as error:
        return Head(problem=str(error))


def checked_out(repository: Repository) -> bytes:
    """Return the full name of the ref that HEAD is on, even if unborn; empty if HEAD is detached or cannot be read."""
    try:
        value = _loose(repository, b"HEAD")
    except (GitError, OSError):
        return b""
    return value[4:].strip() if value.startswith(b"ref:") else b""


def empty_tree(repository: Repository) -> str:
    """Return the id of the empty tree, which git knows even if it is not stored."""
    return _EMPTY_TREE[repository.object_format]


def is_object_id(text: str, object_format: str) -> bool:
    """Return whether this is a full object id in lower case."""
    return len(text) == _ID_LENGTH[object_format] and not text.strip("0123456789abcdef")


def _follow(repository: Repository, name: bytes) -> str:
    """Return the id that a ref resolves to; empty if it is unborn."""
    for _ in range(_DEPTH + 1):
        value = _loose(repository, name)
        if not value.startswith(b"ref:"):
            oid = (value or _packed(repository, name)).decode("ascii", "backslashreplace")
            if oid and not is_object_id(oid, repository.object_format):
                raise GitError(f"{repository.git_dir}: {os.fsdecode(name)} holds no object id")
            return oid
        name = value[4:].strip()
        _check_name(repository, name)
    raise GitError(f"{repository.git_dir}: HEAD leads through too many symbolic refs")


def _check_name(repository: Repository, name: bytes) -> None:
    if name == b"refs/heads/.invalid":
        raise GitError(f"{repository.git_dir}: refs are in a format (reftable) that is not read")
    parts = name.split(b"/")
    odd = b"\0" in name or any(part in (b"", b".", b"..") or part.endswith(b".lock") for part in parts)
    if odd or len(parts) < 2 or parts[0] != b"refs":
        raise GitError(f"{repository.git_dir}: HEAD leads to an impossible ref")


def _loose(repository: Repository, name: bytes) -> bytes:
    own = name == b"HEAD" or name.startswith(_PER_WORKTREE)
    path = os.path.join(repository.git_dir if own else repository.common_dir, os.fsdecode(name))
    if own and os.path.islink(path):  # how early versions of git stored symbolic refs
        return b"ref: " + os.fsencode(os.readlink(path))
    return (read_control(path, _REF_LIMIT) or b"").strip()


def _packed(repository: Repository, name: bytes) -> bytes:
    data = read_control(os.path.join(repository.common_dir, "packed-refs"), _PACKED_LIMIT) or b""
    end = data.find(b" " + name + b"\n")
    return data[data.rfind(b"\n", 0, end) + 1 : end] if end >= 0 else b""
