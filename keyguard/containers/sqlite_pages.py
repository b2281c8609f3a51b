"""The rows of a SQLite database, read from its pages without SQLite: nothing in the file is executed.

Format: https://www.sqlite.org/fileformat2.html, sections 1.3 (header), 1.6 (pages of a b-tree), 2.1 (records).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import DAMAGED
from keyguard.containers.content import NotRead

#: the text and blob cells of a row: number of the column, whether it is text, value
Row: TypeAlias = "list[tuple[int, bool, bytes]]"

_HEADER = 100
_INNER_INDEX, _INNER_TABLE, _LEAF_INDEX, _LEAF_TABLE = 2, 5, 10, 13
_INNER = (_INNER_INDEX, _INNER_TABLE)
#: sizes of the values of the first serial types
_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)
#: instead of the size of a payload
_WHOLE_PAGE = -1
_CODECS = {2: "utf-16-le", 3: "utf-16-be"}


class _Item(NamedTuple):
    """A page, by its number, or the payload of a cell, by its offset."""

    place: int
    size: int


class Database:
    """A database in memory."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        """Raise ``NotRead`` if the header makes no sense."""
        self._data, self._budget = data, budget
        size = int.from_bytes(data[16:18], "big")
        self._size = 65536 if size == 1 else size
        if len(data) < _HEADER or self._size < 512 or self._size & (self._size - 1):
            raise NotRead(f"{DAMAGED}: its header has no size of pages")
        self._usable = self._size - data[20]
        self._codec = _CODECS.get(data[59], "")
        self.broken = False
        """Whether some page was not what it should be."""

    def rows(self, root: int) -> Iterator[Row]:
        """Yield the rows of the table or index whose first page has that number, in their order."""
        return map(_cells, self._payloads(root))

    def numbers(self, root: int, column: int) -> Iterator[int]:
        """Yield the number in a column of each row; 0 where there is none."""
        for payload in self._payloads(root):
            yield next((value for at, value in _numbers(payload) if at == column), 0)

    def _payloads(self, root: int) -> Iterator[bytes]:
        """Yield the records of a table or index."""
        kind = 0
        seen, stack = set[int](), [_Item(root, _WHOLE_PAGE)]
        while stack:
            number, size = stack.pop()
            if size != _WHOLE_PAGE:
                yield self._payload(number, size, is_table=kind == _LEAF_TABLE)
                continue
            if number in seen or not self._is_page(number):
                self.broken = True
                continue
            seen.add(number)
            self._budget.spend(self._size)
            try:
                items = self._page(number)
            except (IndexError, ValueError):
                self.broken = True
                continue
            kind = self._kind(number)
            stack += reversed(items)

    def text(self, value: bytes) -> bytes:
        """Return a text of the database in UTF-8."""
        return value.decode(self._codec, "replace").encode() if self._codec else value

    def _is_page(self, number: int) -> bool:
        return 0 < number <= -(-len(self._data) // self._size)

    def _kind(self, number: int) -> int:
        return self._data[(number - 1) * self._size + (_HEADER if number == 1 else 0)]

    def _page(self, number: int) -> list[_Item]:
        """Return the pages below a page, and the payloads of its cells, in their order."""
        base = (number - 1) * self._size
        at = base + (_HEADER if number == 1 else 0)
        kind, count = self._data[at], int.from_bytes(self._data[at + 3 : at + 5], "big")
        if kind not in (*_INNER, _LEAF_INDEX, _LEAF_TABLE):
            raise ValueError
        pointers = at + (12 if kind in _INNER else 8)
        items = list[_Item]()
        for place in range(pointers, min(pointers + 2 * count, base + self._size), 2):
            cell = base + int.from_bytes(self._data[place : place + 2], "big")
            if kind in _INNER:
                items.append(_Item(int.from_bytes(self._data[cell : cell + 4], "big"), _WHOLE_PAGE))
                cell += 4
            if kind != _INNER_TABLE:
                size, cell = self._varint(cell)
                if kind == _LEAF_TABLE:
                    _, cell = self._varint(cell)
                items.append(_Item(cell, size))
        if kind in _INNER:
            items.append(_Item(int.from_bytes(self._data[at + 8 : at + 12], "big"), _WHOLE_PAGE))
        return items

    def _payload(self, start: int, size: int, *, is_table: bool) -> bytes:
        """Return the payload of a cell, with what overflows into other pages."""
        usable = self._usable
        most = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23
        if size <= most:
            return self._data[start : start + size]
        least = (usable - 12) * 32 // 255 - 23
        here = least + (size - least) % (usable - 4)
        here = here if here <= most else least
        pieces, left = [self._data[start : start + here]], size - here
        number = int.from_bytes(self._data[start + here : start + here + 4], "big")
        while left > 0 and self._is_page(number):
            self._budget.spend(self._size)
            at = (number - 1) * self._size
            pieces.append(self._data[at + 4 : at + 4 + min(left, usable - 4)])
            left -= usable - 4
            number = int.from_bytes(self._data[at : at + 4], "big")
        if left > 0:
            self.broken = True
        return b"".join(pieces)

    def _varint(self, at: int) -> tuple[int, int]:
        return _varint(self._data, at)


def _fields(payload: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, serial type and value of each column of a record, as far as it goes."""
    try:
        end, at = _varint(payload, 0)
        value, column = end, 0
        while at < end and value <= len(payload):
            kind, at = _varint(payload, at)
            size = _SIZES[kind] if kind < 12 else (kind - 12) // 2
            yield column, kind, payload[value : value + size]
            value += size
            column += 1
    except IndexError:
        return


def _cells(payload: bytes) -> Row:
    """Return the text and blob cells of a record."""
    end = payload[0] if payload else 0
    header = payload[1:end]
    if 0 < end < 0x80 and header.isascii():  # nearly always, each type is one byte
        found, at = [], end
        for column, kind in enumerate(header):
            if kind < 12:
                at += _SIZES[kind]
            elif size := (kind - 12) >> 1:
                found.append((column, bool(kind & 1), payload[at : at + size]))
                at += size
        return [one for one in found if one[2]]
    return [(column, bool(kind & 1), value) for column, kind, value in _fields(payload) if kind >= 12 and value]


def _numbers(payload: bytes) -> Iterator[tuple[int, int]]:
    """Yield the columns of a record with an integer, and the integer."""
    for column, kind, value in _fields(payload):
        if 1 <= kind <= 6:
            yield column, int.from_bytes(value, "big", signed=True)
        elif kind == 9:
            yield column, 1


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes, and where it ends."""
    number = data[at]
    if number < 0x80:
        return number, at + 1
    number = 0
    for place in range(at, at + 8):
        byte = data[place]
        number = number << 7 | (byte & 0x7F)
        if byte < 0x80:
            return number, place + 1
    return number << 8 | data[at + 8], at + 9
