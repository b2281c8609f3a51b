"""The parts of a text around signs of documents, for readers that would take too long over all of a large text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from keyguard.model.judged_secret import JudgedSecret

#: bytes before the sign and behind it
BEFORE, BEHIND = 32 << 10, 256 << 10


class Window(NamedTuple):
    """A part of a text."""

    data: bytes
    start: int

    def placed(self, secrets: Iterator[JudgedSecret]) -> Iterator[JudgedSecret]:
        """Yield the secrets of the part with their places in the whole text."""
        for one in secrets:
            yield one._replace(start=one.start + self.start, end=one.end + self.start) if self.start else one


def window(data: bytes, sign: re.Pattern[bytes], named: bool) -> Window | None:
    """Return the whole text if its path says what it is, else the part around the first sign; None without one."""
    if named:
        return Window(data, 0)
    found = sign.search(data)
    if not found:
        return None
    start = max(found.start() - BEFORE, 0)
    start = data.rfind(b"\n", 0, start) + 1 if start else 0
    return Window(data[start : found.start() + BEHIND], start)


def windows(data: bytes, signs: tuple[str, ...]) -> Iterator[Window]:
    """Yield the parts around all places of the signs, in order; those that overlap are one."""
    first, last = 0, -1
    for found in _expression(signs).finditer(data):
        start = max(found.start() - BEFORE, 0)
        if start > last:
            if last > 0:
                yield _part(data, first, last)
            first = start
        last = found.end() + BEHIND
    if last > 0:
        yield _part(data, first, last)


def _part(data: bytes, start: int, end: int) -> Window:
    """Return a part that begins and ends with a whole line, unless lines are long."""
    start = data.find(b"\n", start, start + BEFORE) + 1 or start if start else 0
    return Window(data[start:end], start)


@lru_cache(256)
def _expression(signs: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile("|".join(signs).encode(), re.IGNORECASE | re.MULTILINE)
