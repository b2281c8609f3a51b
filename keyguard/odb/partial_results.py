"""Build parts of the results of deltas without building the results: inserted bytes and the bytes around them.

Each delta is rewritten so that it keeps only some bytes of every copy; compiled code then applies it like any delta. So
a tree of sixteen thousand bytes with one new id costs a few bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from keyguard.odb.arrays import Array, np
from keyguard.odb.deltas import Operations, words_of
from keyguard.odb.inflate import apply_delta

#: bytes that the results of one call may have together; further deltas are marked as not feasible
_MOST = 32 << 20
#: bytes of a copy with a full offset and size, and of the sizes at the start of a delta
_WORD = 8


class KeptParts(NamedTuple):
    """What to keep of each operation."""

    heads: Array
    """int64: for a copy, the number of bytes to keep at its beginning."""
    tails: Array
    """int64: for a copy, the number of bytes to keep at its end."""
    kept: Array
    """bool: for an insertion, keep all of it."""


class PartialResults(NamedTuple):
    """Parts of many results, concatenated."""

    text: bytes
    starts: Array
    """int64, one element per operation and one more: where the kept bytes of the operation begin in the text."""
    heads: Array
    """int64, one element per operation: number of bytes kept before the gap; all bytes if the copy is kept
    completely.
    """
    broken: Array
    """bool, one element per operation: part of this copy is left out."""


def feasible(operations: Operations, cuts: KeptParts) -> Array:
    """Return a bool array, one element per delta: it is sound, and its partial result fits into the limit."""
    sizes = _sizes(operations, cuts)
    total = np.append(0, np.cumsum(sizes))[operations.starts]
    fits: Array = operations.sound & (total[1:] <= _MOST)
    return fits


def partial_results(operations: Operations, bases: Sequence[bytes], cuts: KeptParts) -> PartialResults:
    """Return the kept parts of the results of these deltas, all of which are sound or have nothing kept."""
    heads, tails = _ends(operations, cuts)
    sizes = _sizes(operations, cuts)
    starts = np.append(0, np.cumsum(sizes))
    program, bounds = _program(operations, heads, tails, cuts.kept)
    wanted = np.flatnonzero(np.diff(starts[operations.starts]))
    rows = zip(wanted.tolist(), bounds[wanted].tolist(), bounds[wanted + 1].tolist(), strict=True)
    text = b"".join([apply_delta(bases[one], program[low:high])[0] for one, low, high in rows])
    broken = operations.copies & (heads + tails < operations.sizes)
    return PartialResults(text, starts, heads, broken)


def _ends(operations: Operations, cuts: KeptParts) -> tuple[Array, Array]:
    """Return heads and tails of all copies; a copy that is kept completely is all head."""
    whole = cuts.heads + cuts.tails >= operations.sizes
    heads = np.where(operations.copies, np.where(whole, operations.sizes, cuts.heads), 0)
    return heads, np.where(operations.copies & ~whole, cuts.tails, 0)


def _sizes(operations: Operations, cuts: KeptParts) -> Array:
    """Return the number of bytes kept of each operation."""
    kept = np.where(cuts.kept, operations.sizes, 0)
    return np.where(operations.copies, np.minimum(cuts.heads + cuts.tails, operations.sizes), kept)


def _program(operations: Operations, heads: Array, tails: Array, kept: Array) -> tuple[bytes, Array]:
    """Return the rewritten deltas, concatenated, and where each of them begins and the last one ends."""
    first, second = heads > 0, tails > 0
    lengths = _WORD * first + _WORD * second + np.where(kept, operations.sizes + 1, 0)
    ends = np.append(0, np.cumsum(lengths))
    at = ends[:-1] + _WORD * (operations.deltas + 1)
    bounds = ends[operations.starts] + _WORD * np.arange(len(operations.starts))
    program = np.empty(int(bounds[-1]), np.uint8)
    words = words_of(program, _WORD)
    made = np.append(0, np.cumsum(heads + tails + np.where(kept, operations.sizes, 0)))
    words[bounds[:-1]] = _sized(operations.sources) | _sized(np.diff(made[operations.starts])) << np.uint64(32)
    words[at[first]] = _copying(operations.offsets[first], heads[first])
    begins = operations.offsets[second] + operations.sizes[second] - tails[second]
    words[at[second] + _WORD * first[second]] = _copying(begins, tails[second])
    _move(operations.text, operations.at[kept], operations.sizes[kept] + 1, program, at[kept])
    return program.tobytes(), bounds


def _sized(sizes: Array) -> Array:
    """Encode sizes below 2**28 as deltas do, seven bits per byte, in four bytes."""
    found = np.full(len(sizes), 0x00808080, np.uint64)
    for place in range(4):
        found |= (sizes.astype(np.uint64) >> np.uint64(7 * place) & np.uint64(0x7F)) << np.uint64(8 * place)
    return found


def _copying(offsets: Array, sizes: Array) -> Array:
    """Return copy operations as 64-bit words; sizes must be below 2**24."""
    words: Array = np.uint64(0xFF) | offsets.astype(np.uint64) << np.uint64(8)
    words |= sizes.astype(np.uint64) << np.uint64(40)
    return words


def _move(source: Array, begins: Array, lengths: Array, target: Array, places: Array) -> None:
    """Copy ranges of bytes from one array to another."""
    before = np.cumsum(lengths) - lengths
    steps = np.arange(int(lengths.sum()))
    target[steps + np.repeat(places - before, lengths)] = source[steps + np.repeat(begins - before, lengths)]
