"""Keep the cache in two database files, a current and a previous one, so that unused data disappears.

Data found in the previous file is copied to the current one. When that is nearly full or a month old, a new file is
started, and the oldest is removed with everything that was not used since. So nothing is ever deleted from a database,
data of other versions and rules disappears by itself, and a damaged file is simply replaced.

A file name is never reused. A file can be removed while other processes have it open; when they close it, SQLite
removes the logs of that name, which must not be those of a newer file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from keyguard.cache import directory
from keyguard.cache.database import CacheDamaged, CacheError, Database
from keyguard.cache.sections import Section, Usage
from keyguard.support.regex import expression

#: maximal size of both files together, in bytes
BUDGET = 256 << 20
_MONTH = 30 * 24 * 3600
_NAME = expression(r"known-([0-9]{1,15})\.sqlite3")
#: the same with the files that SQLite creates beside it
_FILES = r"known-[0-9]{1,15}\.sqlite3(-wal|-shm|-journal)?"
_CURRENT, _PREVIOUS = 0, 1

T = TypeVar("T")


class RotatingStore:
    """The store. It never raises: what cannot be read is not known, and what cannot be written is not stored."""

    def __init__(self, budget: int = BUDGET) -> None:
        """Select the files; ``budget`` is the maximal size of both together, in bytes."""
        self._limit = budget // 2
        self._writable = True
        self._folder = directory.folder(make=True)
        self._numbers: list[int | None] = [None, None]
        self._files: list[Database | None] = [None, None]
        if self._folder is not None:
            self._choose(self._folder)

    def close(self) -> None:
        """Close all files."""
        for file in self._files:
            if file is not None:
                file.close()
        self._files = [None, None]
        self._numbers = [None, None]

    def value(self, section: Section, key: bytes) -> bytes | None:
        """Return the value stored under the key, and keep it in the current file."""
        found = self._ask(_CURRENT, lambda file: file.value(section, key), None)
        if found is None:
            found = self._ask(_PREVIOUS, lambda file: file.value(section, key), None)
            if found is not None:
                self.put(section, key, found)
        return found

    def known(self, section: Section, ids: Iterable[bytes]) -> set[bytes]:
        """Return the ids that are stored, and keep them in the current file."""
        asked = set(ids)
        found = self._ask(_CURRENT, lambda file: file.known(section, asked), set[bytes]())
        old = self._ask(_PREVIOUS, lambda file: file.known(section, asked - found), set[bytes]())
        if old:
            self.keep(section, old)
        return found | old

    def put(self, section: Section, key: bytes, value: bytes) -> None:
        """Store a value."""
        self._tell(lambda file: file.put(section, key, value))

    def keep(self, section: Section, ids: Iterable[bytes]) -> None:
        """Store ids."""
        self._tell(lambda file: file.keep(section, ids))

    def _tell(self, write: Callable[[Database], None]) -> None:
        """Write until that fails once: after a full disk, or a process that stopped while writing, there is no second
        attempt.
        """
        if not self._writable:
            return
        file = self._file(_CURRENT)
        if file is None:
            return
        try:
            write(file)
        except CacheDamaged:
            self._discard(_CURRENT)
        except CacheError:
            self._writable = False

    def _ask(self, which: int, read: Callable[[Database], T], otherwise: T) -> T:
        file = self._file(which)
        if file is None:
            return otherwise
        try:
            return read(file)
        except CacheDamaged:
            self._discard(which)
        except CacheError:
            file.close()
            self._files[which] = self._numbers[which] = None
        return otherwise

    def _file(self, which: int) -> Database | None:
        """Return the file, opened on first use."""
        for _ in range(2):
            file, number = self._files[which], self._numbers[which]
            if file is not None or number is None or self._folder is None:
                return file
            try:
                self._files[which] = Database(_path(self._folder, number), self._limit)
            except CacheDamaged:
                self._discard(which)
            except CacheError:
                self._numbers[which] = None
        return self._files[which]

    def _choose(self, folder: str) -> None:
        """Select the two newest files, or a new one and the newest; remove others."""
        numbers = []
        for number in _numbers():
            if directory.is_own_file(_path(folder, number)):
                numbers.append(number)
            else:
                _remove(folder, number)
        if not numbers or self._is_done(folder, numbers[-1]):
            numbers.append(_next(numbers))
        for number in numbers[:-2]:
            _remove(folder, number)
        self._numbers = [numbers[-1], numbers[-2] if len(numbers) > 1 else None]

    def _is_done(self, folder: str, number: int) -> bool:
        """Return whether a file is nearly full, or old."""
        size = directory.size(_path(folder, number))
        return size >= self._limit * 3 // 4 or time.time() - number > _MONTH

    def _discard(self, which: int) -> None:
        """Remove a damaged file; replace it if it is the current one."""
        file, number = self._files[which], self._numbers[which]
        self._files[which] = self._numbers[which] = None
        if file is not None:
            file.close()
        if number is None or self._folder is None:
            return
        _remove(self._folder, number)
        if which == _CURRENT:
            self._numbers[which] = _next([number, *_numbers()])


class Holdings(NamedTuple):
    """The folder of the cache, or None; its size on disk in bytes; how much is stored by stamp and kind."""

    folder: str | None
    bytes: int
    budget: int
    held: list[Usage]


def holdings() -> Holdings:
    """Return what the cache holds without changing it; of a damaged file only the size counts."""
    folder, size = directory.folder(), 0
    totals: dict[tuple[str, str], Usage] = {}
    for name in directory.listed(_FILES):
        size += directory.size(os.path.join(folder or "", name))
    for number in _numbers():
        for one in _held(_path(folder or "", number)):
            so_far = totals.get((one.stamp, one.kind), Usage(one.stamp, one.kind, 0, 0, 0))
            sums = (a + b for a, b in zip(so_far[2:], one[2:], strict=True))
            totals[one.stamp, one.kind] = Usage(one.stamp, one.kind, *sums)
    return Holdings(folder, size, BUDGET, [totals[key] for key in sorted(totals)])


def clear() -> int:
    """Remove all files; return their size in bytes."""
    folder = directory.folder()
    size = 0
    for name in directory.listed(_FILES):
        path = os.path.join(folder or "", name)
        taken = directory.size(path)
        size += taken if directory.remove(path) else 0
    return size


def _held(path: str) -> list[Usage]:
    if not directory.is_own_file(path) or not directory.size(path):
        return []
    try:
        file = Database(path, BUDGET)
    except CacheError:
        return []
    try:
        return file.held()
    except CacheError:
        return []
    finally:
        file.close()


def _numbers() -> list[int]:
    """Return the numbers of the existing files, oldest first: a number is the time in seconds at which the file was
    started.
    """
    fits = (_NAME.fullmatch(name) for name in directory.listed(_NAME.pattern))
    return sorted(int(fit[1]) for fit in fits if fit)


def _next(numbers: list[int]) -> int:
    return max([int(time.time()), *(number + 1 for number in numbers)])


def _path(folder: str, number: int) -> str:
    return os.path.join(folder, f"known-{number}.sqlite3")


def _remove(folder: str, number: int) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        directory.remove(_path(folder, number) + suffix)
