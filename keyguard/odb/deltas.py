"""Parse thousands of deltas at once, with a few array operations instead of a Python loop for each delta.

Format of a delta (gitformat-pack(5)): the sizes of base and result, seven bits per byte; then operations. An operation
whose first byte is below 0x80 inserts that number of bytes, which follow. Any other copies from the base: its low bits
say which of the four bytes of an offset and the three of a size follow; the others are zero, and a size of zero means
0x10000.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from keyguard.odb.arrays import Array, np
from keyguard.odb.entry_headers import numbers

#: bytes after the last delta: parsing a damaged one can read past its end
PADDING = 40
#: for fewer deltas than this, array operations cost more than they save
_FEW = 48


class Operations(NamedTuple):
    """The operations of many deltas. Arrays have one element per operation, in order, unless stated otherwise."""

    text: Array
    """uint8: the deltas, concatenated."""
    starts: Array
    """int64, one element per delta and one more: index of its first operation."""
    deltas: Array
    """int64: the delta that the operation belongs to."""
    at: Array
    """int64: position in ``text``."""
    copies: Array
    """bool: it copies; otherwise it inserts."""
    sizes: Array
    """int64: number of bytes it adds to the result."""
    offsets: Array
    """int64: where in the base a copy begins; 0 for an insertion."""
    sources: Array
    """int64, one element per delta: the size of its base."""
    results: Array
    """int64, one element per delta: the size of its result."""
    sound: Array
    """bool, one element per delta: its sizes and operations are consistent."""


def _pieces(bits: int, shift: int) -> tuple[Array, Array, Array, Array]:
    """Return a table for decoding one of the two numbers of a copy, by the first byte of the operation.

    The bytes that are present go to at most two places of the number: (mask, shift) for each, as uint64.
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
#: length of an operation by its first byte, and the offset of a copy's size in it
_LENGTHS = np.where(_CODES < 0x80, 1 + _CODES, 1 + _BITS[_CODES & 15] + _BITS[_CODES >> 4 & 7])
_SIZE_AT = 1 + _BITS[_CODES & 15]


def parse_deltas(deltas: Sequence[bytes], sources: Sequence[int]) -> Operations:
    """Return the operations of these deltas; ``sources`` are the sizes of their bases."""
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
    """Return where operations begin: the first one of each delta, then the second one of each, and so on."""
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
    """Decode the numbers at these positions."""
    words = words_of(text, 4)[at].astype(np.uint64)
    low_mask, low_shift, high_mask, high_shift = table
    low = (words & low_mask[codes]) << low_shift[codes]
    high = (words & high_mask[codes]) << high_shift[codes]
    found: Array = (low | high).astype(np.int64)
    return found


def words_of(text: Array, size: int) -> Array:
    """Return for each position of a text the number that the next 4 or 8 bytes make, in little-endian order."""
    found: Array = np.ndarray(max(0, len(text) - size + 1), f"<u{size}", text.data, strides=(1,))
    return found
