"""A report file is whole or untouched: a temporary file beside it is filled, synced and renamed over it.

A link that is in the way is replaced, not followed: the report must not end up in a file that somebody else chose.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
from collections.abc import Callable
from time import monotonic, sleep

Fill = Callable[[io.BufferedWriter], None]
#: names of open descriptors: renaming over them would break the machine
_DESCRIPTORS = ("/dev/fd/", "/dev/std", "/proc/")
#: seconds in which whoever is to read a pipe can open it
_PATIENCE = 2.0
_CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)


def is_special(path: str) -> bool:
    """Whether the path is a device, a pipe or a descriptor: something that is written to, not replaced."""
    if os.path.abspath(path).startswith(_DESCRIPTORS):
        return True
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def write_special(path: str, fill: Fill) -> None:
    """Fills what is there already; raises OSError, also for a disk, and for a pipe that nobody reads."""
    with open(_opened(path), "wb") as raw:
        fd = raw.fileno()
        if stat.S_ISBLK(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, "it is a disk, and no file on one")
        if hasattr(os, "set_blocking"):
            os.set_blocking(fd, True)
        fill(raw)


def _opened(path: str) -> int:
    """A descriptor to write to. Opening a pipe that has no reader would wait for one, and that may have no end."""
    flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
    until = monotonic() + _PATIENCE
    while True:
        try:
            return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if monotonic() > until:
                raise OSError(errno.ENXIO, "nobody reads it") from error
        sleep(0.01)


def write_whole(path: str, fill: Fill) -> None:
    """Puts a new file in place of whatever has that name; raises OSError, and then the old one is untouched."""
    if os.path.isdir(path):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    temporary = os.path.join(os.path.dirname(path), f".keyguard-{os.urandom(8).hex()}.tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        with open(fd, "wb") as raw:
            fill(raw)
            _sync(raw)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        # also when interrupted: nothing half-written stays behind
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def reason(error: OSError) -> str:
    """``No space left on device``: without a file name, which the caller knows better."""
    return error.strerror or type(error).__name__


def _sync(raw: io.BufferedWriter) -> None:
    raw.flush()
    try:
        os.fsync(raw.fileno())
    except OSError as error:
        # some file systems have no such call, which is no loss of data
        if error.errno not in _CANNOT_SYNC:
            raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
