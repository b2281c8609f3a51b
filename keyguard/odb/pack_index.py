"""Parse the index of a pack (``.idx``, versions 1 and 2): the objects in it and their offsets.

The format is described in gitformat-pack(5). Anything that could make a reader leave the pack is checked; other errors
appear when the objects are read.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from keyguard.odb.arrays import Array, np
from keyguard.odb.id_table import heads
from keyguard.odb.regular_files import open_regular, read_whole
from keyguard.support import digests
from keyguard.support.errors import GitError

_MAGIC = b"\xfftOc"
_FANOUT = 256 * 4
#: flag of offsets that do not fit 31 bits, which are in a table of their own
_LARGE = 1 << 31


class PackIndex(NamedTuple):
    """The objects of a pack, in the order of their ids."""

    ids: Array
    """uint8, one row per object."""
    offsets: Array
    """int64: where each begins in the pack."""
    checksum: bytes
    """Of the pack that the index belongs to."""


def read_index(path: str, size: int) -> PackIndex:
    """Return the index in a file; ``size`` is that of an object id in bytes. Raise GitError if it is invalid or
    damaged.
    """
    with open_regular(path) as fd:
        data = read_whole(fd, path)
    if digests.new("sha256" if size == 32 else "sha1", data[:-size]).digest() != data[-size:]:
        raise GitError(f"{os.path.basename(path)}: damaged: its checksum is wrong")
    try:
        found = _version_2(data, size) if data.startswith(_MAGIC) else _version_1(data, size)
    except (ValueError, IndexError) as error:
        raise GitError(f"{os.path.basename(path)}: not a whole pack index") from error
    if len(found.ids) and not _is_sorted(found.ids):
        raise GitError(f"{os.path.basename(path)}: damaged: its ids are not in order")
    return found


def _version_2(data: bytes, size: int) -> PackIndex:
    """Parse header, fan-out, ids, CRCs, 31-bit offsets, 64-bit offsets, checksums of pack and index."""
    if int.from_bytes(data[4:8], "big") != 2:
        raise ValueError
    count = _count(data, 8)
    ids_at = 8 + _FANOUT
    offsets_at = ids_at + count * (size + 4)
    large_at = offsets_at + count * 4
    large_count, odd = divmod(len(data) - 2 * size - large_at, 8)
    if large_count < 0 or odd:
        raise ValueError
    offsets = np.frombuffer(data, ">u4", count, offsets_at).astype(np.int64)
    large = offsets >= _LARGE
    if large.any():
        table = np.frombuffer(data, ">u8", large_count, large_at).astype(np.int64)
        offsets[large] = table[offsets[large] - _LARGE]
    ids = np.frombuffer(data, np.uint8, count * size, ids_at).reshape(count, size)
    return PackIndex(ids, offsets, data[-2 * size : len(data) - size])


def _version_1(data: bytes, size: int) -> PackIndex:
    """Parse fan-out, then offset and id in turn, then the checksums."""
    count = _count(data, 0)
    if len(data) != _FANOUT + count * (size + 4) + 2 * size:
        raise ValueError
    rows = np.frombuffer(data, np.uint8, count * (size + 4), _FANOUT).reshape(count, size + 4)
    offsets = np.ascontiguousarray(rows[:, :4]).view(">u4").reshape(count).astype(np.int64)
    return PackIndex(np.ascontiguousarray(rows[:, 4:]), offsets, data[-2 * size : len(data) - size])


def _count(data: bytes, at: int) -> int:
    """Return the number of objects, the last entry of the fan-out table. Raise ValueError if the table ever
    decreases.
    """
    fanout = np.frombuffer(data, ">u4", 256, at)
    if (fanout[1:] < fanout[:-1]).any():
        raise ValueError
    return int(fanout[-1])


def _is_sorted(ids: Array) -> bool:
    first = heads(ids)
    return bool((first[1:] >= first[:-1]).all())
