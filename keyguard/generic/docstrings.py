"""The strings of a Python module that are texts for readers: docstrings, and examples and usages in triple quotes."""

from __future__ import annotations

import re
from bisect import bisect_right

from keyguard.support.regex import expression

#: a string in triple quotes that ends, after its prefix
_STRING = expression(rb"[rRuUbBfF]{0,2}(\"\"\"|''')")
#: what stands before such a string in its line, if it is for readers: nothing, or a name that says so
_FOR_READERS = expression(
    rb"\s*|.{0,80}(?:DOC|EXAMPLE|USAGE|RETURN|(?i:usage|help|description|epilog|doc__|example))\w{0,20}"
    rb"[ \t]{0,8}[=(,][ \t(]{0,8}",
    re.DOTALL,
)


class Docstrings:
    """The spans of such strings in one module."""

    def __init__(self, data: bytes) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        at = 0
        while (opening := _STRING.search(data, at)) is not None:
            end = data.find(opening[1], opening.end())
            if end < 0:
                break
            at = end + 3
            line = data.rfind(b"\n", max(0, opening.start() - 200), opening.start()) + 1
            if _FOR_READERS.fullmatch(data, line, opening.start()):
                self._starts.append(opening.start())
                self._ends.append(at)

    def hold(self, offset: int) -> bool:
        """Whether an offset is in one of them."""
        at = bisect_right(self._starts, offset) - 1
        return at >= 0 and offset < self._ends[at]
