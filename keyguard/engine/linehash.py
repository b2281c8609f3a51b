"""GitHub's ``primaryLocationLineHash``, by which code scanning recognises two alerts as the same one.

It is a polynomial hash (base 37, modulo 2^64) of the first hundred characters from the start of a line, without spaces
and tabs, line ends as LF; then the count of lines so far with the same hash. Characters are UTF-16 code units.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import accumulate, pairwise

from keyguard.support.regex import expression

_WINDOW = 100
_BASE = 37
_MASK = (1 << 64) - 1
_EOF = 0xFFFF
#: up to this number of lines, only lines that begin like one of them are examined
_FEW = 24
#: the most bytes of UTF-8 in a hundred code units, plus one character, so that the last one is complete
_WINDOW_BYTES = 3 * _WINDOW + 4
_LINE_END = expression(rb"\r\n|\r|\n")


def line_hash(text: bytes, line_start: int) -> str:
    """Return the hash of the line that starts at this offset, as ``hex:count``."""
    return line_hashes(text, (line_start,))[line_start]


def line_hashes(text: bytes, line_starts: Iterable[int]) -> dict[int, str]:
    """Return offset -> hash for several lines of one text, in one pass over it."""
    starts = sorted({*line_starts})
    if len(starts) <= _FEW and text.isascii():
        return _few_hashes(text, starts)
    numbers = _line_numbers(text, starts)
    dense = _dense(text)
    lines = dense.split(b"\n")
    asked = set(numbers.values())
    # only a line with the same first bytes can have the same window: each code unit takes at least one byte
    alike = {lines[number][:_WINDOW] for number in asked}
    offsets = list(accumulate(map(len, lines), initial=0))
    counts: dict[bytes, int] = {}
    hashes: dict[int, str] = {}
    for number in [number for number, line in enumerate(lines) if line[:_WINDOW] in alike]:
        window = _window(dense, offsets[number] + number)
        counts[window] = count = counts.get(window, 0) + 1
        if number in asked:
            hashes[number] = f"{_polynomial(window):x}:{count}"
    return {start: hashes[number] for start, number in numbers.items()}


def _few_hashes(text: bytes, starts: list[int]) -> dict[int, str]:
    """Return the hashes of some lines of an ASCII text, given in order; only lines that begin alike are examined."""
    pieces = [_dense(text[low:high]) for low, high in pairwise((0, *starts, len(text)))]
    dense = b"".join(pieces)
    offsets = accumulate(map(len, pieces[:-1]))
    asked = {start: dense.rfind(b"\n", 0, offset) + 1 for start, offset in zip(starts, offsets, strict=True)}
    counts: dict[int, int] = {}
    for window in {dense[offset : offset + _WINDOW] for offset in asked.values()}:
        last = max(offset for offset in asked.values() if dense[offset : offset + _WINDOW] == window)
        counts |= _counted(dense, window, last)
    return {start: f"{_polynomial(_window(dense, offset)):x}:{counts[offset]}" for start, offset in asked.items()}


def _counted(dense: bytes, window: bytes, last: int) -> dict[int, int]:
    """Return the offset of each line that begins with a window, up to the ``last``, and how many there are so far."""
    counts: dict[int, int] = {}
    at = 0 if dense.startswith(window) else dense.find(b"\n" + window) + 1
    while True:
        if dense[at : at + _WINDOW] == window:
            counts[at] = len(counts) + 1
        if at >= last:
            return counts
        at = dense.find(b"\n" + window, at) + 1


def _line_numbers(text: bytes, line_starts: Iterable[int]) -> dict[int, int]:
    """Return offset -> number of lines that end before it, counted from one offset to the next."""
    numbers: dict[int, int] = {}
    at = number = 0
    has_cr = b"\r" in text
    for start in line_starts:
        number += len(_LINE_END.findall(text, at, start)) if has_cr else text.count(b"\n", at, start)
        numbers[start] = number
        at = start
    return numbers


def _dense(text: bytes) -> bytes:
    """Return the text as UTF-8, with LF for every line end and without spaces and tabs."""
    if not text.isascii():
        # before anything is removed: the parts of invalid sequences must not join
        text = text.decode("utf-8", "replace").encode()
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text.translate(None, b" \t")


def _window(dense: bytes, offset: int) -> bytes:
    """Return the code units that count for the line there, two bytes each; fewer only at the end of the file."""
    taken = dense[offset : offset + _WINDOW_BYTES]
    return taken.decode("utf-8", "ignore").encode("utf-16-le")[: 2 * _WINDOW]


def _polynomial(window: bytes) -> int:
    units = list(struct.unpack(f"<{len(window) // 2}H", window))
    if len(units) < _WINDOW:
        units.append(_EOF)
    value = 0
    for unit in units + [0] * (_WINDOW - len(units)):
        value = (value * _BASE + unit) & _MASK
    return value
