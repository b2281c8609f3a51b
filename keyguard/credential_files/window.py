"""The part of a text around the sign of a document, for readers that would take too long over all of a large text."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
