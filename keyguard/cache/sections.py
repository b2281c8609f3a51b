"""Sections of the cache, and their usage. Separate, since importing them does not load SQLite."""

from __future__ import annotations

from typing import NamedTuple

#: bytes in the prefix of a section
PREFIX = 8


class Section(NamedTuple):
    """The data of one kind under one stamp. ``prefix`` has ``PREFIX`` bytes and is unique."""

    prefix: bytes
    stamp: str
    kind: str


class Usage(NamedTuple):
    """How much data of one kind is stored under one stamp."""

    stamp: str
    kind: str
    values: int
    ids: int
    bytes: int
