"""The user's cache folder: only files that this user wrote are read.

A compiled pattern database is input for native code, so it is read only from a folder that is certainly ours: mode
0700, owned by this user, not a link. Without one (no home folder, a read-only disk) everything works, a little slower.
"""

from __future__ import annotations

import os
import re
import stat
import sys

from keyguard.support import userdirs

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def cache_dir() -> str | None:
    """Return where the cache is or would be, by ``keyguard.support.userdirs``; None if there is no place for it."""
    return userdirs.cache_folder(os.environ) or None


def folder(*, make: bool = False) -> str | None:
    """Return the cache folder, created if ``make`` is set; None if it does not exist or is not certainly this
    user's.
    """
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
    """Return the names in the cache that match ``pattern`` (``re``) completely, sorted."""
    where = folder()
    try:
        return sorted(name for name in os.listdir(where) if re.fullmatch(pattern, name)) if where else []
    except OSError:
        return []


def is_own_file(path: str) -> bool:
    """Return whether it is a regular file, not a link, that only this user can have written."""
    try:
        info = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(info.st_mode) and _owned(info)


def size(path: str) -> int:
    """Return the size of a file in bytes, 0 if there is none."""
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def read(name: str) -> bytes | None:
    """Return the content of a cached file, or None if there is none that can be trusted."""
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
    """Write a file to the cache atomically; return False, without side effects, if that is not possible."""
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
    """Remove the oldest files whose name matches ``pattern`` (``re``) completely until ``keep`` are left."""
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
    """Remove a file; return False if that failed."""
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
