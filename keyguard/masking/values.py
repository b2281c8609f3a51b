"""A value that was seen, and which parts of it may be shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from keyguard.masking import MASK as MASK

#: returns word -> masked word, for the words that contain something that looks like a key, known or not
Shapes = Callable[[Iterable[str]], Mapping[str, str]]
#: shorter values are masked only in place and in names of their own finding: elsewhere the gaps would reveal them
LEAST = 12
#: the most changes between lower case, upper case and digits in a word that people make up
_MOST_CHANGES = 4


class Value(NamedTuple):
    """A value, and the parts of it that may be shown."""

    text: bytes
    body: int
    """Offset of the random part."""
    mask: str
    fingerprint: str
    chosen: bool = False
    """Whether a person may have chosen it, so that it may consist of words."""


def is_weak(value: Value) -> bool:
    """Whether masking it everywhere would reveal it by the gaps, or remove ordinary words from reports."""
    return len(value.text) < LEAST or (value.chosen and is_ordinary(value.text))


def is_ordinary(text: bytes) -> bool:
    """Whether it consists of words and small numbers: ``postgres-password``, ``summer2024``."""
    pieces = re.split(rb"[-_. ]", text)
    return all(re.fullmatch(rb"[A-Za-z]*[0-9]{0,4}", piece) for piece in pieces) and _changes(text) <= _MOST_CHANGES


def looks_random(text: str) -> bool:
    """Whether it contains a run of letters and digits typical of random values, and rare in names."""
    return any(is_random(run, 4) for run in re.findall(r"[A-Za-z0-9+/=_-]{12,}", text))


def is_random(run: str, distance: int) -> bool:
    """Whether upper case, lower case and digits alternate in it, on average within ``distance`` characters."""
    return _changes(run.encode("utf-8", "surrogateescape")) >= max(_MOST_CHANGES, len(run) // distance)


def _changes(text: bytes) -> int:
    """Return the number of changes between lower case, upper case and digits in it."""
    kinds = text.translate(_KINDS, _OTHERS)
    return sum(one != other for one, other in pairwise(kinds))


_KINDS = bytes(1 if 48 <= byte < 58 else 2 if 65 <= byte < 91 else 3 if 97 <= byte < 123 else 0 for byte in range(256))
_OTHERS = bytes(byte for byte in range(256) if not _KINDS[byte])
