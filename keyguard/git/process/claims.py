"""Whose a temporary folder is: it is claimed by a lock, which ends with the process however that ends.

What a killed scan left behind is so told from what another one is using just now, and removed by the next one.
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

#: the file in a folder that is locked
_FILE = "claim"
_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_HELD = (errno.EACCES, errno.EAGAIN)
#: seconds for which a folder without a lock is left alone: somebody may be about to claim it
_YOUNG = 3600
#: entries of a folder that are looked at: in one with more, finding ours takes longer than they are worth
_MOST = 20_000
#: folders that are looked at: a commit waits for it, and the next ones look at others
_AT_ONCE = 16


def claim(folder: str) -> int | None:
    """Claim a folder that was just made: a descriptor to keep open for as long as it is used. None where somebody who
    tidies up was faster, and another folder has to be made. Raises OSError.
    """
    fd = os.open(os.path.join(folder, _FILE), _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
    if not _LOCKS:
        return fd
    above = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)  # not in the place of a standard stream that is closed
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
    """Remove this user's folders of these names in ``place`` that no living process has claimed."""
    if not _LOCKS:
        return
    for path in _some(list(_candidates(place, pattern))):
        try:
            _remove_if_abandoned(path)
        except OSError:
            continue  # another one is at it, or may not be touched


def _some(paths: list[str]) -> list[str]:
    """All of them, or where there are many so many in a row, from anywhere."""
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
        fd = os.open(os.path.join(path, _FILE), _FLAGS)
    except FileNotFoundError:
        if time.time() - info.st_mtime < _YOUNG:
            return
        # whoever claims it from now on finds that it has been
        fd = os.open(os.path.join(path, _FILE), _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if _locked(fd) and _is_at(fd, path):
            from shutil import rmtree  # a commit that finds nothing to remove has no use for it

            rmtree(path, ignore_errors=True)
    finally:
        os.close(fd)


def _locked(fd: int) -> bool | None:
    """Whether the lock is ours now; None where files cannot be locked here, so that nobody can tell."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _HELD else None
    return True


def _is_at(fd: int, folder: str) -> bool:
    """Whether a descriptor still is of the file in the folder: it may have been removed before it was locked."""
    try:
        return os.path.samestat(os.fstat(fd), os.lstat(os.path.join(folder, _FILE)))
    except OSError:
        return False
