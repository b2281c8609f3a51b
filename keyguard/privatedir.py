"""The user's own cache folder: what is in it was written by this user, and by nobody else.

A compiled pattern database is native code's input, so it is only ever read from a folder that is ours: 0700, owned
by this user, no link. Where there is none (no HOME, a read-only disk) everything works without, a little slower.
"""

from __future__ import annotations

import os
import re
import stat
import sys

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def cache_dir() -> str | None:
    """``$KEYGUARD_CACHE_DIR``, else keyguard's folder where the platform keeps caches; None if nothing says where.

    A path that is not absolute says nothing: it would lead into whatever repository is being scanned.
    """
    own = os.environ.get("KEYGUARD_CACHE_DIR")
    if own:
        return own if os.path.isabs(own) else None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "keyguard") if os.path.isabs(base) else None


def read(name: str) -> bytes | None:
    """The content of a cached file, or None if there is none that can be trusted."""
    folder = cache_dir()
    if folder is None or not _is_ours(folder):
        return None
    try:
        fd = os.open(os.path.join(folder, name), _FLAGS)
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
    folder = cache_dir()
    if folder is None:
        return False
    temporary = os.path.join(folder, f".{name}.{os.getpid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not _is_ours(folder):
            return False
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with open(fd, "wb") as file:
            file.write(data)
        os.replace(temporary, os.path.join(folder, name))
    except OSError:
        _remove(temporary)
        return False
    return True


def prune(pattern: str, keep: int) -> None:
    """Remove the oldest files whose whole name fits ``pattern`` (``re``) until ``keep`` are left."""
    folder = cache_dir()
    if folder is None or not _is_ours(folder):
        return
    try:
        names = [name for name in os.listdir(folder) if re.fullmatch(pattern, name)]
        names.sort(key=lambda name: os.lstat(os.path.join(folder, name)).st_mtime, reverse=True)
    except OSError:
        return
    for name in names[keep:]:
        _remove(os.path.join(folder, name))


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


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
