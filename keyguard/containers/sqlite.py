"""SQLite databases: a text for each table, one line a row, and what does not fit into a line on its own.

A line is an object of JSON with the text cells of the row, so that names of columns are evidence. Cells with line ends,
quotes or backslashes, long ones and blobs are entries of their own: ``users/17/avatar`` is in the 17th row.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import DAMAGED, pieces
from keyguard.containers.content import Content, Entry, NotRead, slices
from keyguard.containers.sqlite_pages import Database, Row
from keyguard.support.regex import expression

#: bytes of a cell that stands in the line of its row
_LONGEST = 2000
_TOGETHER = 1 << 16
_PLAIN = expression(rb'[^\x00-\x1f"\\\x7f]*')
_COLUMN = expression(rb'\s*(?:"([^"]*)"|`([^`]*)`|\[([^\]]*)\]|([^\s,()"`\[]+))')
_NO_COLUMN = (b"constraint", b"primary", b"unique", b"check", b"foreign")
_SCHEMA = 1


def read_sqlite(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the tables of a database, and the cells that stand alone. Raise ``NotRead`` where a page is damaged."""
    data = content.whole()
    database = Database(data, budget)
    for name, root, columns in [*_tables(database)]:
        budget.entry()
        apart: list[tuple[bytes, bytes]] = []
        yield Entry(name, pieces(_lines(database, root, columns, apart)))
        for place, value in apart:
            budget.entry()
            yield Entry(name + b"/" + place, slices(value, 0, len(value)))
    if database.broken:
        raise NotRead(f"{DAMAGED}: some of its pages are none")


def _tables(database: Database) -> Iterator[tuple[bytes, int, list[bytes]]]:
    """Yield name, first page and columns of each table, by the schema."""
    roots = database.numbers(_SCHEMA, 3)
    for row in database.rows(_SCHEMA):
        cells = {column: database.text(value) for column, is_text, value in row if is_text}
        root = next(roots, 0)
        if cells.get(0) == b"table" and root:
            yield cells.get(1, b"table"), root, _columns(cells.get(4, b""))


def _columns(sql: bytes) -> list[bytes]:
    """Return the names of the columns in a ``CREATE TABLE``."""
    found, depth, start = list[bytes](), 0, 0
    for at in range(len(sql)):
        char = sql[at : at + 1]
        if char == b"(":
            depth += 1
            start = at + 1 if depth == 1 else start
        elif (char == b"," and depth == 1) or (char == b")" and depth == 1):
            name = _COLUMN.match(sql, start, at)
            word = next(filter(None, name.groups()), b"") if name else b""
            if word and word.lower() not in _NO_COLUMN:
                found.append(word)
            start = at + 1
        if char == b")":
            depth -= 1
    return found


def _lines(database: Database, root: int, columns: list[bytes], apart: list[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Yield the lines of a table, many at a time; add to ``apart`` what does not fit into them."""
    lines, size = list[bytes](), 0
    for number, row in enumerate(database.rows(root), 1):
        line = _line(database, number, row, columns, apart)
        lines.append(line)
        size += len(line)
        if size > _TOGETHER:
            yield b"\n".join([*lines, b""])
            lines, size = [], 0
    if lines:
        yield b"\n".join([*lines, b""])


def _line(database: Database, number: int, row: Row, columns: list[bytes], apart: list[tuple[bytes, bytes]]) -> bytes:
    fields = []
    for column, is_text, value in row:
        name = columns[column] if column < len(columns) else b"column%d" % (column + 1)
        text = database.text(value) if is_text else value
        if is_text and len(text) <= _LONGEST and _PLAIN.fullmatch(text):
            fields.append(b'"%b": "%b"' % (name, text))
        else:
            apart.append((b"%d/%b" % (number, name), text))
    return b"{" + b", ".join(fields) + b"}" if fields else b""
