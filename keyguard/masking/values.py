"""A value that was seen, and what may be told of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from keyguard.masking import MASK as MASK

#: words in which something looks like a key by itself, known or not -> the same with that masked
Shapes = Callable[[Iterable[str]], Mapping[str, str]]
#: shorter values are masked where they stand and in names of their own finding: elsewhere the gaps would tell them
LEAST = 12
#: from small letters to capitals or digits and back, in a word as people make them
_MOST_CHANGES = 4


class Value(NamedTuple):
    """A value, and what may be seen of it."""

    text: bytes
    body: int
    """Where its random part begins."""
    mask: str
    fingerprint: str
    chosen: bool = False
    """Whether a person may have chosen it: it may be made of words."""


def is_weak(value: Value) -> bool:
    """Whether masking it everywhere would tell it by the gaps, or take words out of reports."""
    return len(value.text) < LEAST or (value.chosen and is_ordinary(value.text))


def is_ordinary(text: bytes) -> bool:
    """Whether it is made of words and small numbers: ``postgres-password``, ``summer2024``."""
    pieces = re.split(rb"[-_. ]", text)
    return all(re.fullmatch(rb"[A-Za-z]*[0-9]{0,4}", piece) for piece in pieces) and _changes(text) <= _MOST_CHANGES


def looks_random(text: str) -> bool:
    """Whether there is a run of letters and digits in it as a made-up value has them, and a name hardly ever."""
    return any(is_random(run, 4) for run in re.findall(r"[A-Za-z0-9+/=_-]{12,}", text))


def is_random(run: str, distance: int) -> bool:
    """Whether capitals, small letters and digits take turns in it, on average after no more than so many characters."""
    return _changes(run.encode("utf-8", "surrogateescape")) >= max(_MOST_CHANGES, len(run) // distance)


def _changes(text: bytes) -> int:
    """How often a small letter, a capital and a digit stand beside each other in it."""
    kinds = text.translate(_KINDS, _OTHERS)
    return sum(one != other for one, other in pairwise(kinds))


_KINDS = bytes(1 if 48 <= byte < 58 else 2 if 65 <= byte < 91 else 3 if 97 <= byte < 123 else 0 for byte in range(256))
_OTHERS = bytes(byte for byte in range(256) if not _KINDS[byte])
