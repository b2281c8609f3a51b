"""Report files, written whole or not at all: a temporary file beside it is written, synced and renamed over it.

A symbolic link at the path is replaced, not followed: the report must not end up in a file that somebody else chose.
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
#: paths of open descriptors: renaming over them would break the machine
_DESCRIPTORS = ("/dev/fd/", "/dev/std", "/proc/")
#: seconds to wait for a reader to open a pipe
_PATIENCE = 2.0
_CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)


def is_special(path: str) -> bool:
    """Return whether the path is a device, a pipe or a descriptor, which is written to, not replaced."""
    if os.path.abspath(path).startswith(_DESCRIPTORS):
        return True
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def write_special(path: str, fill: Fill) -> None:
    """Write to what exists at the path. Raise OSError, also for a disk, and for a pipe without a reader."""
    with open(_opened(path), "wb") as raw:
        fd = raw.fileno()
        if stat.S_ISBLK(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, "it is a disk, and no file on one")
        if hasattr(os, "set_blocking"):
            os.set_blocking(fd, True)
        fill(raw)


def _opened(path: str) -> int:
    """Return a descriptor to write to. Opening a pipe in blocking mode could wait for a reader for ever."""
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
    """Put a new file in place of whatever has that name. Raise OSError, and then leave the old one untouched."""
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
        # also when interrupted: no partial file is left behind
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def error_reason(error: OSError) -> str:
    """Return the reason, such as ``No space left on device``, without the file name, which the caller adds."""
    return error.strerror or type(error).__name__


def _sync(raw: io.BufferedWriter) -> None:
    raw.flush()
    try:
        os.fsync(raw.fileno())
    except OSError as error:
        # some file systems do not support the call, and lose no data without it
        if error.errno not in _CANNOT_SYNC:
            raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
