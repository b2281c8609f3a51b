"""Reading the files of a tree, and none outside it: files are opened by directory descriptors, never through a link.

Only regular files are read. Of a link, the text of its target is read; devices, sockets and pipes are not opened. A
file that cannot be read becomes a :class:`Skipped`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress

import msgspec

from keyguard.model.finding import Skipped
from keyguard.sources.descent import FLAGS, Descent
from keyguard.sources.listing import shown_below

#: bytes read at a time from files that are larger than this
PIECE = 1 << 20

#: the content of holes
_ZEROS = bytes(PIECE)

_FILE = FLAGS | getattr(os, "O_BINARY", 0)
_BY_DESCRIPTOR = os.open in os.supports_dir_fd


class Opened(msgspec.Struct, frozen=True):
    """A file's content if it is small, else ``read``, which returns piece after piece, and empty bytes at the end."""

    data: bytes | None
    read: Callable[[], bytes] | None
    size: int


class Absent(Exception):
    """The file does not exist (any more)."""


class Reader:
    """Reads files below one root, and keeps the folders around them open."""

    def __init__(self, root: bytes, shown: bytes, max_size: int | None = None) -> None:
        self.root = root
        self.shown = shown
        self._max_size = max_size
        self._most = PIECE if max_size is None else min(PIECE, max_size)
        self._descent = Descent(root) if _BY_DESCRIPTOR else None
        self._file_fd = -1

    def display(self, path: bytes) -> bytes:
        """Return the path as reports show it."""
        return shown_below(self.shown, path)

    def read(self, path: bytes) -> Opened | Skipped:
        """Open the file at a path below the root. Raises ``Absent`` if there is none."""
        self.release()
        folder, _, name = path.rpartition(b"/")
        try:
            return self._read_at(self._descent.folder(folder) if self._descent else None, name, path)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise Absent from error
            return self._skip(path, "unreadable", os.strerror(error.errno or errno.EIO))

    def small(self, path: bytes) -> bytes | None:
        """Return the content of a regular file of 1 to ``PIECE`` bytes; None for any other, for one that changes while
        it is read, and for one that cannot be read: ``read`` tells which.

        Nearly all files are that small, so what this does for each makes up most of the time of a scan of a tree.
        """
        folder, _, name = path.rpartition(b"/")
        try:
            dir_fd = self._descent.folder(folder) if self._descent else None
            where = name if self._descent else os.path.join(self.root, path)
            # stat before open: opening a pipe would wake up the process that writes to it
            info = os.stat(where, dir_fd=dir_fd, follow_symlinks=False)
            size = info.st_size
            if not (stat.S_ISREG(info.st_mode) and 0 < size <= self._most):
                return None
            fd = os.open(where, _FILE, dir_fd=dir_fd)
            try:
                data = os.read(fd, size + 1)
            finally:
                os.close(fd)
        except OSError:
            return None
        return data if len(data) == size else None

    def release(self) -> None:
        """Close the file that was opened last."""
        if self._file_fd >= 0:
            fd, self._file_fd = self._file_fd, -1
            with suppress(OSError):  # it was only read from
                os.close(fd)

    def close(self) -> None:
        """Close all descriptors."""
        self.release()
        if self._descent:
            self._descent.close()

    def _read_at(self, dir_fd: int | None, name: bytes, path: bytes) -> Opened | Skipped:
        where = name if dir_fd is not None else os.path.join(self.root, path)
        # stat before open: opening a pipe would wake up the process that writes to it
        info = os.stat(where, dir_fd=dir_fd, follow_symlinks=False)
        if stat.S_ISLNK(info.st_mode):
            target = os.readlink(where, dir_fd=dir_fd)
            return Opened(target, None, len(target))
        if stat.S_ISDIR(info.st_mode):
            raise Absent
        if not stat.S_ISREG(info.st_mode):
            return self._skip(path, "not-a-file", kind_of(info.st_mode), gap=False)
        if self._max_size is not None and info.st_size > self._max_size:
            return self._skip(path, "too-large", f"{info.st_size} bytes, more than --max-size", gap=False)
        fd = self._file_fd = os.open(where, _FILE, dir_fd=dir_fd)
        if 0 < info.st_size <= PIECE:
            data = os.read(fd, info.st_size + 1)
            if len(data) == info.st_size:
                return Opened(data, None, info.st_size)
        return self._look_again(fd, path, info)

    def _look_again(self, fd: int, path: bytes, before: os.stat_result) -> Opened | Skipped:
        """Open a file that is large, has a size of 0, or has changed since it was examined, as it is now."""
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            return self._skip(path, "vanished", "replaced while it was opened")
        if info.st_size < before.st_size and info.st_ino == before.st_ino:
            return self._skip(path, "shrunk", f"{info.st_size} of {before.st_size} bytes could be read")
        os.lseek(fd, 0, os.SEEK_SET)
        if info.st_size > PIECE:
            sparse = getattr(info, "st_blocks", info.st_size) * 512 < info.st_size
            return Opened(None, _Pieces(fd, info.st_size, sparse=sparse).read, info.st_size)
        return self._small(fd, info.st_size, path) if info.st_size else self._unsized(fd)

    def _small(self, fd: int, size: int, path: bytes) -> Opened | Skipped:
        """Read a file up to the size that it had when it was opened: one that is being written to may never end."""
        data = os.read(fd, size)
        while len(data) < size:
            more = os.read(fd, size - len(data))
            if not more:
                return self._skip(path, "shrunk", f"{len(data)} of {size} bytes could be read")
            data += more
        return Opened(data, None, size)

    def _unsized(self, fd: int) -> Opened:
        """Read a file whose size is 0: those under ``/proc`` have that size, whatever they hold."""
        data = os.read(fd, PIECE + 1)
        while len(data) <= PIECE:
            more = os.read(fd, PIECE + 1)
            if not more:
                return Opened(data, None, len(data))
            data += more
        pieces = iter((data,))
        return Opened(None, lambda: next(pieces, b"") or os.read(fd, PIECE), len(data))

    def _skip(self, path: bytes, reason: str, detail: str, *, gap: bool = True) -> Skipped:
        return Skipped(path=self.display(path), reason=reason, detail=detail, gap=gap)


