"""What encloses a place in a text: sections, blocks by indentation, by brackets and by tags, the nearest first.

Told from the text alone and for many languages at once. What does not fit ends the search: nothing here fails, and
nothing looks further than ``BACK`` bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from keyguard.support.regex import expression

#: bytes looked at before a place, and after it for the end of what encloses it
BACK, AHEAD = 32 << 10, 8 << 10
_LINES = 2000
#: bytes of what opens a block
_HEADER = 300
_SECTION = expression(rb"[ \t]*\[{1,2}([^\]\r\n]{1,200})\]{1,2}[ \t]*(?:[#;][^\r\n]*)?\r?(?=\n|\Z)")
_FROM = expression(rb"(?mi)^FROM[ \t][^\r\n]{1,300}$")
_DOCUMENT = expression(rb"(?m)^(?:#|!)?---[ \t]*(?:#[^\r\n]*)?\r?$")
_ELSE = expression(rb"[ \t]*(?:\}[ \t]*)?else\b(?![ \t]*if\b)")
_IF = expression(rb"[ \t]*(?:if|unless)\b")
_ELIF = expression(rb"[ \t]*(?:elif|elsif|else[ \t]*if)\b")
_BRANCH = expression(rb"[ \t]*(?:when|case)\b|[ \t]*[\w\"'|* -]{1,60}\)[ \t]*\r?\Z")
_SWITCH = expression(rb"[ \t]*(?:case|match|switch|with)\b")
_PREPROCESSOR = expression(
    rb"(?m)^[ \t]*(?://[ \t]*)?#[ \t]*(ifdef|ifndef|if|elif|elseif|else|endif)\b([^\r\n]{0,200})"
)


class Frame(NamedTuple):
    """Something that encloses a place: what opens it, and where it begins and ends."""

    start: int
    end: int
    opener: str
    otherwise: bool = False
    """It is the other branch of what opens it."""


def document(content: bytes, offset: int) -> tuple[int, int]:
    """The part between lines of ``---``, or the whole."""
    parts = _parts(content)
    return parts[bisect_right(parts, offset, key=lambda one: one[1])] if offset < len(content) else parts[-1]


def documents(content: bytes) -> Iterator[tuple[int, int]]:
    """All of those parts."""
    yield from _parts(content)


@lru_cache(maxsize=4)
def _parts(content: bytes) -> list[tuple[int, int]]:
    return [*_between(content)]


def _between(content: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _DOCUMENT.finditer(content):
        yield start, found.start()
        start = found.end()
    yield start, len(content)


def sections(content: bytes, offset: int) -> Iterator[Frame]:
    """The section ``[name]`` that a place is in, as in INI and TOML."""
    at = offset
    while (at := _line_start(content, at)) > max(0, offset - BACK):
        found = _SECTION.match(content, at)
        if found and found.end() <= offset:
            break
        at -= 1
    found = _SECTION.match(content, at)
    if found and found.end() <= offset:
        end = content.find(b"\n[", offset, offset + AHEAD)
        yield Frame(at, end if end >= 0 else min(len(content), offset + AHEAD), _text(found[1]))


def builds(content: bytes, offset: int) -> Iterator[Frame]:
    """The stage of a Dockerfile that a place is in."""
    last = None
    for found in _FROM.finditer(content, max(0, offset - BACK), min(len(content), offset + AHEAD)):
        if found.start() > offset:
            break
        last = found
    if last:
        name = re.search(rb"(?i)[ \t]as[ \t]+([\w.-]{1,60})", last[0])
        yield Frame(last.start(), offset, _text(name[1]) if name else "")


def directives(content: bytes, offset: int) -> Iterator[Frame]:
    """The branches of ``#if`` that a place is in."""
    opened: list[Frame] = []
    for found in _PREPROCESSOR.finditer(content, max(0, offset - BACK), offset):
        word, text = found[1], _text(found[2])
        if word == b"endif":
            opened = opened[:-1]
        elif word in (b"if", b"ifdef", b"ifndef"):
            negation = "!" if word == b"ifndef" else ""
            opened.append(Frame(found.start(), offset, f"#if {negation}{text.strip()}"))
        elif opened and word == b"else":
            opened[-1] = opened[-1]._replace(otherwise=True)
        elif opened:
            opened[-1] = Frame(found.start(), offset, "")
    yield from reversed(opened)


