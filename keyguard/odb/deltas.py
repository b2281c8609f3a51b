"""Deltas taken apart, thousands at once: by a few steps on arrays instead of some lines of Python for each operation.

Format of a delta: the sizes of base and result, seven bits a byte; then operations. One whose first byte is below 0x80
inserts so many bytes, which follow. Any other copies from the base: its low bits say which of the four bytes of an
offset and the three of a size follow; those that do not are zero, and a size of zero means 0x10000.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from keyguard.odb.arrays import Array, np
from keyguard.odb.entry_headers import numbers

#: behind the last delta: what is read of a damaged one may be beyond its end
PADDING = 40
#: with fewer deltas than this, steps on arrays cost more than they save
_FEW = 48


class Operations(NamedTuple):
    """What many deltas consist of. One element an operation, in order, where nothing else is said."""

    text: Array
    """uint8: the deltas, one behind the other."""
    starts: Array
    """int64, one element a delta and one more: number of its first operation."""
    deltas: Array
    """int64: which delta it belongs to."""
    at: Array
    """int64: where it stands in ``text``."""
    copies: Array
    """bool: whether it copies; else it inserts."""
    sizes: Array
    """int64: how many bytes of the result it makes."""
    offsets: Array
    """int64: where in the base a copy begins; 0 for what is inserted."""
    sources: Array
    """int64, one element a delta: the size of its base."""
    results: Array
    """int64, one element a delta: the size of its result."""
    sound: Array
    """bool, one element a delta: it makes what it says of what it says."""


def _pieces(bits: int, shift: int) -> tuple[Array, Array, Array, Array]:
    """For each first byte of a copy, what to make of the bytes that follow for one of its two numbers.

    The bytes that are there go into at most two places of the number: (mask, shift) for each, as uint64.
    """
    table = np.zeros((4, 256), np.uint64)
    for code in range(0x80, 0x100):
        part = taken = 0
        inside = False
        for bit in range(bits):
            there = bool(code >> (shift + bit) & 1)
            if there and not inside and taken:
                part = 1
            if there:
                table[2 * part, code] |= np.uint64(0xFF << (8 * taken))
                table[2 * part + 1, code] = np.uint64(8 * (bit - taken))
                taken += 1
            inside = there
    return table[0], table[1], table[2], table[3]


_OFFSET, _SIZE = _pieces(4, 0), _pieces(3, 4)
_BITS = np.array([bin(code).count("1") for code in range(16)], np.int64)
_CODES = np.arange(256)
#: how long an operation is, by its first byte, and where the size of a copy stands in it
_LENGTHS = np.where(_CODES < 0x80, 1 + _CODES, 1 + _BITS[_CODES & 15] + _BITS[_CODES >> 4 & 7])
_SIZE_AT = 1 + _BITS[_CODES & 15]


def parse_deltas(deltas: Sequence[bytes], sources: Sequence[int]) -> Operations:
    """The operations of these deltas; ``sources`` are the sizes of what they are on."""
    data = b"".join([*deltas, bytes(PADDING)])
    text = np.frombuffer(data, np.uint8)
    ends = np.cumsum(np.fromiter(map(len, deltas), np.int64, len(deltas)))
    begins = np.append(0, ends)[:-1]
    bases, at, endless = numbers(text, begins, text[begins] & 0x7F, 7)
    results, at, without_end = numbers(text, at, text[at] & 0x7F, 7)
    sound = (bases == np.array(sources, np.int64)) & (at <= ends) & ~endless & ~without_end
    at = _found(data, text, np.minimum(at, ends), ends)
    codes = text[at]
    copies = codes >= 0x80
    sizes, offsets = codes.astype(np.int64), np.zeros(len(at), np.int64)
    places, which = at[copies], codes[copies]
    offsets[copies] = _number(text, places + 1, which, _OFFSET)
    lengths = _number(text, places + _SIZE_AT[which], which, _SIZE)
    sizes[copies] = np.where(lengths == 0, 0x10000, lengths)
    starts = np.append(np.searchsorted(at, begins), len(at))
    owners = np.repeat(np.arange(len(deltas)), np.diff(starts))
    made = np.append(0, np.cumsum(sizes))[starts]
    wrong = (codes == 0) | (at + _LENGTHS[codes] > ends[owners]) | (copies & (offsets + sizes > bases[owners]))
    sound[owners[wrong]] = False
    sound &= np.diff(made) == results
    return Operations(text, starts, owners, at, copies, sizes, offsets, bases, results, sound)


def _found(data: bytes, text: Array, at: Array, ends: Array) -> Array:
    """Where operations begin, of all deltas: the first of each, the second of each, and so on."""
    marks = np.zeros(len(text), bool)
    going = at < ends
    while np.count_nonzero(going) > _FEW:
        at, ends = at[going], ends[going]
        marks[at] = True
        at = at + _LENGTHS[text[at]]
        going = at < ends
    lengths, rest = _LENGTHS.tolist(), []
    for place, end in zip(at[going].tolist(), ends[going].tolist(), strict=True):
        while place < end:
            rest.append(place)
            place += lengths[data[place]]
    marks[rest] = True
    return np.flatnonzero(marks)


def _number(text: Array, at: Array, codes: Array, table: tuple[Array, Array, Array, Array]) -> Array:
    """The numbers that stand there in pieces."""
    words = words_of(text, 4)[at].astype(np.uint64)
    low_mask, low_shift, high_mask, high_shift = table
    low = (words & low_mask[codes]) << low_shift[codes]
    high = (words & high_mask[codes]) << high_shift[codes]
    found: Array = (low | high).astype(np.int64)
    return found


def words_of(text: Array, size: int) -> Array:
    """At each place of a text the number that the next 4 or 8 bytes make, the lowest first."""
    found: Array = np.ndarray(max(0, len(text) - size + 1), f"<u{size}", text.data, strides=(1,))
    return found
