"""Find what a key stands in: brackets, indented blocks, sections and headings, innermost first.

Derived from the text alone, for any language, within a window around the key. What is unclear is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

#: bytes of the window on either side of a key
BEFORE, AFTER = 4096, 2048
#: the number of frames that are returned
_MOST = 12
_TOKEN = expression(
    rb"\"(?:[^\"\\\r\n]|\\.){0,999}\"|'(?:[^'\\\r\n]|\\.){0,999}'|`[^`\r\n]{0,999}`|/\*.{0,2000}?\*/|(?<![:\w])//[^\r\n]*|[()\[\]{}]",
    re.DOTALL,
)
_OPEN, _PAIRS = b"([{", {b")": b"(", b"]": b"[", b"}": b"{"}
_LINE = expression(rb"[^\n]*(?:\n|\Z)")
_SECTION = expression(rb"[ \t]*\[{1,2}[^\[\]\r\n]{1,100}\]{1,2}[ \t]*(?:[#;].*)?$")
_HEADING = expression(rb"[ \t]*(#{1,6})[ \t]+\S|[ \t]*(=+)[ \t]+\S")
_UNDERLINE = expression(rb"[ \t]*(?:={3,}|-{3,}|~{3,})[ \t]*$")
_ITEM = expression(rb"([ \t]*)-[ \t]+")
#: a line that opens an indented block
_OPENS = expression(
    rb"(?:[:=]|=>|->|\bdo(?:[ \t]*\|[^|]*\|)?|\bthen)[ \t]*(?:#.*)?$"
    rb"|^[ \t]*(?:(?:pub|public|private|abstract|final|static|export|data|sealed)[ \t]+){0,3}"
    rb"(?:class|module|def|object|struct|enum|trait|interface)\b[^{}]*$|^[ \t]*config[ \t]+:[^{}]*,[ \t]*$"
)
#: files whose ``#`` lines are headings
_PROSE = (b".md", b".mdx", b".markdown", b".rst", b".adoc", b".txt")
_INNER = expression(rb"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
#: the beginning of a statement or field, within the text before a bracket
_BORDER = expression(rb"[\r\n;,]")


class Frame(NamedTuple):
    """What a key stands in."""

    kind: bytes
    """The bracket that opens it; ``:`` for an indented block, ``-`` for an item of a list, ``#`` for a section."""
    head: bytes
    """The text that opens it, without what it contains: a label, a call, a definition."""
    lead: bytes
    """For brackets among arguments: the arguments before them."""
    opener: int
    start: int
    end: int
    """The offsets of the head, and of the content, in the window."""


class Window(NamedTuple):
    r"""The text around a key, which is ``\0``."""

    text: bytes
    at: int
    path: bytes
    low: int
    """The offset of the window in the page."""

    def offset(self, data: bytes, at: int, name: bytes) -> int:
        """Return the offset in the page of a name at an offset in the window, whose line ends are all alike."""
        found = self.low - 1
        for _ in range(self.text.count(name, 0, at) + 1):
            found = data.find(name, found + 1)
        return found

    @property
    def line(self) -> bytes:
        """Return the line of the key up to it."""
        return self.text[_line_start(self.text, self.at) : self.at]


def window_of(data: bytes, start: int, end: int, path: bytes) -> Window:
    """Return the window around the span of a key; it begins with a whole line if it can."""
    low = max(0, start - BEFORE)
    if low:
        found = data.find(b"\n", low, start)
        low = found + 1 if found >= 0 else low
    before = _with_line_feeds(data[low:start])
    return Window(before + b"\0" + _with_line_feeds(data[end : end + AFTER]), len(before), path, low)


