"""Read the column of a key and the label of its row, in CSV, SQL, dumps of PostgreSQL and Markdown tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.attribution.structure.frames import Window
from keyguard.support.regex import expression

#: the largest number of columns
_MOST = 60
_LISTS = (b".csv", b".tsv", b".txt", b".psv")
_INSERT = expression(
    rb"(?i)\b(?:insert|replace)\s+(?:ignore\s+)?into\s+([\w.`\"\[\]]{1,120})\s*\(([^()]{1,2000})\)\s*"
    rb"(?:overriding \w+ value\s*)?values\s*"
)
_COPY = expression(rb"(?im)^copy\s+([\w.\"]{1,120})\s*\(([^()]{1,2000})\)\s*from\s+stdin\b[^\r\n]*$")
_UPDATE = expression(rb"(?i)\bupdate\s+[\w.`\"\[\]]{1,120}\s+set\s+[^;]{0,400}$")
_WHERE = expression(
    rb"(?i)^[^;]{0,400}?\bwhere\s+([\w.`\"\[\]]{1,60})\s*=\s*'([^'\0]{1,60})'\s*(?:;|\Z|\r|\n(?!\s*(?:and|or)\b))"
)
_CELL = expression(rb"\s*(?:'((?:[^'\\]|''|\\.)*)'|([^,()']*(?:\([^()]*\))?[^,()']*))\s*(,|\)|\Z)", re.DOTALL)
#: columns that say whose key it is
_LABELS = frozenset(
    b"provider vendor service gateway processor platform driver integration psp esp connector company name type kind "
    b"slug code system app application product source".split()
)


class Place(NamedTuple):
    """The column of a key, and the cells of its row that may name a vendor: (name of the column, value)."""

    column: bytes
    labels: tuple[tuple[bytes, bytes], ...]


def place_in_table(window: Window) -> Place | None:
    """Return where in a table of SQL or Markdown a key is; None if it is in none."""
    text, at = window.text, window.at
    return _in_insert(text, at) or _in_copy(text, at) or _in_update(text, at) or _in_markdown(window)


def _placed(columns: list[bytes], cells: list[bytes]) -> Place | None:
    """Return the place of the cell with the key; None if there is another number of columns."""
    holding = [number for number, cell in enumerate(cells) if b"\0" in cell]
    if len(holding) != 1 or len(columns) != len(cells) or len(cells) > _MOST:
        return None
    if cells[holding[0]].strip(b" \t\"'`") not in (b"\0", b"Bearer \0"):
        return None
    plain = [one.strip(b" \t\r\n\"'`[]*") for one in columns]
    labels = tuple(
        (name, cell.strip(b" \t\"'`*"))
        for number, (name, cell) in enumerate(zip(plain, cells, strict=True))
        if number != holding[0] and name.lower().rpartition(b".")[2].rpartition(b"_")[2] in _LABELS
    )
    return Place(plain[holding[0]], labels)


def _in_insert(text: bytes, at: int) -> Place | None:
    statements = [*_INSERT.finditer(text, 0, at)]
    if not statements or b";" in _unquoted(text[statements[-1].end() : at]):
        return None
    for cells, start, end in _rows(text, statements[-1].end()):
        if start <= at < end:
            return _placed(statements[-1][2].split(b","), cells)
        if start > at:
            break
    return None


def _rows(text: bytes, at: int) -> Iterator[tuple[list[bytes], int, int]]:
    """Yield the rows of values, each with the span of its text."""
    opening = re.compile(rb"[\s,]*\(")
    while found := opening.match(text, at):
        start = at = found.end()
        cells: list[bytes] = []
        while cell := _CELL.match(text, at):
            cells.append(cell[1] if cell[1] is not None else cell[2])
            at = cell.end()
            if cell[3] != b"," or len(cells) > _MOST:
                break
        yield cells, start, at
        if at == start:
            return


def _unquoted(text: bytes) -> bytes:
    return re.sub(rb"'(?:[^'\\]|\\.)*'", b"", text)


def _in_copy(text: bytes, at: int) -> Place | None:
    statements = [*_COPY.finditer(text, 0, at)]
    if not statements or b"\n\\." in text[statements[-1].end() : at]:
        return None
    return _placed(statements[-1][2].split(b","), _line_of(text, at).split(b"\t"))


def _in_update(text: bytes, at: int) -> Place | None:
    low = max(0, at - 400)
    statement = _UPDATE.search(text, low, at)
    if statement is None or b";" in text[statement.start() : at]:
        return None
    where = _WHERE.match(text[at + 1 : at + 800].lstrip(b"'\""))
    if where is None:
        return None
    own = re.search(rb"([\w`\"]{1,60})\s*=\s*'$", text[low:at])
    name = where[1].strip(b'`"[]')
    if own is None or name.lower().rpartition(b"_")[2] not in _LABELS:
        return None
    return Place(own[1].strip(b'`"'), ((name, where[2]),))


def place_in_list(window: Window, head: bytes) -> Place | None:
    """Return the place in a file of separated values, whose first line (of ``head``) has the names of the columns."""
    if not window.path.lower().endswith(_LISTS):
        return None
    names = head.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].rstrip(b"\r")[:4000]
    separator = max((b",", b";", b"\t", b"|"), key=names.count)
    line = _line_of(window.text, window.at)
    if names.count(separator) == 0 or b"\0" in names or len(line) > 4000:
        return None
    if not re.fullmatch(rb"[\w .\"'/()#-]+(?:" + re.escape(separator) + rb"[\w .\"'/()#-]*)+", names):
        return None
    return _placed(_cells(names, separator), _cells(line, separator))


def _cells(line: bytes, separator: bytes) -> list[bytes]:
    """Return the cells of a line; a quoted one may contain the separator."""
    mark = re.escape(separator)
    return [
        one[0] or one[1]
        for one in re.findall(rb"(?:^|" + mark + rb")(?:\"((?:[^\"]|\"\")*)\"|([^" + mark + rb"]*))", line)
    ]


def _in_markdown(window: Window) -> Place | None:
    """Return the place in a table with ``|`` between its columns."""
    line = _line_of(window.text, window.at).strip()
    if not line.startswith(b"|") or not line.endswith(b"|"):
        return None
    above = window.text[: window.at - len(window.line)].splitlines()[::-1]
    for number, one in enumerate(above):
        if not one.strip().startswith(b"|"):
            return None
        if re.fullmatch(rb"[ \t]*\|(?:[ \t]*:?-{1,80}:?[ \t]*\|){1,60}[ \t]*", one) and number + 1 < len(above):
            return _placed(above[number + 1].strip().strip(b"|").split(b"|"), line.strip(b"|").split(b"|"))
    return None


def _line_of(text: bytes, at: int) -> bytes:
    end = text.find(b"\n", at)
    return text[text.rfind(b"\n", 0, at) + 1 : end if end >= 0 else len(text)]
