"""Strings in compiled code, whose length stands before them: the next one may follow at once."""

from __future__ import annotations

import re

#: what stands before the length of a string: in compiled Python the kind of string, in Java the length's upper half
COUNTED = b"\x00zZ\xda\xfa"
#: and before one of four bytes, the lowest first, of which the upper two are zero
_LONG = b"stua\xf3\xf4\xf5\xe1"


def match_from(pattern: re.Pattern[bytes], data: bytes, start: int) -> re.Match[bytes] | None:
    """The match that begins there. Where a string's length stands before it, it ends with the string, since the next
    one may follow at once; and behind a letter that is no length it is a part of a word.
    """
    match, length = pattern.match(data, start), length_before(data, start)
    if not length:
        return match
    counted = pattern.match(data, start, start + length)
    if counted and counted.span("secret") == (start, start + length):
        return counted
    return None if data[start - 1 : start].isalnum() else match


def length_before(data: bytes, start: int) -> int:
    """The number that the bytes before a string of compiled code stand for; 0 if it can be none."""
    if start < 5:
        return 0
    if data[start - 2 : start] == b"\0\0" and data[start - 5] in _LONG:
        return int.from_bytes(data[start - 4 : start - 2], "little")
    return data[start - 1] if data[start - 2] in COUNTED else 0
