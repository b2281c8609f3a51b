"""The delta forest of a pack: every entry is a whole object, or a delta against another entry.

Entries are numbered depth first, each base before its deltas and the heaviest delta last. So a walk is a loop over
numbers, the descendants of an entry are a range of numbers, and few bases are needed at a time: the logarithm of the
number of descendants.
"""

from __future__ import annotations

from typing import NamedTuple

from keyguard.odb.arrays import Array, np
from keyguard.odb.entry_headers import OFS_DELTA, REF_DELTA, Headers

#: pointers are followed by doubling: no chain is longer than 2 to the power of this
_DOUBLINGS = 40


class Forest(NamedTuple):
    """Arrays with one element per entry, in depth-first order; entries without a whole object at the root are left
    out.
    """

    order: Array
    """int64: index of the entry in pack order."""
    kinds: Array
    """uint8: kind of the object at the root of the delta chain, 1 to 4."""
    depths: Array
    """int32: 0 for a whole object."""
    parents: Array
    """int64: the base, as a number in this order; -1 for a whole object."""
    counts: Array
    """int64: number of descendants of the entry, including itself."""
    last: Array
    """bool: it is the last delta against its base."""
    lost: Array
    """int64: entries (in pack order) whose base is not in the pack, or that form a cycle."""


def build_forest(headers: Headers, parents: Array) -> Forest:
    """Return the forest; ``parents`` holds the base of each entry: -1 for none, -2 if it is not in the pack."""
    depths, roots = _depths(parents)
    kinds = headers.kinds[roots]
    sound = (parents[roots] == -1) & (kinds > 0) & (kinds < 5)
    levels = _levels(depths, sound)
    counts = _counts(parents, levels, sound)
    places, last = _places(parents, levels, counts)
    order = np.empty(int(sound.sum()), np.int64)
    order[places[sound]] = np.flatnonzero(sound)
    above = parents[order]
    return Forest(
        order=order,
        kinds=kinds[order],
        depths=depths[order].astype(np.int32),
        parents=np.where(above >= 0, places[above], -1),
        counts=counts[order],
        last=last[order],
        lost=np.flatnonzero(~sound),
    )


def is_delta(kinds: Array) -> Array:
    """Return which of these kinds of entry are deltas."""
    found: Array = (kinds == OFS_DELTA) | (kinds == REF_DELTA)
    return found


def _depths(parents: Array) -> tuple[Array, Array]:
    """Return the number of steps from each entry to the root of its chain, and the root; arbitrary in a cycle."""
    there = parents >= 0
    pointers = np.where(there, parents, np.arange(len(parents)))
    depths = there.astype(np.int64)
    for _ in range(_DOUBLINGS):
        further = pointers[pointers]
        if (further == pointers).all():
            break
        depths += depths[pointers]
        pointers = further
    return depths, pointers


def _counts(parents: Array, levels: list[Array], sound: Array) -> Array:
    """Return the number of descendants of each entry, including itself, summed up from the leaves."""
    counts = sound.astype(np.int64)
    for level in reversed(levels[1:]):
        np.add.at(counts, parents[level], counts[level])
    return counts


def _places(parents: Array, levels: list[Array], counts: Array) -> tuple[Array, Array]:
    """Return each entry's number in depth-first order, and whether it is the last one against its base."""
    places = np.full(len(parents), -1, np.int64)
    last = np.zeros(len(parents), bool)
    for depth, level in enumerate(levels):
        if depth == 0:
            places[level] = np.cumsum(counts[level]) - counts[level]
            last[level] = True
            continue
        level = level[np.lexsort((level, counts[level], parents[level]))]
        above, before = parents[level], np.cumsum(counts[level]) - counts[level]
        first = np.append(True, above[1:] != above[:-1])
        start = np.maximum.accumulate(np.where(first, np.arange(len(level)), 0))
        places[level] = places[above] + 1 + before - before[start]
        last[level] = np.append(first[1:], True)
    return places, last


def _levels(depths: Array, sound: Array) -> list[Array]:
    """Return the entries of each depth, starting at the roots."""
    known = np.flatnonzero(sound)
    known = known[np.argsort(_short(depths[known]), kind="stable")]
    if not len(known):
        return []
    return np.split(known, np.flatnonzero(np.diff(depths[known])) + 1)


def _short(numbers: Array) -> Array:
    """Return the numbers in two bytes each if they fit: these are sorted in a tenth of the time."""
    return numbers.astype(np.uint16) if len(numbers) and numbers.max() < 1 << 16 else numbers
