"""Pieces of what deltas make, without making it: what they put in, and the bytes beside it.

From the operations of a delta others are written that keep only some bytes of every copy. Compiled code then does the
rest, as it does for any delta; and a tree of sixteen thousand bytes in which one id is new costs a few bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from keyguard.odb.arrays import Array, np
from keyguard.odb.deltas import Operations, words_of
from keyguard.odb.inflate import apply_delta

#: bytes that all excerpts of one call may take together; deltas beyond that are not sound to work on
_MOST = 32 << 20
#: an operation that copies with all of its numbers, and the sizes at the beginning of a delta, take as much
_WORD = 8


class KeptParts(NamedTuple):
    """What to keep of each operation."""

    heads: Array
    """int64: of a copy, so many bytes at its beginning, and …"""
    tails: Array
    """… so many at its end."""
    kept: Array
    """bool: of what is inserted, all."""


class PartialResults(NamedTuple):
    """Pieces of many results, one behind the other."""

    text: bytes
    starts: Array
    """int64, one element an operation and one more: where what is kept of it begins in the text."""
    heads: Array
    """int64, one element an operation: what is kept of it before something is left out; of one kept whole, all."""
    broken: Array
    """bool, one element an operation: of this copy something is left out."""


def feasible(operations: Operations, cuts: KeptParts) -> Array:
    """bool, one element a delta: those that are sound, and do not make more than can be held."""
    sizes = _sizes(operations, cuts)
    total = np.append(0, np.cumsum(sizes))[operations.starts]
    fits: Array = operations.sound & (total[1:] <= _MOST)
    return fits


def partial_results(operations: Operations, bases: Sequence[bytes], cuts: KeptParts) -> PartialResults:
    """What the cuts leave of the results of these deltas, all of them sound or cut to nothing."""
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
    """Heads and tails of all copies; one that is kept whole is all head."""
    whole = cuts.heads + cuts.tails >= operations.sizes
    heads = np.where(operations.copies, np.where(whole, operations.sizes, cuts.heads), 0)
    return heads, np.where(operations.copies & ~whole, cuts.tails, 0)


def _sizes(operations: Operations, cuts: KeptParts) -> Array:
    """How many bytes are kept of each operation."""
    kept = np.where(cuts.kept, operations.sizes, 0)
    return np.where(operations.copies, np.minimum(cuts.heads + cuts.tails, operations.sizes), kept)


def _program(operations: Operations, heads: Array, tails: Array, kept: Array) -> tuple[bytes, Array]:
    """Deltas, one behind the other, and where each of them begins, and the last one ends."""
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
    """Sizes as deltas have them, seven bits a byte, in four bytes: below 2 to the power of 28."""
    found = np.full(len(sizes), 0x00808080, np.uint64)
    for place in range(4):
        found |= (sizes.astype(np.uint64) >> np.uint64(7 * place) & np.uint64(0x7F)) << np.uint64(8 * place)
    return found


def _copying(offsets: Array, sizes: Array) -> Array:
    """Operations that copy, as words; the sizes are below 2 to the power of 24."""
    words: Array = np.uint64(0xFF) | offsets.astype(np.uint64) << np.uint64(8)
    words |= sizes.astype(np.uint64) << np.uint64(40)
    return words


def _move(source: Array, begins: Array, lengths: Array, target: Array, places: Array) -> None:
    """Copy ranges of bytes from one array into another."""
    before = np.cumsum(lengths) - lengths
    steps = np.arange(int(lengths.sum()))
    target[steps + np.repeat(places - before, lengths)] = source[steps + np.repeat(begins - before, lengths)]
