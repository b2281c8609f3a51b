"""The nouns of the cache, which can be had without loading SQLite."""

from __future__ import annotations

from typing import NamedTuple

#: bytes in a shelf's prefix
PREFIX = 8


class Section(NamedTuple):
    """What is kept of one kind under one stamp. ``prefix`` has ``PREFIX`` bytes and belongs to no other."""

    prefix: bytes
    stamp: str
    kind: str


class Usage(NamedTuple):
    """How much is kept of one kind under one stamp."""

    stamp: str
    kind: str
    values: int
    ids: int
    bytes: int
