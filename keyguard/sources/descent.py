"""The way from a root down to a folder, by descriptors: no length of a path stops it, and no link leads it astray.

Where the way is long, only some of its folders stay open, so that depth does not use up the process's descriptors.
"""

from __future__ import annotations

import os
from contextlib import suppress

FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
FOLDER = FLAGS | getattr(os, "O_DIRECTORY", 0)
#: the last so many folders stay open, and above them every so-manieth
_STEP = 32


class Descent:
    """Where we are below a root. Descriptors it gives are its own: they hold until the next call."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._path: bytes | None = None
        self._names: list[bytes] = []
        self._fds: list[int] = []

    def folder(self, path: bytes) -> int:
        """A descriptor of the folder at a path below the root (empty: the root). Raises OSError; links are refused."""
        if path == self._path:
            return self._fds[-1]
        names = path.split(b"/") if path else []
        self._path = None
        if not self._fds:
            self._fds.append(os.open(self._root, FOLDER & ~getattr(os, "O_NOFOLLOW", 0)))
        self._rise(_shared(self._names, names))
        for name in names[len(self._names) :]:
            self._enter(name)
        self._path = path
        return self._fds[-1]

    def close(self) -> None:
        """Close all; what is asked for next begins at the root again."""
        while self._fds:
            _close(self._fds.pop())
        self._names, self._path = [], None

    def _rise(self, depth: int) -> None:
        """Go back up to a folder on the way, and open it again where it did not stay open."""
        while len(self._fds) > depth + 1:
            _close(self._fds.pop())
        names = self._names[:depth]
        while self._fds[-1] < 0:
            self._fds.pop()
        self._names = names[: len(self._fds) - 1]
        for name in names[len(self._names) :]:
            self._enter(name)

    def _enter(self, name: bytes) -> None:
        self._fds.append(os.open(name, FOLDER, dir_fd=self._fds[-1]))
        self._names.append(name)
        passed = len(self._names) - _STEP
        if passed > 0 and passed % _STEP:
            _close(self._fds[passed])
            self._fds[passed] = -1


def _shared(one: list[bytes], other: list[bytes]) -> int:
    """How many names the two begin with in common."""
    same = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += 1
    return same


def _close(fd: int) -> None:
    """Close what was only read: where that is said to have failed, nothing is lost, and it is closed all the same."""
    if fd >= 0:
        with suppress(OSError):
            os.close(fd)
