"""Find the repository that a path belongs to, and its directories, without running git or obeying configuration."""

from __future__ import annotations

import os
from typing import NamedTuple

from keyguard.git.layout.control_files import read_control
from keyguard.support.errors import GitError

_LINK_LIMIT = 8 << 10
_CONFIG_LIMIT = 8 << 20


class Repository(NamedTuple):
    """The directories of a repository: absolute paths with links resolved."""

    top: str
    """Top folder of the work tree. Empty for a bare repository, whose folder is scanned like any other."""
    git_dir: str
    common_dir: str
    """Where refs and objects are: ``git_dir``, or for a linked worktree the git directory of the main one."""
    objects: str
    index_file: str
    object_format: str
    """``sha1`` or ``sha256``."""
    shallow: bool
    is_linked_worktree: bool


def discover(path: str) -> Repository | None:
    """Return the repository that the file or folder belongs to, or None.

    Raise GitError if a ``.git`` is not a repository: what it hides must be scanned as plain files and reported. A bare
    repository is found only at ``path`` itself, so that a folder within a work tree cannot pose as one.
    """
    start = os.path.realpath(path if os.path.isdir(path) else os.path.dirname(os.path.abspath(path)))
    folder, broken = start, ""
    while True:
        dot_git = os.path.join(folder, ".git")
        if os.path.lexists(dot_git) and (folder == start or _is_trusted(dot_git, start)):
            git_dir = _git_dir_of(dot_git)
            if git_dir:
                return _describe(folder, git_dir)
            broken = broken or dot_git
        elif folder == start and _is_bare(folder):
            return _describe("", folder)
        if folder == (folder := os.path.dirname(folder)):
            break
    if broken:
        raise GitError(f"{broken}: not a git repository: it has no HEAD, or no objects")
    return None


def open_git_dir(path: str) -> Repository | None:
    """Return the repository with this git directory, without a work tree; None if it is not a git directory.

    Raise GitError if it cannot be read or has an unknown object format.
    """
    return _describe("", path) if _is_git_dir(path) else None


def _describe(top: str, git_dir: str) -> Repository:
    common = _common_dir(git_dir)
    return Repository(
        top=top,
        git_dir=git_dir,
        common_dir=common,
        objects=os.path.join(common, "objects"),
        index_file=os.path.join(git_dir, "index"),
        object_format=_object_format(os.path.join(common, "config")),
        shallow=_has_content(os.path.join(common, "shallow")),
        is_linked_worktree=common != git_dir,
    )


def _git_dir_of(dot_git: str) -> str:
    """Return the git directory that a ``.git`` is or points to; empty for a folder that is not one."""
    if os.path.isdir(dot_git):
        return os.path.realpath(dot_git) if _is_git_dir(dot_git) else ""
    data = read_control(dot_git, _LINK_LIMIT) or b""
    if not data.startswith(b"gitdir: ") or b"\0" in data:
        raise GitError(f"{dot_git}: neither a git directory nor a pointer to one")
    target = os.fsdecode(data[8:].rstrip(b"\r\n"))
    git_dir = os.path.realpath(os.path.join(os.path.dirname(dot_git), target))
    if not _is_git_dir(git_dir):
        raise GitError(f"{dot_git}: points to {target}, where no git repository is")
    return git_dir


def _is_git_dir(path: str) -> bool:
    return os.path.lexists(os.path.join(path, "HEAD")) and os.path.isdir(os.path.join(_common_dir(path), "objects"))


def _is_bare(path: str) -> bool:
    return os.path.isdir(os.path.join(path, "refs")) and _is_git_dir(path)


def _common_dir(git_dir: str) -> str:
    data = read_control(os.path.join(git_dir, "commondir"), _LINK_LIMIT)
    if not data or b"\0" in data:
        return git_dir
    return os.path.realpath(os.path.join(git_dir, os.fsdecode(data.rstrip(b"\r\n"))))


def _object_format(config: str) -> str:
    """Return ``extensions.objectFormat``, the only setting that is needed to read a repository at all."""
    found, section = "sha1", b""
    for line in (read_control(config, _CONFIG_LIMIT) or b"").split(b"\n"):
        line = line.strip()
        if line.startswith(b"["):
            name, _, line = line[1:].partition(b"]")
            section = name.strip().lower()
        key, _, value = line.partition(b"=")
        if section == b"extensions" and key.strip().lower() == b"objectformat":
            value = value.partition(b"#")[0].partition(b";")[0]
            found = value.strip().strip(b'"').decode("ascii", "backslashreplace").lower()
    if found not in ("sha1", "sha256"):
        raise GitError(f"{config}: object format {found} is not known")
    return found


def _has_content(path: str) -> bool:
    try:
        return os.lstat(path).st_size > 0
    except OSError:
        return False


def _is_trusted(dot_git: str, start: str) -> bool:
    """Return whether a repository around ``start`` belongs to its owner, to us or to root: it was not planted in a
    shared folder.
    """
    try:
        owner = os.lstat(dot_git).st_uid
        return owner in (0, os.lstat(start).st_uid) or owner == os.geteuid()
    except OSError:
        return False
