"""Read the stack of reftables in which a git directory keeps its refs and reflogs."""

from __future__ import annotations

import os
from typing import NamedTuple

from keyguard.git.layout.reader import GitDirReader
from keyguard.git.refs.reftable import LogRecord, RefRecord, records
from keyguard.support.errors import GitError

_LIST_LIMIT = 1 << 20
_TABLE_LIMIT = 128 << 20
_MOST = 10_000


class Tables(NamedTuple):
    """All tables merged: newer records replace older ones, deleted ones are gone."""

    refs: dict[bytes, RefRecord]
    logs: list[LogRecord]
    """By name, from old to new."""


def read_tables(reader: GitDirReader, folder: str) -> Tables:
    """Return the stack of one git directory; what cannot be read of it is a gap."""
    parent = os.path.join(folder, "reftable")
    names = reader.read(os.path.join(parent, "tables.list"), _LIST_LIMIT)
    if names is None:
        reader.gap(parent, "reftable", "there is no list of the tables that hold the refs")
    refs: dict[bytes, RefRecord] = {}
    logs: dict[tuple[bytes, int], LogRecord] = {}
    for count, name in enumerate((names or b"").split()):
        path = os.path.join(parent, os.fsdecode(name))
        if b"/" in name or count >= _MOST:
            reader.gap(parent, "reftable", "names a table in another folder, or too many of them")
            break
        _read_table(reader, path, refs, logs)
    kept = [log for _, log in sorted(logs.items()) if log.old.strip(b"\0") or log.new.strip(b"\0")]
    return Tables({name: ref for name, ref in refs.items() if ref.oid or ref.target}, kept)


def _read_table(
    reader: GitDirReader, path: str, refs: dict[bytes, RefRecord], logs: dict[tuple[bytes, int], LogRecord]
) -> None:
    data = reader.read(path, _TABLE_LIMIT)
    if data is None:
        reader.gap(path, "reftable", "a table that is not there, or cannot be read")
        return
    try:
        for record in records(data):
            if isinstance(record, RefRecord):
                refs[record.name] = record
            else:
                logs[record.name, record.number] = record
    except GitError as error:
        reader.gap(path, "reftable", str(error))
