"""Decide from a delta alone whether its result can contain a key, given that its base contains none.

An anchor that is in the result but not in the base contains an inserted byte, or spans the boundary of two copies. So
the prefilter sees only the inserted bytes, with as many bytes of context on either side as the longest anchor has, less
one.
"""

from __future__ import annotations

from collections.abc import Sequence

from keyguard.engine.prefilter import Prefilter
from keyguard.odb.arrays import Array, np
from keyguard.odb.deltas import Operations, parse_deltas
from keyguard.odb.partial_results import KeptParts, feasible, partial_results


class DeltaPrefilter:
    """Selects deltas by the bytes that they insert."""

    def __init__(self, prefilter: Prefilter) -> None:
        self._prefilter = prefilter

    def keyless(self, deltas: Sequence[bytes], bases: Sequence[bytes]) -> tuple[list[bool], list[int]]:
        """Return for each delta whether its result cannot contain a key if its base contains none, and the size of the
        result.

        A result with an inserted NUL is not text, and is never ruled out.
        """
        operations = parse_deltas(deltas, list(map(len, bases)))
        cuts = self._cuts(operations)
        sound = feasible(operations, cuts)
        if not sound.all():
            there = sound[operations.deltas]
            cuts = KeptParts(cuts.heads * there, cuts.tails * there, cuts.kept & there)
        cut = partial_results(operations, bases, cuts)
        bounds = cut.starts[operations.starts]
        sound[np.searchsorted(bounds, self._places(cut.text), side="right") - 1] = False
        return sound.tolist(), operations.results.tolist()

    def _places(self, text: bytes) -> Array:
        """Return the offsets at which there may be a key, and those of NULs."""
        found = np.array(self._prefilter.places(text), np.int64)
        if b"\0" not in text:
            return found
        return np.append(found, np.flatnonzero(np.frombuffer(text, np.uint8) == 0))

    def _cuts(self, operations: Operations) -> KeptParts:
        """Return the context to take beside insertions and where two copies meet; the ends of a text need none."""
        copies, reach = operations.copies, self._prefilter.reach
        heads: Array = np.where(copies, reach, 0)
        tails = heads.copy()
        some = np.diff(operations.starts) > 0
        heads[operations.starts[:-1][some]] = 0
        tails[operations.starts[1:][some] - 1] = 0
        return KeptParts(heads, tails, ~copies)
