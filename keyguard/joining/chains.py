"""Find where the expression begins that a sign of a joined text lies in."""

from __future__ import annotations

from collections.abc import Iterable

from keyguard.joining import literals
from keyguard.support.regex import expression

#: bytes before a literal in which the operator before it, and the end of another literal are looked for
_BEFORE = 200
#: literals of one expression before the one with the sign
_MOST = 8
_PREFIX = expression(rb"(?<![A-Za-z0-9_$@])[A-Za-z$@]{1,2}\Z")
#: a line of a list that consists of a literal
_ITEM = expression(rb"[ \t]*[A-Za-z$@]{0,2}[\"'`][^\"'`\r\n]*[\"'`],?[ \t]*\r?\n?\Z")
_MOST_ITEMS = 400
#: bytes of one of them
_LONGEST = 4096
#: lines of a list before the one with the sign, and their bytes
_MOST_LINES, _MOST_BYTES = 100, 8192
#: characters between two literals that are joined, and of the prefixes of literals
_BETWEEN, _LETTERS = b" \t\r\n+.&<>|~^\\_", b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$@"
#: bytes on either side of a joint: as many as a key and its name take
_AROUND = 400


def first_literal(data: bytes, quote_at: int, least: int) -> int:
    """Return the offset of the first of the literals that are joined with the one whose quote is at ``quote_at``.

    ``least`` is where an expression before it ends. A prefix of the literal counts to it.
    """
    begin = with_prefix(data, quote_at, least)
    for _ in range(_MOST):
        low = max(least, begin - _BEFORE)
        between = data[low:begin].rstrip(_BETWEEN)
        if not between or between[-1] not in b"\"'`" or len(between) + low <= least:
            return begin
        quote = literals.ending_at(data, low + len(between) - 1, least)
        if quote < 0:
            return begin
        begin = with_prefix(data, quote, least)
    return begin


def roughly_joined(data: bytes, ends: Iterable[int]) -> bytes:
    """Return what stands on both sides of joints, without them: whether there is any anchor of a key in it tells
    whether the literals are worth to be read. ``ends`` are offsets right behind the first character of a literal.
    """
    parts: list[bytes] = []
    opened = 0
    for end in sorted(set(ends)):
        quote = end - 2
        low = max(opened, quote - _BEFORE)
        between = data[low:quote].rstrip(_BETWEEN)
        if between[-1:].isalpha() or between[-1:] in (b"$", b"@"):  # the prefix of the literal
            between = between.rstrip(_LETTERS).rstrip(_BETWEEN)
        closed = low + len(between) - 1
        if not opened or data.find(data[closed : closed + 1], opened + 1, quote) != closed:
            parts += [
                data[opened + 1 : opened + _AROUND] if opened else b"",
                b"\n",
                data[max(0, closed - _AROUND) : closed],
            ]
        else:
            parts.append(data[opened + 1 : closed])
        opened = quote
    return b"".join([*parts, data[opened + 1 : opened + _AROUND]])


def with_prefix(data: bytes, quote_at: int, least: int) -> int:
    """Return the offset of the literal whose quote is at ``quote_at``, its prefix included."""
    found = _PREFIX.search(data, max(least, quote_at - 3), quote_at)
    return found.start() if found else quote_at


def first_item(data: bytes, closing: int, least: int) -> int:
    """Return the offset of the bracket that opens the list of literals of which one ends at ``closing``, else -1."""
    at = closing
    for _ in range(_MOST_ITEMS):
        quote = literals.ending_at(data, at, max(least, at - _LONGEST))
        if quote < 0:
            return -1
        low = max(least, quote - _BEFORE)
        between = data[low : with_prefix(data, quote, least)].rstrip()
        if between[-1:] in (b"[", b"(", b"{"):
            return low + len(between) - 1
        between = between.removesuffix(b",").rstrip()
        if not between or between[-1] not in b"\"'`":
            return -1
        at = low + len(between) - 1
    return -1


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
