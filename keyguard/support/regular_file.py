"""Files that the user names: read whole, and only if they are regular ones. A FIFO or a device could go on for ever."""

from __future__ import annotations

import errno
import os
import stat

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def read_regular(path: str, limit: int | None = None) -> bytes:
    """Return the content of a regular file, at most the first ``limit`` bytes. Links are followed.

    Raise OSError where it cannot be read or is none, ValueError where the path cannot be one.
    """
    fd = os.open(path, _FLAGS)
    with open(fd, "rb") as file:
        _require_regular(os.fstat(fd), path)
        return file.read() if limit is None else file.read(limit)


def require_regular(path: str) -> None:
    """Raise OSError where a path does not lead to a regular file, for who cannot be handed its content."""
    _require_regular(os.stat(path), path)


def _require_regular(info: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(info.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(info.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)
