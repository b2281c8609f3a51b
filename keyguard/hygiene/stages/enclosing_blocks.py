"""The blocks around an offset of a text, the innermost first: sections, and blocks by indentation, directives and tags.

They are found in the text alone, for many languages at once. Text that does not fit ends the search without an error,
and nothing looks further back than ``BACK`` bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from keyguard.support.regex import expression

#: bytes looked at before an offset, and after it for the end of the block
BACK, AHEAD = 32 << 10, 8 << 10
_LINES = 2000
#: bytes of the line that opens a block
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


class Block(NamedTuple):
    """A block around an offset: its span, and the text that opens it."""

    start: int
    end: int
    opener: str
    otherwise: bool = False
    """Whether it is the other branch of ``opener``."""


def yaml_document(content: bytes, offset: int) -> tuple[int, int]:
    """Return the span of the YAML document, between lines of ``---``, that contains an offset."""
    parts = _parts(content)
    return parts[bisect_right(parts, offset, key=lambda one: one[1])] if offset < len(content) else parts[-1]


def yaml_documents(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans of all YAML documents in a text."""
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


def sections(content: bytes, offset: int) -> Iterator[Block]:
    """Yield the section ``[name]`` of an INI or TOML file that contains an offset."""
    at = offset
    while (at := _line_start(content, at)) > max(0, offset - BACK):
        found = _SECTION.match(content, at)
        if found and found.end() <= offset:
            break
        at -= 1
    found = _SECTION.match(content, at)
    if found and found.end() <= offset:
        end = content.find(b"\n[", offset, offset + AHEAD)
        yield Block(at, end if end >= 0 else min(len(content), offset + AHEAD), _text(found[1]))


def build_stages(content: bytes, offset: int) -> Iterator[Block]:
    """Yield the build stage of a Dockerfile that contains an offset."""
    last = None
    for found in _FROM.finditer(content, max(0, offset - BACK), min(len(content), offset + AHEAD)):
        if found.start() > offset:
            break
        last = found
    if last:
        name = re.search(rb"(?i)[ \t]as[ \t]+([\w.-]{1,60})", last[0])
        yield Block(last.start(), offset, _text(name[1]) if name else "")


def directive_branches(content: bytes, offset: int) -> Iterator[Block]:
    """Yield the branches of ``#if`` directives that contain an offset."""
    opened: list[Block] = []
    for found in _PREPROCESSOR.finditer(content, max(0, offset - BACK), offset):
        word, text = found[1], _text(found[2])
        if word == b"endif":
            opened = opened[:-1]
        elif word in (b"if", b"ifdef", b"ifndef"):
            negation = "!" if word == b"ifndef" else ""
            opened.append(Block(found.start(), offset, f"#if {negation}{text.strip()}"))
        elif opened and word == b"else":
            opened[-1] = opened[-1]._replace(otherwise=True)
        elif opened:
            opened[-1] = Block(found.start(), offset, "")
    yield from reversed(opened)


# --- by indentation -----------------------------------------------------------------------------------------------


class _Line(NamedTuple):
    start: int
    end: int
    indent: int
    text: bytes


def indented_blocks(content: bytes, offset: int) -> Iterator[Block]:
    """Yield the lines that an offset is indented below, each less indented than all lines between."""
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


def _opened(line: _Line, above: Iterator[_Line], end: int) -> Iterator[Block]:
    """Yield the block that a line opens; for a branch, together with the line of its ``if`` or ``case``."""
    if _ELSE.match(line.text):
        first = next((one for one in above if one.indent == line.indent and _opens_if(one)), None)
        if first and not _ELIF.match(first.text):
            yield Block(first.start, end, _text(first.text), otherwise=True)
    elif _BRANCH.match(line.text):
        first = next((one for one in above if one.indent <= line.indent and _SWITCH.match(one.text)), None)
        yield Block(line.start, end, _text((first.text.strip() if first else b"") + b" " + line.text.strip()))
    else:
        yield Block(line.start, end, _text(line.text))


def _opens_if(line: _Line) -> bool:
    return bool(_IF.match(line.text) or _ELIF.match(line.text))


def _lines_above(content: bytes, offset: int) -> Iterator[_Line]:
    """Yield the line of an offset and the lines above it, upwards, without empty lines and comments."""
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
    """Return the offset of the next line that is not indented deeper."""
    high = min(len(content), offset + AHEAD)
    at = content.find(b"\n", offset, high)
    while at >= 0:
        text = content[at + 1 : min(at + 1 + _HEADER, high)].split(b"\n", 1)[0]
        if text.strip() and _indent(text) <= indent:
            return at
        at = content.find(b"\n", at + 1, high)
    return high


def _indent(text: bytes) -> int:
    """Return twice the width of the leading space; a list item counts as deeper than the text above its dash."""
    plain = text.lstrip(b" \t")
    return 2 * (len(text) - len(plain)) + plain.startswith(b"- ")


# --- by tags ------------------------------------------------------------------------------------------------------

_TAG = expression(rb"<(/?)([A-Za-z][\w:.-]{0,60})((?:\s[^<>]{0,300})?)>")


def elements(content: bytes, offset: int) -> Iterator[Block]:
    """Yield the XML elements around an offset: each with its attributes, and with its ``<id>`` if it has one."""
    opened: list[tuple[bytes, Block, int]] = []
    for found in _TAG.finditer(content, max(0, offset - BACK), offset):
        closes, name, attributes = found.groups()
        if not closes and not attributes.endswith(b"/"):
            opened.append((name, Block(found.start(), offset, _text(name + attributes)), found.end()))
            del opened[:-100]
        elif closes and opened and opened[-1][0] == name:
            _, _, start = opened.pop()
            if name == b"id" and opened:
                outer, block, begin = opened.pop()
                text = _text(content[start : found.start()].strip()[:60])
                opened.append((outer, block._replace(opener=f'{block.opener} id="{text}"'), begin))
    yield from (block for _, block, _ in reversed(opened))


def _line_start(content: bytes, at: int) -> int:
    return content.rfind(b"\n", max(0, at - BACK), max(0, at)) + 1


def _text(data: bytes) -> str:
    return data[:_HEADER].decode("utf-8", "replace")
