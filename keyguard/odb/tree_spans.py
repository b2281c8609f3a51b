"""Determine where deltas of trees insert something or join separate copies, and how much context to read there."""

from __future__ import annotations

from typing import NamedTuple

from keyguard.odb.arrays import Array, np
from keyguard.odb.deltas import Operations
from keyguard.odb.partial_results import KeptParts

#: bytes on both sides of a span in which the entries around it are searched
REACH = 96
#: bytes that show whether an entry begins: the longest mode, and a space
MODE = 7


class Spans(NamedTuple):
    """int64 arrays with the operations that each span consists of, in order."""

    single: Array
    """Insertions of the length of an id, between two copies or after the last one."""
    begins: Array
    """The first operation of each other run of insertions."""
    ends: Array
    """The last operation of each of these runs."""
    meetings: Array
    """Copies that do not continue where the previous one ends in the base."""
    closings: Array
    """Copies at the end of a tree that are not from the end of its base."""
    cuts: KeptParts
    """What to keep of each operation."""

    def without(self, operations: Operations, deltas: Array) -> Spans:
        """Return the spans without those of some deltas (bool, one element each), of which nothing is kept."""
        if not deltas.any():
            return self
        out = deltas[operations.deltas]
        single, begins, ends, meetings, closings = (part[~out[part]] for part in self[:5])
        heads, tails = (np.where(out, 0, part) for part in self.cuts[:2])
        return Spans(single, begins, ends, meetings, closings, KeptParts(heads, tails, self.cuts.kept & ~out))


def spans_of(operations: Operations, size: int) -> Spans:
    """Return the spans of these deltas; ``size`` is that of an id in bytes."""
    copies, sizes = operations.copies, operations.sizes
    first, last = _ends(operations)
    behind_copy = np.append(False, copies[:-1]) & ~first
    before_copy = np.append(copies[1:], False) & ~last
    begins = np.flatnonzero(~copies & (first | behind_copy))
    ends = np.flatnonzero(~copies & (last | before_copy))
    seen = np.append(sizes[1:], 0) >= MODE
    alone = (begins == ends) & (sizes[begins] == size) & behind_copy[begins] & (last | seen)[begins]
    single, begins, ends = begins[alone], begins[~alone], ends[~alone]
    meetings = np.flatnonzero(copies & (behind_copy | (first & (operations.offsets > 0))))
    short = operations.offsets + sizes < operations.sources[operations.deltas]
    closings = np.flatnonzero(copies & last & short)
    heads, tails, kept = np.zeros(len(copies), np.int64), np.zeros(len(copies), np.int64), ~copies
    tails[single - 1] = 1
    heads[single[~last[single]] + 1] = MODE
    kept[single] = False
    for some in (begins, meetings):
        tails[some[behind_copy[some]] - 1] = REACH
    heads[ends[before_copy[ends]] + 1] = REACH
    heads[meetings] = REACH
    tails[closings] = REACH
    return Spans(single, begins, ends, meetings, closings, KeptParts(heads, tails, kept))


def _ends(operations: Operations) -> tuple[Array, Array]:
    """Return which operations are the first of their delta, and which are the last."""
    first, last = np.zeros(len(operations.at), bool), np.zeros(len(operations.at), bool)
    some = np.diff(operations.starts) > 0
    first[operations.starts[:-1][some]] = True
    last[operations.starts[1:][some] - 1] = True
    return first, last
