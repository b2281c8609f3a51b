"""Read the ids of the objects that are staged in one worktree, from its index and the shared index below it."""

from __future__ import annotations

import os
from typing import NamedTuple

from keyguard.git.index.file import IndexFile, base_id, extension_ids, merged_entries, parse_index
from keyguard.git.layout.reader import GitDirReader
from keyguard.support.errors import GitError

_LIMIT = 512 << 20


class StagedIds(NamedTuple):
    """Ids as bytes, each once."""

    entries: list[bytes]
    from_extensions: list[bytes]
    """Of cached trees and resolved conflicts: git may have removed the objects."""


def staged_ids(reader: GitDirReader, folder: str, object_format: str) -> StagedIds:
    """Return the ids in the index of one git directory; empty, with a gap, if it cannot be read."""
    path = os.path.join(folder, "index")
    index = _read(reader, path, object_format)
    if index is None:
        return StagedIds([], [])
    entries = index.entries
    if name := base_id(index, object_format):
        base = _read(reader, os.path.join(folder, f"sharedindex.{name}"), object_format)
        if base is None:
            reader.gap(path, "corrupt", "the index that it is based on cannot be read")
        else:
            try:
                entries = merged_entries(index, base, object_format)
            except GitError as error:
                reader.gap(path, "corrupt", str(error))
    unique = dict.fromkeys(entries)
    unique.pop(b"", None)
    return StagedIds(list(unique), extension_ids(index, object_format))


def _read(reader: GitDirReader, path: str, object_format: str) -> IndexFile | None:
    data = reader.read(path, _LIMIT)
    if data is None:
        return None
    try:
        return parse_index(data, object_format)
    except GitError as error:
        reader.gap(path, "corrupt", str(error))
        return None
