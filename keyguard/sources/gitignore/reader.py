"""The ignore files of one walk, each text read once."""

from __future__ import annotations

from time import thread_time

from keyguard.sources.gitignore import translation
from keyguard.sources.gitignore.linear import Budget
from keyguard.sources.gitignore.rules import IgnoreRules

#: seconds of processor time for all files. 100 KB of rules take half a second
_SECONDS = 10.0
#: texts that are remembered, and bytes of each: many folders have the same few lines
_REMEMBERED, _SMALL = 64, 1 << 14


class RuleReader:
    """Reads ignore files."""

    def __init__(self) -> None:
        self._budget = Budget()
        self._seconds = _SECONDS
        self._known: dict[bytes, IgnoreRules] = {}

    def read(self, text: bytes) -> IgnoreRules:
        """Return the rules in a text. ValueError where those before took too long: then none is obeyed."""
        found = self._known.get(text)
        if found is None:
            if self._seconds <= 0:
                raise ValueError(f"the ignore files before took {_SECONDS:.0f} s to read")
            begin = thread_time()
            found = IgnoreRules(translation.read(text), self._budget)
            self._seconds -= thread_time() - begin
            if len(text) <= _SMALL and len(self._known) < _REMEMBERED:
                self._known[text] = found
        return found
