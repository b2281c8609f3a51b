"""Open files of the object database without trusting them: only regular files, never through a link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from keyguard.support.errors import GitError

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_PIECE = 1 << 24


def open_file(path: str) -> int:
    """Return a descriptor of a regular file. Raise GitError if it is not one or cannot be opened."""
    name = os.path.basename(path)
    try:
        fd = os.open(path, _FLAGS)
    except OSError as error:
        raise GitError(f"{name}: cannot be read: {error.strerror}") from error
    try:
        regular = stat.S_ISREG(os.fstat(fd).st_mode)
    except OSError as error:
        os.close(fd)
        raise GitError(f"{name}: cannot be read: {error.strerror}") from error
    if not regular:
        os.close(fd)
        raise GitError(f"{name}: not a regular file")
    return fd


@contextmanager
def open_regular(path: str) -> Iterator[int]:
    """Open a file as ``open_file`` does, for a ``with`` block."""
    fd = open_file(path)
    try:
        yield fd
    finally:
        os.close(fd)


def read_whole(fd: int, path: str) -> bytes:
    """Return the content of a file. Raise GitError if it cannot be read."""
    parts = []
    try:
        while data := os.read(fd, _PIECE):
            parts.append(data)
    except OSError as error:
        raise GitError(f"{os.path.basename(path)}: cannot be read: {error.strerror}") from error
    return b"".join(parts)


def is_same_file(one: str, other: str) -> bool:
    """Return whether two regular files have the same content; also False if one of them cannot be read."""
    try:
        with open_regular(one) as left, open_regular(other) as right:
            first, second = os.fstat(left), os.fstat(right)
            if os.path.samestat(first, second):
                return True
            if first.st_size != second.st_size:
                return False
            while piece := os.read(left, _PIECE):
                if piece != _exactly(right, len(piece)):
                    return False
            return not os.read(right, 1)
    except (GitError, OSError):
        return False


def _exactly(fd: int, size: int) -> bytes:
    """Return ``size`` bytes of a file, fewer only at its end."""
    parts = []
    while size and (data := os.read(fd, size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)
