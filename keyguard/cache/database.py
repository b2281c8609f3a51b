"""One SQLite file with values under keys, and large sets of ids. It only grows, up to a limit, and is deleted as a
whole.

Ids are hashes, so they are stored as sorted runs, one for each value of their first 12 bits: looking up two hundred
thousand of them takes four thousand queries, and storing them hardly more than their own length.
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

#: a file with other tables is not ours
_SCHEMA = (
    "CREATE TABLE entry (key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE shelf (prefix BLOB NOT NULL PRIMARY KEY, stamp TEXT NOT NULL, kind TEXT NOT NULL)",
)
#: each key is the section's prefix, the form of the row, and for a run the length of its ids
_TOTALS = """
    SELECT CAST(substr(key, 9, 2) AS BLOB), count(*), sum(length(value))
    FROM entry WHERE key >= ? AND key < ? GROUP BY 1
"""
_VALUE, _RUN = b"v", b"r"
_PAGE = 4096
_LOCK_TIMEOUT = 5.0
#: runs per transaction: the write-ahead log grows by as much, and other processes wait for as long
_AT_ONCE = 256
_LOG_LIMIT = 4 << 20
#: parts of error messages that say nothing about the content; Python 3.10 does not expose SQLite's error codes
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
    """The file is not a database of ours, or not intact."""


class Database:
    """An open file. Every failure raises ``CacheError``; data written before is not lost."""

    def __init__(self, path: str, limit: int) -> None:
        """Open or create the file; it never exceeds ``limit`` bytes."""
        self._limit = limit
        with _sqlite_errors():
            # threads take turns: callers that share this object hold a lock
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
        """Close the file; the last process to do so also removes the write-ahead log."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def value(self, section: Section, key: bytes) -> bytes | None:
        """Return the value stored under the key, or None."""
        with _sqlite_errors():
            return self._read(section.prefix + _VALUE + key)

    def put(self, section: Section, key: bytes, value: bytes) -> None:
        """Store a value, replacing an existing one."""
        if len(value) <= self._limit // 4:
            with _sqlite_errors(), self._writing(section):
                self._write(section.prefix + _VALUE + key, value)

    def known(self, section: Section, ids: Iterable[bytes]) -> set[bytes]:
        """Return the ids that are stored."""
        found: set[bytes] = set()
        with _sqlite_errors():
            for run, members in _runs(ids).items():
                found |= self._run(section, run).intersection(members)
        return found

    def keep(self, section: Section, ids: Iterable[bytes]) -> None:
        """Store the ids."""
        runs = iter(_runs(ids).items())
        while some := list(islice(runs, _AT_ONCE)):
            with _sqlite_errors(), self._writing(section):
                for run, members in some:
                    held = self._run(section, run)
                    if not held.issuperset(members):
                        self._write(section.prefix + _RUN + run, b"".join(sorted(held.union(members))))

    def held(self) -> list[Usage]:
        """Return how much is stored, by stamp and kind."""
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
            # files that SQLite creates beside it get the same mode
            with suppress(OSError):
                os.chmod(path, 0o600)
            # two processes may do this at once, and for this statement SQLite does not wait
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
        # SQLite does not enforce column types: a flipped bit can change the type
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
        """Run the block in a transaction: all or nothing, even on ^C."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")


def _runs(ids: Iterable[bytes]) -> Mapping[bytes, Collection[bytes]]:
    """Group the ids by run, in order; a run is identified by the length and the first 12 bits of its ids."""
    runs: dict[int, list[bytes]] = defaultdict(list)
    for one in ids:
        runs[len(one) << 12 | one[0] << 4 | one[1] >> 4].append(one)
    return {bytes((place >> 12,)) + (place & 0xFFF).to_bytes(2, "big"): runs[place] for place in sorted(runs)}


@contextmanager
def _sqlite_errors() -> Iterator[None]:
    """Translate the errors of SQLite to ``CacheError`` and ``CacheDamaged``."""
    try:
        yield
    except UnicodeDecodeError:
        # SQLite's message about a damaged file quotes its content, which Python tries to decode
        raise CacheDamaged("not even text") from None
    except sqlite3.Error as error:
        circumstances = any(word in str(error) for word in _CIRCUMSTANCES)
        raise (CacheError if circumstances else CacheDamaged)(str(error)) from None
    except MemoryError:
        raise CacheError("out of memory") from None
