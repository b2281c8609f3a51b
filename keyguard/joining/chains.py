"""Find where the expression begins that a sign of a joined text lies in."""

from __future__ import annotations

from keyguard.joining import literals
from keyguard.support.regex import expression

#: bytes before a literal in which the operator before it, and the end of another literal are looked for
_BEFORE = 200
#: literals of one expression before the one with the sign
_MOST = 8
#: an operator between two literals at the end of a text, and the quote before it
_JOINT = expression(rb"[\"'`](?=[\s+.&<>|~^\\_]*\Z)")
_PREFIX = expression(rb"(?<![A-Za-z0-9_$@])[A-Za-z$@]{1,2}\Z")
#: a line of a list that consists of a literal
_ITEM = expression(rb"[ \t]*[A-Za-z$@]{0,2}[\"'`][^\"'`\r\n]*[\"'`],?[ \t]*\r?\n?\Z")
#: lines of a list before the one with the sign, and their bytes
_MOST_LINES, _MOST_BYTES = 100, 8192


def first_literal(data: bytes, quote_at: int, least: int) -> int:
    """Return the offset of the first of the literals that are joined with the one whose quote is at ``quote_at``.

    ``least`` is where an expression before it ends. A prefix of the literal counts to it.
    """
    begin = with_prefix(data, quote_at, least)
    for _ in range(_MOST):
        low = max(least, begin - _BEFORE)
        between = data[low:begin].rstrip(b" \t\r\n+.&<>|~^\\_")
        if not between or between[-1] not in b"\"'`" or len(between) + low <= least:
            return begin
        quote = literals.ending_at(data, low + len(between) - 1, least)
        if quote < 0:
            return begin
        begin = with_prefix(data, quote, least)
    return begin


def with_prefix(data: bytes, quote_at: int, least: int) -> int:
    """Return the offset of the literal whose quote is at ``quote_at``, its prefix included."""
    found = _PREFIX.search(data, max(least, quote_at - 3), quote_at)
    return found.start() if found else quote_at


def first_line(data: bytes, at: int) -> int:
    """Return the start of the line of an offset, or of the first line of the list of literals that it belongs to."""
    low = max(0, at - _MOST_BYTES)
    start = data.rfind(b"\n", low, at) + 1
    for _ in range(_MOST_LINES):
        if start <= low:
            break
        before = data.rfind(b"\n", low, start - 1) + 1
        start = before
        if not _ITEM.fullmatch(data, before, data.find(b"\n", before) + 1):
            break
    return max(start, low)
