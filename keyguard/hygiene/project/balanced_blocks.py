"""Balanced brackets in code of the C family: finds the end of a block in one pass, skipping strings and comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from keyguard.support.regex import expression

_PAIRS = {b"{": b"}", b"(": b")", b"[": b"]"}
#: brackets, and the strings and comments that may hide some
_TOKEN = expression(
    rb"//[^\r\n]*|/\*.*?(?:\*/|\Z)"
    # an unclosed string ends with its line, or with the text, so that no byte is looked at twice
    rb"|\"(?:[^\"\\\r\n]|\\.)*\"?|'(?:[^'\\\r\n]|\\.)*'?|`(?:[^`\\]|\\.)*`?|[{}()\[\]]",
    re.DOTALL,
)
#: bytes: no block of a configuration is longer
LONGEST = 256 << 10


def block_ends(text: bytes, starts: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield each bracket with the offset behind the one that closes it; ``starts`` are in order.

    Those inside an earlier block are passed over, and none is tried behind one that is not closed: no byte is read
    twice.
    """
    at = 0
    for start in starts:
        if start >= at:
            at = block_end(text, start)
            if not at:
                return
            yield start, at


def block_end(text: bytes, start: int) -> int:
    """Return the offset behind the bracket that closes the one at ``start``; 0 if none does in ``LONGEST`` bytes."""
    waiting: list[bytes] = []
    for found in _TOKEN.finditer(text, start, start + LONGEST):
        token = found[0]
        if token in _PAIRS:
            waiting.append(_PAIRS[token])
        elif waiting and token == waiting[-1]:
            waiting.pop()
            if not waiting:
                return found.end()
    return 0
