"""Edits to a text, and the result of a replacement, for all languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")


class Replaced(msgspec.Struct, frozen=True):
    """The new text."""

    content: bytes


class Refused(msgspec.Struct, frozen=True):
    """Why the text stays as it is, in words that follow ``left as it is:``."""

    reason: str


class Refusal(Exception):
    """The same, raised within the modules of languages."""


class Edit(NamedTuple):
    """A half-open span of a text, in bytes, and its replacement."""

    start: int
    end: int
    text: bytes


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the text with all edits made; they must not overlap."""
    pieces: list[bytes] = []
    at = 0
    for edit in sorted(edits):
        pieces += (content[at : edit.start], edit.text)
        at = edit.end
    return b"".join((*pieces, content[at:]))


def spaced(content: bytes, edit: Edit) -> Edit:
    """Return the edit with a space where two words would run together, as in ``return"text"``."""
    before, after = content[edit.start - 1 : edit.start], content[edit.end : edit.end + 1]
    left = b" " if before and before[0] in _WORD and edit.text[:1] and edit.text[0] in _WORD else b""
    right = b" " if after and after[0] in _WORD and edit.text[-1:] not in (b"", b" ") else b""
    return edit._replace(text=left + edit.text + right)


def newline_of(content: bytes) -> bytes:
    """Return the line ending of a text."""
    first = content.find(b"\n")
    return b"\r\n" if first > 0 and content[first - 1 : first] == b"\r" else b"\n"
