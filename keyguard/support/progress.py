"""The progress of a scan, phase by phase, with the number of keys found so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Step(NamedTuple):
    """The current state of a scan."""

    phase: str
    """``files``; for history ``contents``, ``trees`` or ``provenance``."""
    done: int
    total: int
    unit: str
    """``files`` or ``bytes``; bytes are an estimate of the unpacked size."""
    keys: int
    """Distinct keys found so far, without placeholders; some of them may turn out to be suppressed."""


class Progress:
    """Calls ``show`` at every step."""

    def __init__(self, show: Callable[[Step], None]) -> None:
        self._show = show
        self._keys: set[str] = set()
        self._step = Step("", 0, 0, "", 0)

    def begin(self, phase: str, unit: str) -> None:
        """Start a phase whose size is not known yet; continue if it is the current one."""
        if phase != self._step.phase:
            self._step = Step(phase, 0, 0, unit, len(self._keys))

    def expect(self, amount: int) -> None:
        """Add to the amount of work that this phase has in total."""
        self._step = self._step._replace(total=self._step.total + amount)

    def advance(self, amount: int, keys: Iterable[str] = ()) -> None:
        """Add to the work done; ``keys`` are the fingerprints of the keys found in it."""
        self._keys.update(keys)
        self._step = self._step._replace(done=self._step.done + amount, keys=len(self._keys))
        self._show(self._step)
