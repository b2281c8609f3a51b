"""Where the statement around a key begins and ends, as far as that can be told in any language from the text alone.

A key may stand within a text of several lines (triple quotes, backticks, a here-document, a block of YAML), between
brackets, or on a line that a backslash continues. Comments about it then stand on the first or the last of these lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from keyguard.support.regex import expression

#: bytes on either side of a key in which brackets and lines are looked for
REACH = 4096
_QUOTES = expression(rb"\"\"\"|'''|`|<<[-~]?[ \t]?[\"']?([A-Za-z_]\w{0,40})[\"']?")
_BRACKETS = expression(rb"[()\[\]{}]")
_PAIRS = {b")": b"(", b"]": b"[", b"}": b"{"}
#: what stands before a brace that begins a value; before others stands code
_VALUE = expression(rb"(?:[(,:=\[?&|+]|\breturn)[ \t]*$")
#: the end of a line below which a text in YAML begins
_SCALAR = expression(rb":[ \t]+[|>][+-]?[0-9]?[ \t]*(?:#[^\r\n]*)?$")
_CONTINUED = b"\\"


class Statements:
    """The statements of one text. What is between quotes is found once; the rest around each key."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._quoted: list[tuple[int, int]] | None = None

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Return where the first line of the statement around a key begins, and where its last line ends."""
        low, high = start, end
        for first, last in (self._within_quotes(start), self._within_brackets(start, end), self._below(start)):
            low, high = min(low, first), max(high, last)
        low = self._line_start(low)
        while low > 0 and self._data[low - 2 : low - 1] == _CONTINUED and start - low < REACH:
            low = self._line_start(low - 1)
        high = self._line_end(high)
        while self._data[high - 1 : high] == _CONTINUED and high - end < REACH and high < len(self._data):
            high = self._line_end(high + 1)
        return low, high

    def _within_quotes(self, at: int) -> tuple[int, int]:
        if self._quoted is None:
            self._quoted = [*_quoted(self._data)]
        found = bisect_right(self._quoted, (at, len(self._data))) - 1
        if found >= 0 and self._quoted[found][1] > at:
            begin, end = self._quoted[found]
            return (begin if at - begin < REACH else at), (end if end - at < REACH else at)
        return at, at

    def _within_brackets(self, start: int, end: int) -> tuple[int, int]:
        """Where the outermost bracket that is open at a key was opened, and where it is closed."""
        opened = self._opened(start)
        if not opened:
            return start, end
        depth = len(opened)
        for found in _BRACKETS.finditer(self._data, end, end + REACH):
            depth += -1 if found.group() in _PAIRS else 1
            if not depth:
                return opened[-1], found.end()
        return opened[-1], end

    def _opened(self, start: int) -> list[int]:
        """Offsets of the brackets that are open before an offset, the innermost first, up to the nearest code."""
        low = max(0, start - REACH)
        closed: list[bytes] = []
        opened: list[int] = []
        for found in reversed([*_BRACKETS.finditer(self._data, low, start)]):
            char = found.group()
            if char in _PAIRS:
                closed.append(_PAIRS[char])
            elif closed:
                if closed.pop() != char:
                    break
            elif char == b"{" and not _VALUE.search(self._data, max(low, found.start() - 40), found.start()):
                break
            else:
                opened.append(found.start())
        return opened

    def _below(self, at: int) -> tuple[int, int]:
        """The line of YAML below which a text of several lines stands, where a key is in one."""
        begin = self._line_start(at)
        indent = self._indent(begin)
        line = begin
        while line > 0 and at - line < REACH:
            line = self._line_start(line - 1)
            text = self._data[line : self._line_end(line)]
            if text.strip() and self._indent(line) < indent:
                return (line, at) if _SCALAR.search(text) else (at, at)
        return at, at

    def _indent(self, line: int) -> int:
        text = self._data[line : line + 200]
        return len(text) - len(text.lstrip(b" \t"))

    def _line_start(self, at: int) -> int:
        return max(self._data.rfind(b"\n", 0, at), self._data.rfind(b"\r", max(0, at - REACH), at)) + 1

    def _line_end(self, at: int) -> int:
        end = self._data.find(b"\n", at)
        end = len(self._data) if end < 0 else end
        return end - 1 if end > at and self._data[end - 1 : end] == b"\r" else end


def _quoted(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each text between quotes that may hold several lines, in order."""
    at = 0
    while found := _QUOTES.search(data, at):
        if found[1] is None:
            end = data.find(found.group(), found.end())
            close = end + len(found.group())
        else:
            end, close = _end_of_document(data, found.end(), found[1])
        if end < 0:
            at = found.end()
            continue
        yield found.start(), close
        at = close


def _end_of_document(data: bytes, start: int, word: bytes) -> tuple[int, int]:
    """Return where the last line of a here-document is: the first that holds its word and nothing else; or -1."""
    at = start
    while (at := data.find(word, at + 1)) >= 0:
        line = data.rfind(b"\n", 0, at) + 1
        behind = data[at + len(word) : at + len(word) + 1]
        if line > start and not data[line:at].strip() and not (behind.isalnum() or behind == b"_"):
            return at, at + len(word)
    return -1, -1
