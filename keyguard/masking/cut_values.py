"""Mask what is left of a value at the ends of a text that was cut from a longer one.

A password in a connection string is found only with its surroundings; where the same value stands beside a key, the
excerpt of that line may begin or end inside it, and no search for the whole value finds that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from keyguard.masking import MASK

#: fewer characters tell nothing, and stand at the end of many texts by chance
_LEAST = 5
#: values are followed for so many characters
_MOST = 400
_ELLIPSIS = "..."


class CutValues:
    """The values, sorted by how they begin and by how they end."""

    def __init__(self, values: Iterable[bytes]) -> None:
        texts = [value.decode("utf-8", "replace") for value in values]
        self._begins = sorted(texts)
        self._ends = sorted(text[::-1] for text in texts)

    def masked(self, text: str) -> str:
        """Return the text with the beginning of a value at its end, and the end of one at its start, masked."""
        whole = text.removesuffix(_ELLIPSIS)
        size = _overlap(whole, self._begins)
        if size:
            text = whole[: len(whole) - size] + MASK + text[len(whole) :]
        start = len(_ELLIPSIS) if text.startswith(_ELLIPSIS) else 0
        size = _overlap(text[start : start + _MOST][::-1], self._ends)
        return text[:start] + MASK + text[start + size :] if size else text


def _overlap(text: str, values: list[str]) -> int:
    """Return how many characters at the end of a text begin a value, and are not all of it; 0 where none do."""
    for size in range(min(len(text), _MOST), _LEAST - 1, -1):
        tail = text[len(text) - size :]
        at = bisect_left(values, tail)
        if at < len(values) and values[at].startswith(tail):
            return size
    return 0
