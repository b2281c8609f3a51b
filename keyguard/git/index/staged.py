"""The objects that are staged in one worktree, its index and the one that this may be based on read together."""

from __future__ import annotations

import os
from typing import NamedTuple

from keyguard.git.index.file import IndexFile, base_of, entries_with_base, parse_index, remembered_ids
from keyguard.git.layout.gaps import Reader
from keyguard.support.errors import GitError

_LIMIT = 512 << 20


class Staged(NamedTuple):
    """Ids as bytes, each once."""

    entries: list[bytes]
    remembered: list[bytes]
    """Of trees and of conflicts that are over: git may have removed them."""


def staged_ids(reader: Reader, folder: str, object_format: str) -> Staged:
    """What the index of one git directory names; nothing, with a gap, where it cannot be read."""
    path = os.path.join(folder, "index")
    index = _read(reader, path, object_format)
    if index is None:
        return Staged([], [])
    entries = index.entries
    if name := base_of(index, object_format):
        base = _read(reader, os.path.join(folder, f"sharedindex.{name}"), object_format)
        if base is None:
            reader.gap(path, "corrupt", "the index that it is based on cannot be read")
        else:
            try:
                entries = entries_with_base(index, base, object_format)
            except GitError as error:
                reader.gap(path, "corrupt", str(error))
    unique = dict.fromkeys(entries)
    unique.pop(b"", None)
    return Staged(list(unique), remembered_ids(index, object_format))


def _read(reader: Reader, path: str, object_format: str) -> IndexFile | None:
    data = reader.read(path, _LIMIT)
    if data is None:
        return None
    try:
        return parse_index(data, object_format)
    except GitError as error:
        reader.gap(path, "corrupt", str(error))
        return None
