"""Balanced blocks in code of the C family: where one ends, past strings and comments, in one pass."""

from __future__ import annotations

import re

from keyguard.support.regex import expression

_PAIRS = {b"{": b"}", b"(": b")", b"[": b"]"}
#: what can open or close a block, and what hides such characters
_TOKEN = expression(
    rb"//[^\r\n]*|/\*.*?(?:\*/|\Z)"
    # what is not closed ends with its line, or the text: so that nothing is looked at twice
    rb"|\"(?:[^\"\\\r\n]|\\.)*\"?|'(?:[^'\\\r\n]|\\.)*'?|`(?:[^`\\]|\\.)*`?|[{}()\[\]]",
    re.DOTALL,
)
#: a configuration that is longer than this is no configuration
LONGEST = 256 << 10


def block_end(text: bytes, start: int) -> int:
    """Where the block ends that is opened by the bracket at ``start``: behind its closing one; 0 if it never ends."""
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
