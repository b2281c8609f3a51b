"""A part of a text with its position: lines, columns and surroundings, computed only where something was found.

Texts of any size are read in pages that overlap by a margin on both sides. Every result below depends only on bytes
within the margin and on what is carried from page to page, so that no finding depends on where a page ends.
"""

from __future__ import annotations

from bisect import bisect_right
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

#: bytes of new text in a page; a text up to this size is one page
PAGE = 8 << 20
#: bytes of margin on each side: four times the widest match
MARGIN = 64 << 10
#: bytes kept of the beginning of a text, for its imports
HEAD = 64 << 10
#: bytes from the start of a line beyond which columns are counted without decoding; at most ``MARGIN``
_EXACT = 4096

_CONTINUATION = bytes(range(0x80, 0xC0))
_BREAK = expression(rb"\r\n|\n|\r")


class Carry(NamedTuple):
    """The start of a page: its line (from 1), and the number of characters of that line before it."""

    line: int
    column: int


class _Mark(NamedTuple):
    """A known position, from which others are counted."""

    line: int
    #: offset of the start of the line; None if that is before the page
    begin: int | None
    #: the number of characters of the line so far, counted without decoding
    column: int


class Page:
    """Part of a text, or all of it. Offsets are bytes within ``data``."""

    __slots__ = ("_marked", "_marks", "base", "data", "final", "fresh", "head")

    def __init__(self, data: bytes, base: int, carry: Carry, fresh: tuple[int, int], head: bytes, final: bool) -> None:
        self.data = data
        self.base = base
        #: this page reports the matches that start in this half-open range
        self.fresh = fresh
        self.head = head
        self.final = final
        begin = _text_start(data) if base == 0 else 0
        self._marked = [begin]
        self._marks = [_Mark(carry.line, None if carry.column else begin, carry.column)]

    @classmethod
    def of(cls, data: bytes) -> Page:
        """Return the page that contains a whole text."""
        return cls(data, 0, Carry(1, 0), (0, len(data)), data[:HEAD], final=True)

    @property
    def whole(self) -> bool:
        """Whether the page is the whole text."""
        return self.base == 0 and self.final

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1, the column in characters."""
        line, begin, column = self._mark(offset)
        if begin is not None and offset - begin <= _EXACT:
            column = characters(self.data, begin, offset)
        return line, column + 1

    def span(self, start: int, end: int) -> tuple[int, int, int, int]:
        """Return line and column of the start and of the end of a match."""
        line, column = self.position(start)
        last = _advance(Carry(line, column), self.data, start, end, characters)
        return line, column, last.line, last.column + (last.line > line)

    def line_start(self, offset: int) -> int:
        """Return the start of the line of an offset, or of the page, whichever is later."""
        return self._mark(offset).begin or 0

    def line_span(self, offset: int, reach: int) -> tuple[int, int]:
        """Return the span of the line around an offset without its end, at most ``reach`` bytes on each side."""
        low, high = max(0, offset - reach), min(len(self.data), offset + reach)
        start = max(self.data.rfind(b"\n", low, offset), self.data.rfind(b"\r", low, offset)) + 1
        found = _BREAK.search(self.data, offset, high)
        return start or low, found.start() if found else high

    def around(self, start: int, end: int, before: int, after: int) -> tuple[bytes, bytes]:
        """Return the text before and after a span, at most ``before`` and ``after`` bytes."""
        return self.data[max(0, start - before) : start], self.data[end : end + after]

    def _mark(self, offset: int) -> _Mark:
        """Return the position of an offset, counted from the nearest known one before it, and remember it."""
        at = max(0, bisect_right(self._marked, offset) - 1)
        start, known = self._marked[at], self._marks[at]
        if offset <= start:
            return known
        line, column = _advance(Carry(known.line, known.column), self.data, start, offset, _loosely)
        begin = known.begin if line == known.line else _after_break(self.data, start, offset)
        found = _Mark(line, begin, column)
        if self.data[offset - 1 : offset + 1] != b"\r\n":  # from inside CRLF, the line end would be counted twice
            self._marked.insert(at + 1, offset)
            self._marks.insert(at + 1, found)
        return found


def _text_start(data: bytes | bytearray) -> int:
    """Return the offset of the text's first character, after a byte order mark."""
    return len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0


def _after_break(data: bytes | bytearray, start: int, end: int) -> int:
    return max(data.rfind(b"\n", start, end), data.rfind(b"\r", start, end)) + 1


_Count = Callable[["bytes | bytearray", int, int], int]


def _advance(carry: Carry, data: bytes | bytearray, start: int, end: int, count: _Count) -> Carry:
    """Return the position at ``end``, given the position at ``start``; ``count`` counts characters."""
    breaks = data.count(b"\n", start, end) if data.find(b"\n", start, end) >= 0 else 0  # far faster than counting
    if data.find(b"\r", start, end) >= 0:
        breaks += data.count(b"\r", start, end) - data.count(b"\r\n", start, end)
    if not breaks:
        return Carry(carry.line, carry.column + count(data, start, end))
    return Carry(carry.line + breaks, count(data, _after_break(data, start, end), end))


def characters(data: bytes | bytearray, start: int, end: int) -> int:
    """Return the number of characters in a piece: of UTF-8 if it is valid, else bytes; long pieces count as UTF-8."""
    piece = data[start:end]
    if len(piece) > _EXACT:
        return _loosely(data, start, end)
    try:
        return len(piece.decode())
    except UnicodeDecodeError:
        return len(piece)


def _loosely(data: bytes | bytearray, start: int, end: int) -> int:
    """Return the number of characters without validation, so that the counts of pieces add up."""
    piece = data[start:end]
    return len(piece) if piece.isascii() else len(piece.translate(None, _CONTINUATION))


class Pager:
    """Cuts a text that arrives in pieces into pages. Memory: one page, its margins, and what was added beyond."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._base = self._begin = 0
        self._carry = Carry(1, 0)
        self._head: bytes | None = None

    def add(self, data: bytes) -> None:
        """Append a piece."""
        self._buffer += data

    def wanting(self) -> int:
        """Return the number of bytes missing for a page with its margin; zero or less if one can be cut."""
        return self._begin + PAGE + MARGIN - len(self._buffer)

    def cut(self, *, final: bool) -> Page:
        """Return the next page; the last one contains all that is left."""
        buffer = self._buffer
        if self._head is None:
            self._head = bytes(buffer[:HEAD])
        end = len(buffer) if final else self._begin + PAGE
        page = Page(bytes(buffer), self._base, self._carry, (self._begin, end), self._head, final)
        if not final:
            self._drop(max(0, end - MARGIN), end)
        return page

    def _drop(self, cut: int, end: int) -> None:
        buffer = self._buffer
        if buffer[cut - 1 : cut + 1] == b"\r\n":
            cut -= 1
        start = min(cut, _text_start(buffer)) if self._base == 0 else 0
        self._carry = _advance(self._carry, buffer, start, cut, _loosely)
        del buffer[:cut]
        self._base, self._begin = self._base + cut, end - cut


def pages(read: Callable[[int], bytes], first: bytes = b"") -> Iterator[Page]:
    """Yield the pages of what ``read`` returns, after ``first``, which was read before.

    ``read`` takes an approximate number of bytes and returns nothing at the end; its errors pass through. Memory: at
    most two pages at a time.
    """
    pager = Pager()
    pager.add(first)
    while True:
        while pager.wanting() > 0 and (more := read(pager.wanting())):
            pager.add(more)
        final = pager.wanting() > 0
        yield pager.cut(final=final)
        if final:
            return
