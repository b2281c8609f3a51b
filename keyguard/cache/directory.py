"""The user's own cache folder: what is in it was written by this user, and by nobody else.

A compiled pattern database is native code's input, so it is only ever read from a folder that is ours: 0700, owned
by this user, no link. Where there is none (no home folder, a read-only disk) everything works without, a little slower.
"""

from __future__ import annotations

import os
import re
import stat
import sys

from keyguard.support import userdirs

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def cache_dir() -> str | None:
    """Where the cache is, or would be, by ``keyguard.support.userdirs``; None where there is no place for it."""
    return userdirs.cache_folder(os.environ) or None


def folder(*, make: bool = False) -> str | None:
    """Where the cache is, made if asked for; None if there is no such folder, or it is not certainly this user's."""
    path = cache_dir()
    if path is None:
        return None
    try:
        if make:
            os.makedirs(path, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return path if _is_ours(path) else None


def listed(pattern: str) -> list[str]:
    """Names in the cache that fit ``pattern`` (``re``) as a whole, sorted."""
    where = folder()
    try:
        return sorted(name for name in os.listdir(where) if re.fullmatch(pattern, name)) if where else []
    except OSError:
        return []


def is_own_file(path: str) -> bool:
    """Whether it is a regular file, no link, that nobody but this user can have written."""
    try:
        info = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(info.st_mode) and _owned(info)


def size(path: str) -> int:
    """Bytes in a file, 0 where there is none."""
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def read(name: str) -> bytes | None:
    """The content of a cached file, or None if there is none that can be trusted."""
    where = folder()
    if where is None:
        return None
    try:
        fd = os.open(os.path.join(where, name), _FLAGS)
    except OSError:
        return None
    try:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or not _owned(info):
            return None
        with open(fd, "rb", closefd=False) as file:
            return file.read()
    except OSError:
        return None
    finally:
        os.close(fd)


def write(name: str, data: bytes) -> bool:
    """Put a file into the cache in one step; False (and no harm) where that cannot be done."""
    where = folder(make=True)
    if where is None:
        return False
    temporary = os.path.join(where, f".{name}.{os.getpid()}")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with open(fd, "wb") as file:
            file.write(data)
        os.replace(temporary, os.path.join(where, name))
    except OSError:
        remove(temporary)
        return False
    return True


def prune(pattern: str, keep: int) -> None:
    """Remove the oldest files whose whole name fits ``pattern`` (``re``) until ``keep`` are left."""
    where = folder()
    if where is None:
        return
    try:
        names = [name for name in os.listdir(where) if re.fullmatch(pattern, name)]
        names.sort(key=lambda name: os.lstat(os.path.join(where, name)).st_mtime, reverse=True)
    except OSError:
        return
    for name in names[keep:]:
        remove(os.path.join(where, name))


def remove(path: str) -> bool:
    """Remove a file; False where that could not be done."""
    try:
        os.unlink(path)
    except OSError:
        return False
    return True


def _is_ours(path: str) -> bool:
    try:
        info = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(info.st_mode) and _owned(info)


def _owned(info: os.stat_result) -> bool:
    if sys.platform == "win32":
        return True
    return info.st_uid == os.geteuid() and not info.st_mode & 0o022
