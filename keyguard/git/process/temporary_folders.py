"""Lock temporary folders while they are in use, and remove those that killed scans left behind.

The lock ends with the process, however it ends. So an abandoned folder can be told from one in use, and the next scan
removes it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Iterator

try:
    import fcntl
except ImportError:  # Windows, where nothing is ever removed
    _LOCKS = False
else:
    _LOCKS = True

#: the file in each folder that is locked
_LOCK_FILE = "claim"
_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_HELD = (errno.EACCES, errno.EAGAIN)
#: seconds for which a folder without a lock file is left alone: another process may be about to lock it
_YOUNG = 3600
#: entries of the parent folder that are read: in a larger one, finding ours is not worth the time
_MOST = 20_000
#: folders that are checked per run: a commit waits for it, and later runs check others
_AT_ONCE = 16


def lock_folder(folder: str) -> int | None:
    """Lock a folder that was just created; return the descriptor, to be kept open while the folder is used.

    Return None if a cleanup in another process was faster, so that another folder has to be made. May raise OSError.
    """
    fd = os.open(os.path.join(folder, _LOCK_FILE), _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
    if not _LOCKS:
        return fd
    above = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)  # not at the number of a closed standard stream
    try:
        os.close(fd)
    except OSError:
        os.close(above)
        raise
    if _locked(above) is False or not _is_at(above, folder):
        os.close(above)
        return None
    return above


def remove_abandoned(place: str, pattern: re.Pattern[str]) -> None:
    """Remove this user's folders in ``place`` whose names match and that no living process has locked."""
    if not _LOCKS:
        return
    for path in _some(list(_candidates(place, pattern))):
        try:
            _remove_if_abandoned(path)
        except OSError:
            continue  # another process is removing it, or access is denied


def _some(paths: list[str]) -> list[str]:
    """Return the paths; if there are many, a run of consecutive ones from a random start."""
    if len(paths) <= _AT_ONCE:
        return paths
    start = int.from_bytes(os.urandom(4), "big") % len(paths)
    return (paths[start:] + paths[:start])[:_AT_ONCE]


def _candidates(place: str, pattern: re.Pattern[str]) -> Iterator[str]:
    try:
        with os.scandir(place) as found:
            for count, entry in enumerate(found):
                if count >= _MOST:
                    return
                if pattern.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                    yield entry.path
    except OSError:
        return


def _remove_if_abandoned(path: str) -> None:
    info = os.lstat(path)
    if info.st_uid != os.geteuid() or not stat.S_ISDIR(info.st_mode):
        return
    try:
        fd = os.open(os.path.join(path, _LOCK_FILE), _FLAGS)
    except FileNotFoundError:
        if time.time() - info.st_mtime < _YOUNG:
            return
        # a process that tries to lock it from now on sees that it is taken
        fd = os.open(os.path.join(path, _LOCK_FILE), _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if _locked(fd) and _is_at(fd, path):
            from shutil import rmtree  # imported here, since most commits have nothing to remove

            rmtree(path, ignore_errors=True)
    finally:
        os.close(fd)


def _locked(fd: int) -> bool | None:
    """Return whether we hold the lock now; None if files cannot be locked here, so that nothing is known."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _HELD else None
    return True


def _is_at(fd: int, folder: str) -> bool:
    """Return whether the descriptor is still that of the file in the folder: it may have been removed before it was
    locked.
    """
    try:
        return os.path.samestat(os.fstat(fd), os.lstat(os.path.join(folder, _LOCK_FILE)))
    except OSError:
        return False
