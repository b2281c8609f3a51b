"""Determine the context of a key: the name before it, its statement, and the block around that.

Lines of an .env file are statements of their own; a call extends to its closing bracket, a shell command over each
backslash at a line's end. Derived from the text alone, for any language: what is unclear is left out of the statement.
"""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import NamedTuple

from keyguard.attribution.evidence.fallbacks import joined
from keyguard.support.regex import expression

#: bytes examined on either side, and bytes of a line that may name a key
REACH = 600
_LINE = 240
_BLANK = expression(rb"\r?\n[ \t]*\r?\n|\r[ \t]*\r")
_BREAKS = expression(rb"\r\n|\r|\n")
_IDENTIFIER = expression(rb"[A-Za-z_$][\w$.-]{2,}")
#: the end of a statement within a line; the look-behinds exclude entities, which end with ``;`` too
_ENDS = expression(rb";(?<!&quot;)(?<!&apos;)(?<!&amp;)(?<!&#34;)(?<!&#39;)(?<!&lt;)(?<!&gt;)|&&|\|\|")
_CONTINUED = (b"\\", b" ^", b" `", b").")
_CHAINED = (b".", b"->", b"?.")
_HEADER = expression(rb"[\s>#*<]*(?:authorization|x-api-key|api-key)\s*:", re.IGNORECASE)
#: a value whose name is on the line before: ``- name: X``, ``value: …``
_VALUE = expression(rb"[\s{-]*[\"']?(?:value|default|content)[\"']?\s*[:=]\s*[\"']?", re.IGNORECASE)
_NAME = expression(rb"[\s{-]*[\"']?(?:name|key|variable)[\"']?\s*[:=]", re.IGNORECASE)
#: a line that starts a block
_PARENT = expression(rb"\s*\[[^\]\r\n]+\]\s*|.*[:{(\[]\s*", re.DOTALL)
_SECTION = expression(rb"\s*\[[^\]\r\n]+\]\s*")
#: after these, ``{`` starts a value; elsewhere code
_LITERAL = expression(rb"(?:[(,:=\[?&|+]\s*|\breturn\s+|\w)$")
#: the rules that a marker lists are its author's wish, and no evidence about the key
_MARKER = expression(rb"(keyguard: ?allow)\[[^\]\r\n]{0,200}\]")
_PAIRS = {b")": b"(", b"]": b"[", b"}": b"{"}
_BRACKET = expression(rb"[()\[\]{};]")


class Context(NamedTuple):
    """The text around a key, narrow to wide."""

    before: bytes
    """The text that may name the key: its line up to it, or the line above if its own has no name."""
    after: bytes
    """The rest of its line."""
    parents: tuple[bytes, ...]
    """The enclosing lines, by indentation, nearest first."""
    statement: bytes
    block: bytes
    """Up to the next blank line on either side."""


def context_of(before: bytes, after: bytes) -> Context:
    """Return the context of a key, from at most ``REACH`` bytes on either side of it."""
    before, after = joined(unmarked(_BLANK.split(before)[-1])), unmarked(_BLANK.split(after)[0])
    above, below = _BREAKS.split(before), _BREAKS.split(after)
    line = above.pop()
    return Context(
        before=_naming(above, _ENDS.split(line)[-1])[-_LINE:],
        after=below[0][:_LINE],
        parents=_parents(above, line),
        statement=_statement(before, after, above, line, below),
        block=before + b"\0" + after,
    )


def unmarked(text: bytes) -> bytes:
    """Return a text without the rules that suppression markers in it list."""
    return _MARKER.sub(rb"\1", text) if b"keyguard:" in text else text


def _naming(above: list[bytes], line: bytes) -> bytes:
    written = (one for one in reversed(above) if one.strip())
    last = next(written, None)
    if last is None:
        return line
    if last.rstrip().endswith(b":") and (choice := next(written, b"").rstrip()).endswith(b"?"):
        last = choice + b" " + last  # the other case of a conditional expression over several lines
    if _VALUE.fullmatch(line):
        return last + b" " + line if _NAME.match(last) else line
    return line if _IDENTIFIER.search(line) else last + b" " + line


def _parents(above: list[bytes], line: bytes) -> tuple[bytes, ...]:
    """Return the lines less indented than everything between them and the key; sections whatever their indentation."""
    found: list[bytes] = []
    indent = _indent(line)
    for one in reversed(above):
        if _SECTION.fullmatch(one):
            return (*found, one)
        if one.strip() and _indent(one) < indent:
            indent = _indent(one)
            if _PARENT.fullmatch(one):
                found.append(one)
    return tuple(found)


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))


# --- the statement ------------------------------------------------------------------------------------------------


def _statement(before: bytes, after: bytes, above: list[bytes], line: bytes, below: list[bytes]) -> bytes:
    """Return a block of headers, or the line with its continuation lines and those of its open brackets.

    A header in brackets belongs to the call with these brackets, and to no other one near it.
    """
    opened = _opened(before)
    if _HEADER.match(line) and not opened:
        return before + b"\0" + after
    if opened:
        taken = len(_BREAKS.findall(before, opened[-1]))
        start = max(before.rfind(b"\n", 0, opened[-1]), before.rfind(b"\r", 0, opened[-1])) + 1
        first, last = _ENDS.split(before[start : opened[-1]])[-1], after[: _closed(after, len(opened))]
        first += before[opened[-1] :]
        above, below = above[: len(above) - taken], _BREAKS.split(after[len(last) :])
        below[0] = last + _ENDS.split(below[0])[0]
    else:
        first, below = _ENDS.split(line)[-1], [_ENDS.split(below[0])[0], *below[1:]]
    return b"\n".join([*_leading(above, first), first + b"\0" + below[0], *_following(below)])


def _leading(above: list[bytes], first: bytes) -> list[bytes]:
    """Return the lines that continue into the first one."""
    count = 0
    while count < len(above) and _goes_on(above[-1 - count], above[-count] if count else first):
        count += 1
    return above[len(above) - count :]


def _following(below: list[bytes]) -> list[bytes]:
    """Return the continuation lines of the first of these."""
    return [one for _, one in takewhile(lambda two: _goes_on(*two), pairwise(below))]


def _goes_on(line: bytes, following: bytes) -> bool:
    return line.rstrip().endswith(_CONTINUED) or following.lstrip().startswith(_CHAINED)


def _opened(before: bytes) -> list[int]:
    """Return the offsets of the round brackets open at the end, innermost first, up to the nearest enclosing code."""
    closed: list[bytes] = []
    found: list[int] = []
    for one in reversed(list(_BRACKET.finditer(before))):
        char = one.group()
        if char == b";":
            if not closed and _ENDS.match(before, one.start()):
                break
        elif char in _PAIRS:
            closed.append(_PAIRS[char])
        elif closed:
            if closed.pop() != char:
                break
        elif char == b"(":
            found.append(one.start())
        elif char == b"{" and not _LITERAL.search(before, 0, one.start()):
            break
    return found


def _closed(after: bytes, count: int) -> int:
    """Return the offset where the outermost of ``count`` open round brackets is closed, or the end."""
    for one in re.finditer(rb"[()]", after):
        count += 1 if one.group() == b"(" else -1
        if not count:
            return one.end()
    return len(after)
