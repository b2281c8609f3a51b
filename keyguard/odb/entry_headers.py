"""Parse the headers of all entries of a pack at once: kind, size, base. Array operations replace a loop.

Format of an entry (gitformat-pack(5)): three bits of kind and a size in groups of seven bits; for a delta, the distance
to its base or the id of the base; then a zlib stream.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from keyguard.odb.arrays import Array, np

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7

#: bytes of a pack that are parsed at once
_BLOCK = 2 << 20
#: longer than any header: 10 bytes of size, 10 of distance, or an id
_LONGEST = 64
#: groups of seven bits in a number of 63 bits
_GROUPS = 9


class Headers(NamedTuple):
    """Arrays with one element per entry, in pack order."""

    kinds: Array
    """uint8."""
    sizes: Array
    """int64: decompressed size of the object or delta."""
    starts: Array
    """int64: where the zlib stream begins."""
    bases: Array
    """int64: for an ``OFS_DELTA`` the offset of its base, for a ``REF_DELTA`` the offset of the base's id; otherwise
    -1.
    """


def read_headers(fd: int, offsets: Array, size: int) -> Headers:
    """Return the headers at these offsets (sorted, int64); ``size`` is that of an object id. Kind 0 marks an invalid
    header.
    """
    count = len(offsets)
    found = Headers(np.zeros(count, np.uint8), *(np.full(count, -1, np.int64) for _ in range(3)))
    text = np.zeros(_BLOCK + 2 * _LONGEST, np.uint8)
    low = 0
    while low < count:
        begin = int(offsets[low])
        high = int(np.searchsorted(offsets, begin + _BLOCK))
        wanted = int(offsets[high - 1]) - begin + _LONGEST
        got = os.preadv(fd, [text[:wanted].data], begin)
        # zeros after the end of a truncated pack, which is no kind of entry
        text[got : wanted + _LONGEST] = 0
        _read(text, offsets[low:high] - begin, begin, size, Headers(*(part[low:high] for part in found)))
        low = high
    return found


def _read(text: Array, at: Array, begin: int, size: int, into: Headers) -> None:
    """Parse the headers at the positions ``at`` of ``text``, which begins at ``begin`` in the pack."""
    first = text[at]
    into.kinds[:] = (first >> 4) & 7
    into.sizes[:], behind, endless = numbers(text, at, first & 15, 4)
    near, far = np.flatnonzero(into.kinds == OFS_DELTA), np.flatnonzero(into.kinds == REF_DELTA)
    distances, behind[near], without_end = _distances(text, behind[near])
    into.bases[near] = begin + at[near] - distances
    into.bases[far] = begin + behind[far]
    behind[far] += size
    into.starts[:] = begin + behind
    into.kinds[endless] = 0
    into.kinds[near[without_end]] = 0


def numbers(text: Array, at: Array, value: Array, shift: int) -> tuple[Array, Array, Array]:
    """Return numbers whose first bits are given, the lowest bits first; where each ends; and which have no end."""
    value, more, at = value.astype(np.int64), (text[at] & 0x80) != 0, at + 1
    for group in range(_GROUPS):
        if not more.any():
            break
        byte = np.where(more, text[at], 0)
        value |= (byte & 0x7F).astype(np.int64) << (shift + 7 * group)
        at = at + more
        more &= (byte & 0x80) != 0
    return value, at, more


def _distances(text: Array, at: Array) -> tuple[Array, Array, Array]:
    """Return the same for distances: the highest bits first, with one added at every step but the last."""
    byte = text[at]
    value, more, at = (byte & 0x7F).astype(np.int64), (byte & 0x80) != 0, at + 1
    for _ in range(_GROUPS):
        if not more.any():
            break
        byte = np.where(more, text[at], 0)
        value = np.where(more, ((value + 1) << 7) | (byte & 0x7F), value)
        at = at + more
        more &= (byte & 0x80) != 0
    return value, at, more
