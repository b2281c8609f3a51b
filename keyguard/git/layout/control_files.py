"""Read git's small control files (``HEAD``, ``packed-refs``, ``commondir``) without trusting them."""

from __future__ import annotations

import os
import stat

from keyguard.support.errors import GitError

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def read_control(path: str, limit: int) -> bytes | None:
    """Return the content of a regular file; None if nothing or a folder is there.

    Raise GitError if it is a link, a pipe or the like, cannot be read, or holds more than ``limit`` bytes.
    """
    try:
        fd = os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise GitError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        kind = os.fstat(fd).st_mode
        if stat.S_ISDIR(kind):
            return None
        if not stat.S_ISREG(kind):
            raise GitError(f"{path}: not a regular file")
        return _read(fd, path, limit)
    finally:
        os.close(fd)


def _read(fd: int, path: str, limit: int) -> bytes:
    parts, left = [], limit + 1
    try:
        while left and (data := os.read(fd, min(left, 1 << 20))):
            parts.append(data)
            left -= len(data)
    except OSError as error:
        raise GitError(f"{path}: cannot be read: {error.strerror}") from error
    if not left:
        raise GitError(f"{path}: larger than {limit} bytes")
    return b"".join(parts)
