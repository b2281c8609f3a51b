"""A pattern of pathspec that is matched in linear time, with the answers of its simple backend."""

from __future__ import annotations

import re

from pathspec.pattern import RegexMatchResult
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from keyguard.sources.gitignore.linear import Budget

_ANYTHING = r"[\s\S]*"


class LinearPattern(GitIgnoreSpecPattern):
    """A line of a ``.gitignore``."""

    __slots__ = ("_around", "_folder", "_itself", "_path")

    def __init__(self, line: str, budget: Budget) -> None:
        """Raises ``RefusedError`` where that would take too long, and as pathspec does for what is no pattern."""
        super().__init__(line)
        if self.regex is None:
            return
        # pathspec marks by a group that it is a folder around the path that matches, which counts for less
        name = next(iter(self.regex.groupindex), "folder")
        whole, mark = self.regex.pattern, f"(?P<{name}>/)"
        base = whole.removesuffix(f"(?:{mark}|$)")
        if base != whole:
            itself, around = base, f"{base}/{_ANYTHING}"
        elif whole.endswith(mark):
            itself, around = "", f"{whole.removesuffix(mark)}/{_ANYTHING}"
        else:
            itself, around = whole + _ANYTHING, ""
        self._itself = budget.build(itself) if itself else _never
        self._around = budget.build(around) if around else _never
        self._path, self._folder = re.compile("").match(""), re.compile(mark).match("/")

    def match_file(self, file: str) -> RegexMatchResult | None:
        """Return how the pattern matches; None if it does not."""
        if self.regex is None:
            return None
        # a name that is no UTF-8 has characters that only Python knows
        text = file.encode("utf-8", "replace").decode("utf-8")
        found = self._path if self._itself(text) else self._folder if self._around(text) else None
        return RegexMatchResult(found) if found else None


def _never(_: str) -> bool:
    return False
