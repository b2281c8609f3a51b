"""What the languages have in common: edits to a text, and the answer whether there could be any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")


class Replaced(msgspec.Struct, frozen=True):
    """The text as it should be."""

    content: bytes


class Refused(msgspec.Struct, frozen=True):
    """Why it stays as it is, in words that follow ``left as it is:``."""

    reason: str


class Refusal(Exception):
    """The same, within the modules of languages."""


class Edit(NamedTuple):
    """A stretch of a text, in bytes, half open, and what comes in its place."""

    start: int
    end: int
    text: bytes


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The text with all edits made; they do not overlap."""
    pieces: list[bytes] = []
    at = 0
    for edit in sorted(edits):
        pieces += (content[at : edit.start], edit.text)
        at = edit.end
    return b"".join((*pieces, content[at:]))


def spaced(content: bytes, edit: Edit) -> Edit:
    """The edit with a space where a word would else run into the next one, as in ``return"text"``."""
    before, after = content[edit.start - 1 : edit.start], content[edit.end : edit.end + 1]
    left = b" " if before and before[0] in _WORD and edit.text[:1] and edit.text[0] in _WORD else b""
    right = b" " if after and after[0] in _WORD and edit.text[-1:] not in (b"", b" ") else b""
    return edit._replace(text=left + edit.text + right)


def newline_of(content: bytes) -> bytes:
    """How the lines of a text end."""
    first = content.find(b"\n")
    return b"\r\n" if first > 0 and content[first - 1 : first] == b"\r" else b"\n"
