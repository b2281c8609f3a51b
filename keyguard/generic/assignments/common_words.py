"""How much of a value consists of words that programs use: a bitmap of hashed words, read from the model's file."""

from __future__ import annotations

import zlib
from functools import lru_cache

from keyguard.generic.assignments.weights import model
from keyguard.support.regex import expression

_PARTS = expression(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\x00-\x7f\W]+")


def parts_of(name: str) -> list[str]:
    """Return the words of an identifier, in lower case."""
    return [part.lower() for part in _PARTS.findall(name)]


@lru_cache(8192)
def share_of_words(value: str) -> float:
    """Return the share of the letters and digits of a value that lies in common words, 0 to 1."""
    size = sum(map(str.isalnum, value)) or 1
    return sum(len(part) for part in parts_of(value) if len(part) > 2 and _is_common(part)) / size


def places_of(word: str, bits: int) -> tuple[int, int]:
    """Return the two bits of a bitmap that stand for a word."""
    value = zlib.crc32(word.encode("utf-8", "surrogateescape"))
    return value % bits, (value >> 13) % bits


def _is_common(word: str) -> bool:
    bitmap = model().words
    return all(bitmap[place >> 3] >> (place & 7) & 1 for place in places_of(word, len(bitmap) * 8))
