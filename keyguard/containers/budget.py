"""What opening one file of a tree or one object of a history may cost, with everything that is nested in it."""

from __future__ import annotations

#: containers within containers
DEEPEST = 8
#: what any file may cost, in bytes that are inflated, and how much more for each of its own bytes: so all that can be
#: asked of a scan is proportional to what it is given
_FREE, _PER_BYTE = 256 << 20, 64
#: bytes of containers that are held in memory at once
HELD = 128 << 20
#: what an entry costs besides its content
_ENTRY = 2048


class OverBudget(Exception):
    """A limit of one file is reached, so that it is not read whole; the text says which."""


class Budget:
    """What is left of the limits of one file."""

    def __init__(self) -> None:
        self._left = _FREE
        self._held = 0

    def earn(self, size: int) -> None:
        """Add what ``size`` bytes of the file itself allow."""
        self._left += size * _PER_BYTE

    def spend(self, cost: int) -> None:
        """Take away a cost, in bytes that are inflated. Raise ``OverBudget`` if too little is left."""
        self._left -= cost
        if self._left < 0:
            raise OverBudget("it unpacks to far more than it should")

    def entry(self) -> None:
        """Take away what an entry costs besides its content."""
        self.spend(_ENTRY)

    def hold(self, size: int) -> None:
        """Take memory, or give it back. Raise ``OverBudget`` if there is too little."""
        self._held += size
        if self._held > HELD:
            raise OverBudget(f"it takes more than {HELD >> 20} MiB of memory to open")