# --- by indentation -----------------------------------------------------------------------------------------------


class _Line(NamedTuple):
    start: int
    end: int
    indent: int
    text: bytes


def indented(content: bytes, offset: int) -> Iterator[Frame]:
    """The lines that a place stands below: each one less indented than all that is between."""
    above = _lines_above(content, offset)
    own = next(above, None)
    indent = own.indent if own else 0
    kept: list[_Line] = []
    for line in above if indent else ():
        kept.append(line)
        if line.indent < indent:
            indent = line.indent
            yield from _opened(line, above, _block_end(content, offset, indent))
        if not indent:
            return


def _opened(line: _Line, above: Iterator[_Line], end: int) -> Iterator[Frame]:
    """The frame that a line opens; of a branch, together with the line that it is a branch of."""
    if _ELSE.match(line.text):
        first = next((one for one in above if one.indent == line.indent and _opens_if(one)), None)
        if first and not _ELIF.match(first.text):
            yield Frame(first.start, end, _text(first.text), otherwise=True)
    elif _BRANCH.match(line.text):
        first = next((one for one in above if one.indent <= line.indent and _SWITCH.match(one.text)), None)
        yield Frame(line.start, end, _text((first.text.strip() if first else b"") + b" " + line.text.strip()))
    else:
        yield Frame(line.start, end, _text(line.text))


def _opens_if(line: _Line) -> bool:
    return bool(_IF.match(line.text) or _ELIF.match(line.text))


def _lines_above(content: bytes, offset: int) -> Iterator[_Line]:
    """The line of a place and those above that are not empty, upwards."""
    low, end = max(0, offset - BACK), offset
    for _ in range(_LINES):
        start = max(content.rfind(b"\n", low, end) + 1, low)
        text = content[start : min(end, start + _HEADER)]
        if text.strip() and not text.lstrip().startswith((b"#!", b"# ", b"//")):
            yield _Line(start, end, _indent(text), text)
        if start <= low:
            return
        end = start - 1


def _block_end(content: bytes, offset: int, indent: int) -> int:
    """Where the next line begins that is not more indented."""
    high = min(len(content), offset + AHEAD)
    at = content.find(b"\n", offset, high)
    while at >= 0:
        text = content[at + 1 : min(at + 1 + _HEADER, high)].split(b"\n", 1)[0]
        if text.strip() and _indent(text) <= indent:
            return at
        at = content.find(b"\n", at + 1, high)
    return high


def _indent(text: bytes) -> int:
    """Twice the leading space; an item of a list is deeper than what stands above its dash."""
    plain = text.lstrip(b" \t")
    return 2 * (len(text) - len(plain)) + plain.startswith(b"- ")


# --- by tags ------------------------------------------------------------------------------------------------------

_TAG = expression(rb"<(/?)([A-Za-z][\w:.-]{0,60})((?:\s[^<>]{0,300})?)>")


def tagged(content: bytes, offset: int) -> Iterator[Frame]:
    """The elements that a place is in, each with its attributes, and with its ``<id>`` if it has one."""
    opened: list[tuple[bytes, Frame, int]] = []
    for found in _TAG.finditer(content, max(0, offset - BACK), offset):
        closes, name, attributes = found.groups()
        if not closes and not attributes.endswith(b"/"):
            opened.append((name, Frame(found.start(), offset, _text(name + attributes)), found.end()))
            del opened[:-100]
        elif closes and opened and opened[-1][0] == name:
            _, _, start = opened.pop()
            if name == b"id" and opened:
                outer, frame, begin = opened.pop()
                text = _text(content[start : found.start()].strip()[:60])
                opened.append((outer, frame._replace(opener=f'{frame.opener} id="{text}"'), begin))
    yield from (frame for _, frame, _ in reversed(opened))


def _line_start(content: bytes, at: int) -> int:
    return content.rfind(b"\n", max(0, at - BACK), max(0, at)) + 1


def _text(data: bytes) -> str:
    return data[:_HEADER].decode("utf-8", "replace")