def _with_line_feeds(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def frames_of(window: Window) -> list[Frame]:
    """Return what the key stands in, innermost first."""
    stack, ends = _brackets(window.text, window.at)
    found = [_bracket(window.text, stack, number, ends[number]) for number in range(len(stack))]
    opened = {_line_start(window.text, offset) for offset in stack}
    found += [one for one in _blocks(window, not stack) if _line_start(window.text, one.opener) not in opened]
    found.sort(key=lambda one: -one.opener)
    return found[:_MOST]


def _brackets(text: bytes, at: int) -> tuple[list[int], list[int]]:
    """Return the offsets of the brackets that are open at an offset, outermost first, and where each is closed."""
    stack: list[int] = []
    opened: list[int] | None = None
    ends: list[int] = []
    left = 0
    for one in _TOKEN.finditer(text):
        if opened is None and one.end() > at:
            opened, ends, left = [*stack], [len(text)] * len(stack), len(stack)
            if one.start() <= at:
                continue  # the string that holds the key
        _nest(text, stack, one)
        if opened is None:
            continue
        for number in range(len(stack), left):
            ends[number] = one.start()
        left = min(left, len(stack))
        if not left:
            break
    return (opened, ends) if opened is not None else (stack, [len(text)] * len(stack))


def _nest(text: bytes, stack: list[int], token: re.Match[bytes]) -> None:
    char = token.group()
    if char in _PAIRS:
        if stack and text[stack[-1] : stack[-1] + 1] == _PAIRS[char]:
            stack.pop()
    elif len(char) == 1 and char in _OPEN:
        stack.append(token.start())


def _bracket(text: bytes, stack: list[int], number: int, end: int) -> Frame:
    at = stack[number]
    outer = stack[number - 1] + 1 if number else 0
    low = max(outer, at - 600)
    # a bracket on a line of its own belongs to the line above
    whole = _flat(text[low:at]).rstrip()
    borders = [one.end() for one in _BORDER.finditer(whole)]
    head = whole[borders[-1] if borders else 0 :]
    lead = whole[: len(whole) - len(head)] if number and text[outer - 1 : outer] == b"(" else b""
    return Frame(text[at : at + 1], head.strip(), lead.strip(), at, at + 1, end)


def _flat(text: bytes) -> bytes:
    """Return the text with closed brackets emptied."""
    for _ in range(6):
        text, count = _INNER.subn(b"", text)
        if not count:
            break
    return text


# --- indentation, sections, headings --------------------------------------------------------------------------------


def _blocks(window: Window, bare: bool) -> Iterator[Frame]:
    """Yield the indented blocks around a key; sections and headings only if it stands in no bracket (``bare``)."""
    text, at = window.text, window.at
    start = _line_start(text, at)
    own = text[start : at + 1]
    indent, listed = _indent(own), False
    if item := _ITEM.match(own):
        yield Frame(b"-", b"", b"", start, start, _block_end(text, at, _indent(own), item=True))
        listed = True
    for offset, line in _lines_up(text, start):
        if not line.strip():
            continue
        if bare and _SECTION.match(line):
            yield Frame(b"#", line.strip(b" \t[]"), b"", offset, offset + len(line), _section_end(text, at))
            return
        depth = _indent(line)
        item = _ITEM.match(line)
        inner = item.end() if item else depth
        if inner < indent and _OPENS.search(line):
            yield _block(text, line[inner:], offset, len(line), _block_end(text, at, inner))
        elif listed and not item and depth == indent and _OPENS.search(line):
            yield _block(text, line, offset, len(line), _block_end(text, at, depth, item=True))
            listed = False
        if item and inner <= indent and depth < indent:
            yield Frame(b"-", b"", b"", offset, offset, _block_end(text, at, depth))
            listed, indent = True, depth
        elif depth < indent:
            listed, indent = False, depth


def _block(text: bytes, head: bytes, offset: int, length: int, end: int) -> Frame:
    return Frame(b":", head.strip(), b"", offset, offset + length, end)


def headings_of(window: Window) -> list[Frame]:
    """Return the headings above a key in a file of prose, innermost first, as frames."""
    return [*_headings(window)]


def _headings(window: Window) -> Iterator[Frame]:
    if not window.path.lower().endswith(_PROSE):
        return
    below, level = b"", 7
    for offset, line in _lines_up(window.text, _line_start(window.text, window.at)):
        if heading := _heading(line, below, level):
            level, title = heading
            yield Frame(b"#", title, b"", offset, offset + len(line), len(window.text))
        below = line


def _lines_up(text: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    while start > 0:
        end = start - 1
        start = _line_start(text, end)
        yield start, text[start:end]


def _block_end(text: bytes, at: int, indent: int, *, item: bool = False) -> int:
    """Return the offset where a block of that indentation ends, after the key; of a list under a key of the same."""
    for found in _LINE.finditer(text, _line_end(text, at)):
        line = found.group().rstrip()
        if line and _indent(line) <= indent and not (item and _indent(line) == indent and _ITEM.match(line)):
            return found.start()
        if found.end() == len(text):
            break
    return len(text)


def _section_end(text: bytes, at: int) -> int:
    for found in _LINE.finditer(text, _line_end(text, at)):
        if _SECTION.match(found.group().rstrip()):
            return found.start()
        if found.end() == len(text):
            break
    return len(text)


def _heading(line: bytes, below: bytes, level: int) -> tuple[int, bytes] | None:
    """Return level and title of a heading above the last one that was found; None if the line is none."""
    if found := _HEADING.match(line):
        depth = len(found[1] or found[2])
        return (depth, line.strip(b" \t#=")) if depth < level else None
    if _UNDERLINE.match(below) and not line.lstrip().startswith((b"|", b"-", b"*")):
        depth = 1 if below.strip().startswith(b"=") else 2
        return (depth, line.strip()) if depth < level else None
    return None


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))


def _line_start(text: bytes, at: int) -> int:
    return text.rfind(b"\n", 0, at) + 1


def _line_end(text: bytes, at: int) -> int:
    found = text.find(b"\n", at)
    return found + 1 if found >= 0 else len(text)
