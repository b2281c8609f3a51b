"""Files below one folder: read and written without ever following a symbolic link.

A new content is put in place whole: a temporary file beside the old one is written, synced and renamed over it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from keyguard.sources.descent import FLAGS, Descent
from keyguard.support.errors import KeyguardError

#: bytes: larger files are never changed
LIMIT = 4 << 20
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)
PRIVATE = 0o600


class Blocked(KeyguardError):
    """A file cannot be read or changed as intended; it is as it was before."""


class Found(NamedTuple):
    """A file that exists."""

    content: bytes
    info: os.stat_result

    @property
    def mode(self) -> int:
        """Its permissions."""
        return stat.S_IMODE(self.info.st_mode)


class Files:
    """The files below a folder. Paths are bytes, relative to it."""

    def __init__(self, root: bytes) -> None:
        self.root = root
        self._descent = Descent(root)

    def close(self) -> None:
        """Close all folders."""
        self._descent.close()

    def read(self, path: bytes) -> Found | None:
        """Return the file; None if there is none. Raise ``Blocked`` for a link and anything else that is no file."""
        with self._trouble(path):
            try:
                fd = os.open(_name(path), FLAGS, dir_fd=self._folder(path))
            except FileNotFoundError:
                return None
            with open(fd, "rb") as file:
                info = os.fstat(fd)
                if not stat.S_ISREG(info.st_mode):
                    raise Blocked("it is not a regular file")
                if info.st_size > LIMIT:
                    raise Blocked("it is too large")
                return Found(file.read(LIMIT + 1), info)

    def write(self, path: bytes, old: bytes | None, new: bytes, mode: int | None = None) -> None:
        """Replace ``old`` (None: no file) by ``new``; permissions are kept unless ``mode`` is given.

        Raise ``Blocked`` if that cannot be done or the file has changed since, and then leave it untouched.
        """
        with self._trouble(path):
            found = self._unchanged(path, old)
            marks = self._marks(path) if found else []
            folder = self._folder(path)
            temporary = b".keyguard-%s.tmp" % os.urandom(8).hex().encode()
            fd = os.open(temporary, _CREATE, PRIVATE, dir_fd=folder)
            try:
                with open(fd, "wb") as file:
                    file.write(new)
                    _take_after(fd, found, mode, marks)
                    file.flush()
                    _sync(fd)
                self._unchanged(path, old)
                os.replace(temporary, _name(path), src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise
            _sync(folder)

    def remove(self, path: bytes, old: bytes) -> None:
        """Remove a file with this content. Raise ``Blocked`` if it has another one."""
        with self._trouble(path):
            self._unchanged(path, old)
            os.unlink(_name(path), dir_fd=self._folder(path))

    def restrict(self, path: bytes, mode: int) -> None:
        """Set the permissions of the file. Raise ``Blocked`` if that cannot be done."""
        with self._trouble(path):
            fd = os.open(_name(path), FLAGS, dir_fd=self._folder(path))
            try:
                info = os.fstat(fd)
                if not stat.S_ISREG(info.st_mode):
                    raise Blocked("it is not a regular file")
                if info.st_nlink > 1:
                    raise Blocked("it has several names, and it would change under all of them")
                os.fchmod(fd, mode)
            finally:
                os.close(fd)

    def _marks(self, path: bytes) -> list[tuple[str, bytes]]:
        """Return the extended attributes of a file: access control lists, and what other programs store."""
        if not hasattr(os, "listxattr"):
            return []
        fd = os.open(_name(path), FLAGS, dir_fd=self._folder(path))
        try:
            return [(name, os.getxattr(fd, name)) for name in os.listxattr(fd)]
        except OSError:
            return []  # the file system has none, or not for this user
        finally:
            os.close(fd)

    def _folder(self, path: bytes) -> int:
        return self._descent.folder(path[: max(0, path.rfind(b"/"))])

    def _unchanged(self, path: bytes, old: bytes | None) -> Found | None:
        found = self.read(path)
        if (found.content if found else None) != old:
            raise Blocked("it has changed since it was read: run this again")
        if found and found.info.st_nlink > 1:
            raise Blocked("it has several names, and only one of them would change")
        return found

    @contextmanager
    def _trouble(self, path: bytes) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                raise Blocked("a link is in the way") from error
            if error.errno == errno.ENOTDIR:
                raise Blocked("a link is in the way, or a file where a folder should be") from error
            if error.errno == errno.EISDIR:
                raise Blocked("it is not a regular file") from error
            raise Blocked(error.strerror or type(error).__name__) from error


def _name(path: bytes) -> bytes:
    return path[path.rfind(b"/") + 1 :]


def _take_after(fd: int, found: Found | None, mode: int | None, marks: list[tuple[str, bytes]]) -> None:
    """Give the new file the owner, permissions and attributes of the old one; else those that the umask leaves."""
    if found is None:
        os.fchmod(fd, 0o666 & ~_umask() if mode is None else mode)
        return
    mine = os.fstat(fd)
    if (mine.st_uid, mine.st_gid) != (found.info.st_uid, found.info.st_gid):
        os.fchown(fd, found.info.st_uid, found.info.st_gid)
    for name, value in marks:
        with suppress(OSError):  # the system alone may set some of them, and has done so
            os.setxattr(fd, name, value)
    os.fchmod(fd, found.mode if mode is None else mode)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync(fd: int) -> None:
    try:
        os.fsync(fd)
    except OSError as error:
        # some file systems do not support the call, and lose no data without it
        if error.errno not in _CANNOT_SYNC:
            raise