class Shrunk(Exception):
    """A file is shorter than it was when it was opened."""


class _Pieces:
    """Reads a large file piece by piece, up to the size that it had when it was opened, and no less."""

    def __init__(self, fd: int, size: int, *, sparse: bool) -> None:
        self._fd = fd
        self._at, self._size = 0, size
        self._sparse = sparse and hasattr(os, "SEEK_DATA")

    def read(self) -> bytes:
        """Return the next piece; empty bytes at the end. Raises ``Shrunk`` if the file ends early."""
        wanted = min(PIECE, self._size - self._at)
        data = self._hole(wanted) if self._sparse else b""
        if not data and wanted:
            data = os.read(self._fd, wanted)
            if not data:
                raise Shrunk(f"{self._size - self._at} bytes fewer than it had")
        self._at += len(data)
        return data

    def _hole(self, wanted: int) -> bytes:
        """Return the zeros of a hole at the current position, without reading them; empty bytes if there is none."""
        try:
            begin = os.lseek(self._fd, self._at, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            begin = os.lseek(self._fd, 0, os.SEEK_END)  # from here to the end there is only a hole
        size = min(wanted, begin - self._at)
        os.lseek(self._fd, self._at + max(0, size), os.SEEK_SET)
        return _ZEROS[:size] if size > 0 else b""


def kind_of(mode: int) -> str:
    """Return what kind of file this is, if it is neither a regular file, a folder nor a link."""
    for test, name in ((stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device")):
        if test(mode):
            return name
    return "a device" if stat.S_ISBLK(mode) else "not a regular file"
