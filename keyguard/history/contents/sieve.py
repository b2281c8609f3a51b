"""Versions in which there can be no key, since none is in the one before: told from what the delta puts in.

An anchor that stands in a version and not in the one before has a byte that is new, or lies across a place where two
copies meet. So only what is put in is looked at, and beside it as many bytes as the longest anchor has, less one.
"""

from __future__ import annotations

from collections.abc import Sequence

from keyguard.engine.prefilter import Prefilter
from keyguard.odb.deltas import Operations, parsed
from keyguard.odb.excerpts import Cuts, excerpts, within_reason
from keyguard.odb.vectors import Array, np


class Sieve:
    """Sorts out deltas by what they put in."""

    def __init__(self, prefilter: Prefilter) -> None:
        self._prefilter = prefilter

    def sort(self, deltas: Sequence[bytes], bases: Sequence[bytes]) -> tuple[list[bool], list[int]]:
        """For each delta, whether no key can be in what it makes if none can be in its base, and the size of that.

        Where a text holds a NUL, it is no text, and there can be.
        """
        operations = parsed(deltas, list(map(len, bases)))
        cuts = self._cuts(operations)
        sound = within_reason(operations, cuts)
        if not sound.all():
            there = sound[operations.deltas]
            cuts = Cuts(cuts.heads * there, cuts.tails * there, cuts.kept & there)
        cut = excerpts(operations, bases, cuts)
        bounds = cut.starts[operations.starts]
        sound[np.searchsorted(bounds, self._places(cut.text), side="right") - 1] = False
        return sound.tolist(), operations.results.tolist()

    def _places(self, text: bytes) -> Array:
        """Where in a text there may be a key, and where it is none."""
        found = np.array(self._prefilter.places(text), np.int64)
        if b"\0" not in text:
            return found
        return np.append(found, np.flatnonzero(np.frombuffer(text, np.uint8) == 0))

    def _cuts(self, operations: Operations) -> Cuts:
        """The bytes beside what is put in, and where two copies meet; nothing is new at either end of a text."""
        copies, reach = operations.copies, self._prefilter.reach
        heads: Array = np.where(copies, reach, 0)
        tails = heads.copy()
        some = np.diff(operations.starts) > 0
        heads[operations.starts[:-1][some]] = 0
        tails[operations.starts[1:][some] - 1] = 0
        return Cuts(heads, tails, ~copies)
