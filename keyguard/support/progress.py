"""How far a scan has come, for whoever watches it: phase by phase, with the keys found so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Step(NamedTuple):
    """Where a scan is."""

    phase: str
    """In a word: ``files``, and of histories ``contents``, ``trees``, ``provenance``."""
    done: int
    total: int
    unit: str
    """``files`` or ``bytes``; bytes are estimated, and unpacked."""
    keys: int
    """Different keys found so far, placeholders left out; some of them may turn out to be allowed."""


class Progress:
    """Tells ``show`` of every step."""

    def __init__(self, show: Callable[[Step], None]) -> None:
        self._show = show
        self._keys: set[str] = set()
        self._step = Step("", 0, 0, "", 0)

    def begin(self, phase: str, unit: str) -> None:
        """Another phase, of which nothing is known yet; or more of the same."""
        if phase != self._step.phase:
            self._step = Step(phase, 0, 0, unit, len(self._keys))

    def expect(self, amount: int) -> None:
        """So much more is to be done in this phase."""
        self._step = self._step._replace(total=self._step.total + amount)

    def advance(self, amount: int, keys: Iterable[str] = ()) -> None:
        """So much more is done; ``keys`` are the fingerprints of what was found in it."""
        self._keys.update(keys)
        self._step = self._step._replace(done=self._step.done + amount, keys=len(self._keys))
        self._show(self._step)
