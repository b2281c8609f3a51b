"""One SQLite file: values under keys, and large sets of ids. It only grows, up to a limit, and is thrown away whole.

Ids are hashes, so they are kept as sorted runs, one for each value of their first 12 bits: two hundred thousand of them
are asked for in four thousand look-ups, and cost their own length and little more.
"""

from __future__ import annotations

import os
import sqlite3
import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice

from keyguard.cache.sections import Section, Usage

#: a file that holds other tables than these, whoever wrote it, is none of ours
_SCHEMA = (
    "CREATE TABLE entry (key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE shelf (prefix BLOB NOT NULL PRIMARY KEY, stamp TEXT NOT NULL, kind TEXT NOT NULL)",
)
#: what follows the shelf's prefix in every key is the form of the row, and of a run the length of its ids
_TOTALS = """
    SELECT CAST(substr(key, 9, 2) AS BLOB), count(*), sum(length(value))
    FROM entry WHERE key >= ? AND key < ? GROUP BY 1
"""
_VALUE, _RUN = b"v", b"r"
_PAGE = 4096
_LOCK_TIMEOUT = 5.0
#: runs that are written in one transaction: the log beside the file grows by as much, and others wait for so long
_AT_ONCE = 256
_LOG_LIMIT = 4 << 20
#: words of failures that say nothing about the content; Python 3.10 does not hand on SQLite's codes
_CIRCUMSTANCES = (
    "locked",
    "full",
    "unable to open",
    "disk I/O",
    "readonly",
    "locking protocol",
    "permission",
    "closed",
)


class CacheError(Exception):
    """The file cannot be used now."""


class CacheDamaged(CacheError):
    """The file is not, or no longer, a database of ours."""


class Database:
    """An open file. Whatever goes wrong is ``Trouble``; what had been written before is not lost by that."""

    def __init__(self, path: str, limit: int) -> None:
        """Open the file, or make it; it never has more than ``limit`` bytes."""
        self._limit = limit
        with _sqlite_errors():
            # threads take turns: whoever shares this holds a lock
            self._connection = sqlite3.connect(
                path, timeout=_LOCK_TIMEOUT, isolation_level=None, check_same_thread=False
            )
        try:
            with _sqlite_errors():
                self._prepare(path)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file; the last one to do so also tidies up the log beside it."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def value(self, section: Section, key: bytes) -> bytes | None:
        """What was kept under the key."""
        with _sqlite_errors():
            return self._read(section.prefix + _VALUE + key)

    def put(self, section: Section, key: bytes, value: bytes) -> None:
        """Keep a value, in place of one that may be there."""
        if len(value) <= self._limit // 4:
            with _sqlite_errors(), self._writing(section):
                self._write(section.prefix + _VALUE + key, value)

    def known(self, section: Section, ids: Iterable[bytes]) -> set[bytes]:
        """Which of the ids are kept."""
        found: set[bytes] = set()
        with _sqlite_errors():
            for run, members in _runs(ids).items():
                found |= self._run(section, run).intersection(members)
        return found

    def keep(self, section: Section, ids: Iterable[bytes]) -> None:
        """Keep the ids, too."""
        runs = iter(_runs(ids).items())
        while some := list(islice(runs, _AT_ONCE)):
            with _sqlite_errors(), self._writing(section):
                for run, members in some:
                    held = self._run(section, run)
                    if not held.issuperset(members):
                        self._write(section.prefix + _RUN + run, b"".join(sorted(held.union(members))))

    def held(self) -> list[Usage]:
        """How much there is, by stamp and kind."""
        found = []
        with _sqlite_errors():
            for prefix, stamp, kind in self._connection.execute("SELECT prefix, stamp, kind FROM shelf").fetchall():
                values = ids = size = 0
                for form, count, length in self._connection.execute(_TOTALS, (prefix, prefix + b"\xff")):
                    size += length
                    if form[:1] == _VALUE:
                        values += count
                    else:
                        ids += length // max(form[-1], 1)
                found.append(Usage(str(stamp), str(kind), values, ids, size))
        return found

    def _prepare(self, path: str) -> None:
        for pragma in (
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "synchronous = NORMAL",
            f"journal_size_limit = {_LOG_LIMIT}",
            f"max_page_count = {max(self._limit // _PAGE, 8)}",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        if not self._tables():
            # what is written beside it later has the same mode
            with suppress(OSError):
                os.chmod(path, 0o600)
            # two may be at this at once, and this is the one thing for which SQLite does not let them wait
            with suppress(sqlite3.OperationalError):
                self._connection.execute("PRAGMA journal_mode = WAL")
            with self._transaction():
                if not self._tables():
                    for table in _SCHEMA:
                        self._connection.execute(table)
        if self._tables() != {table.encode() for table in _SCHEMA}:
            raise CacheDamaged("other tables")

    def _tables(self) -> set[bytes]:
        rows = self._connection.execute("SELECT CAST(sql AS BLOB) FROM sqlite_master WHERE sql IS NOT NULL")
        return {sql for (sql,) in rows}

    def _run(self, section: Section, run: bytes) -> set[bytes]:
        size, data = run[0], self._read(section.prefix + _RUN + run) or b""
        count = len(data) // size
        # twice as fast as slices, and there may be millions
        return set(struct.unpack_from(f"{size}s" * count, data))

    def _read(self, key: bytes) -> bytes | None:
        row = self._connection.execute("SELECT value FROM entry WHERE key = ?", (key,)).fetchone()
        # columns have no types of their own: a flipped bit can make anything of them
        return row[0] if row and isinstance(row[0], bytes) else None

    def _write(self, key: bytes, value: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO entry VALUES (?, ?)", (key, value))

    @contextmanager
    def _writing(self, section: Section) -> Iterator[None]:
        with self._transaction():
            self._connection.execute("INSERT OR IGNORE INTO shelf VALUES (?, ?, ?)", section)
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, also for ^C in between."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")


def _runs(ids: Iterable[bytes]) -> Mapping[bytes, Collection[bytes]]:
    """The ids by the run that they belong to, in order: their length, and their first 12 bits."""
    runs: dict[int, list[bytes]] = defaultdict(list)
    for one in ids:
        runs[len(one) << 12 | one[0] << 4 | one[1] >> 4].append(one)
    return {bytes((place >> 12,)) + (place & 0xFFF).to_bytes(2, "big"): runs[place] for place in sorted(runs)}


@contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        # what SQLite says of a damaged file names what stands there, and Python tries to read that
        raise CacheDamaged("not even text") from None
    except sqlite3.Error as error:
        circumstances = any(word in str(error) for word in _CIRCUMSTANCES)
        raise (CacheError if circumstances else CacheDamaged)(str(error)) from None
    except MemoryError:
        raise CacheError("out of memory") from None
