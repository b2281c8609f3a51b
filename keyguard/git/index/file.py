"""Parse the object ids in an index file: staged files, and the trees and conflicts in its extensions
(gitformat-index(5)).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct, error
from typing import NamedTuple

from keyguard.git.index.integrity import (
    CUT_OFF,
    EXTENDED,
    HEAD_SIZE,
    INTENT_TO_ADD,
    NAME_LENGTH,
    checked_size,
    extensions_in,
    head_of,
    is_known,
)
from keyguard.git.layout.modes import GITLINK
from keyguard.git.layout.varint import read_varint
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

_BITMAP = Struct(">II")
_TREE = expression(rb"[^\0]*\0(-?\d{1,10}) \d{1,10}\n")
_UNDONE = expression(rb"[^\0]*\0([0-7]{1,7})\0([0-7]{1,7})\0([0-7]{1,7})\0")


class IndexFile(NamedTuple):
    """The ids in an index, as bytes."""

    entries: list[bytes]
    """In order; empty for a submodule and for an intent-to-add entry."""
    extensions: dict[bytes, bytes]


def parse_index(data: bytes, object_format: str) -> IndexFile:
    """Parse an index. Raise GitError if it is damaged. The time grows only with its size."""
    size = checked_size(data, object_format)
    magic, version, count = head_of(data)
    if not is_known(magic, version):
        raise GitError("damaged: it does not begin as an index does")
    try:
        entries, position = _entries(data, size, count, version)
    except (error, ValueError, IndexError):
        raise GitError(CUT_OFF) from None
    extensions = dict(extensions_in(data, position, len(data) - size))
    return IndexFile(entries, extensions)


def extension_ids(index: IndexFile, object_format: str) -> list[bytes]:
    """Return the ids of cached trees and of resolved conflicts (extensions TREE and REUC). Their objects may no longer
    exist.
    """
    size = 32 if object_format == "sha256" else 20
    trees = _records(index.extensions.get(b"TREE", b""), _TREE, b"-", size)
    undone = _records(index.extensions.get(b"REUC", b""), _UNDONE, b"0", size)
    return list(dict.fromkeys([*trees, *undone]))


def base_id(index: IndexFile, object_format: str) -> str:
    """Return the id of the shared index that a split index is based on; otherwise an empty string."""
    base = index.extensions.get(b"link", b"")[: 32 if object_format == "sha256" else 20]
    return base.hex() if any(base) else ""


def merged_entries(index: IndexFile, base: IndexFile, object_format: str) -> list[bytes]:
    """Return the entries of a split index with those of its base that it neither deletes nor replaces."""
    link, gone = index.extensions[b"link"], set[int]()
    position = 32 if object_format == "sha256" else 20
    try:
        for _ in ("deleted", "replaced"):
            if position < len(link):
                position = _add_bits(link, position, gone, len(base.entries))
    except error:
        raise GitError("damaged: how it differs from the index it is based on cannot be told") from None
    return [*index.entries, *(oid for number, oid in enumerate(base.entries) if number not in gone)]


def _entries(data: bytes, size: int, count: int, version: int) -> tuple[list[bytes], int]:
    """Return the ids and the position after the last entry. Version 4 names are not built: together they could have any
    size.
    """
    read = Struct(f">24xI12x{size}sH").unpack_from
    fixed, position, name = 42 + size, HEAD_SIZE, 0
    found = []
    for _ in range(count):
        mode, oid, flags = read(data, position)
        start = position + fixed
        if flags & EXTENDED:
            if data[start] << 8 & INTENT_TO_ADD:
                oid = b""
            start += 2
        found.append(b"" if mode == GITLINK else oid)
        if version == 4:
            strip, start = read_varint(data, start)
            position = data.index(b"\0", start) + 1
            name += position - 1 - start - strip
            if name < 0:
                raise ValueError("a name of less than nothing")
            continue
        length = flags & NAME_LENGTH
        stop = start + length if length < NAME_LENGTH else data.index(b"\0", start)
        position += (stop - position + 8) & ~7
    return found, position


def _records(data: bytes, pattern: re.Pattern[bytes], none: bytes, size: int) -> Iterator[bytes]:
    """Yield the ids after each header: one for each of its numbers that does not start with ``none``."""
    position = 0
    while head := pattern.match(data, position):
        position = head.end()
        for number in head.groups():
            if not number.startswith(none):
                yield data[position : position + size]
                position += size


def _add_bits(data: bytes, position: int, found: set[int], limit: int) -> int:
    """Add the numbers below ``limit`` whose bits are set in an EWAH bitmap (gitformat-index(5)); return where it
    ends.
    """
    count: int = _BITMAP.unpack_from(data, position)[1]
    words = Struct(f">{count}Q").unpack_from(data, position + _BITMAP.size)
    place = index = 0
    while index < count and place < limit:
        run, literals = words[index] >> 1 & 0xFFFFFFFF, words[index] >> 33
        if words[index] & 1:
            found.update(range(place, min(place + 64 * run, limit)))
        place += 64 * run
        for word in words[index + 1 : index + 1 + literals]:
            found.update(place + bit for bit in range(64) if word >> bit & 1)
            place += 64
        index += 1 + literals
    return position + _BITMAP.size + 8 * count + 4
