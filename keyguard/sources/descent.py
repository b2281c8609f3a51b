"""Opening folders below a root by descriptors, one name at a time: no path is too long, and no link is followed.

On a long path only some folders stay open, so that depth does not use up the process's descriptors.
"""

from __future__ import annotations

import os
from contextlib import suppress

FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
FOLDER = FLAGS | getattr(os, "O_DIRECTORY", 0)
#: the last 32 folders stay open, and above them every 32nd
_STEP = 32


class Descent:
    """A position below a root. A descriptor that it returns stays valid until the next call."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._path: bytes | None = None
        self._names: list[bytes] = []
        self._fds: list[int] = []

    def folder(self, path: bytes) -> int:
        """Return a descriptor of the folder at a path below the root (empty: the root). OSError, also for a link."""
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
        """Close all descriptors; the next call starts at the root again."""
        while self._fds:
            _close(self._fds.pop())
        self._names, self._path = [], None

    def _rise(self, depth: int) -> None:
        """Go back up to a depth, and open its folder again if it did not stay open."""
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
    """Return how many names both lists begin with."""
    same = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += 1
    return same


def _close(fd: int) -> None:
    """Close a descriptor. It was only read from, so an error loses nothing, and the descriptor is closed anyway."""
    if fd >= 0:
        with suppress(OSError):
            os.close(fd)
