"""The blobs of a pack, inspected: those that a small delta makes of one without a key, by what the delta puts in."""

from __future__ import annotations

from typing import NamedTuple

from keyguard.history.contents.sieve import Sieve
from keyguard.history.hit import UNNAMED
from keyguard.history.inspected import Contents
from keyguard.inspection.inspector import Inspector
from keyguard.odb.inflate import DAMAGE
from keyguard.odb.pack import Pack, Unpacked, result_of

#: a delta is small that is so many times smaller than its base, and a bit more: taking it apart costs as well
_TIMES, _MORE = 64, 3000
#: bytes of bases and deltas that wait, where those of deltas weigh more for all that is made of them
_HELD, _WEIGHT = 16 << 20, 16


class _Waiting(NamedTuple):
    entry: int
    base: bytes
    delta: bytes
    content: bytes | None


class BlobReader:
    """Ranges of blobs that grow out of each other."""

    def __init__(
        self, pack: Pack, inspector: Inspector, sieve: Sieve, found: Contents, lost: list[tuple[int, int]]
    ) -> None:
        """What cannot be read goes into ``lost``, all else into ``found``."""
        self._pack, self._offset = pack, 0
        self._inspector, self._sieve = inspector, sieve
        self._found, self._lost = found, lost
        self._waiting: list[_Waiting] = []
        #: entries in which there is something, so that what is made of them is looked at as a whole
        self._marked: set[int] = set()

    def read(self, first: int, stop: int, offset: int) -> None:
        """All of these entries, which have no base outside of them; ``offset`` makes a number of an entry's."""
        self._offset = offset
        held, last = 0, b""
        for one in self._pack.unpack(first, stop, self._lost):
            entry, base, stored, content = one
            if base is None or len(stored) * _TIMES + _MORE > len(base):
                self._inspect(one)
                continue
            self._waiting.append(_Waiting(entry, base, stored, content))
            held += len(stored) * _WEIGHT + len(content or b"") + (len(base) if base is not last else 0)
            last = base
            if held > _HELD:
                self._sift()
                held = 0
        self._sift()

    def _sift(self) -> None:
        """Look at what waits."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        parents = self._pack.forest.parents
        above = parents[[one.entry for one in waiting]].tolist()
        plain, sizes = self._sieve.sort([one.delta for one in waiting], [one.base for one in waiting])
        for one, base, nothing, size in zip(waiting, above, plain, sizes, strict=True):
            if nothing and base not in self._marked:
                self._found.size += size
            else:
                self._inspect(one)

    def _inspect(self, one: Unpacked) -> None:
        """A blob as a whole. What has the id of another need not have its content: it is looked at all the same."""
        entry, base, stored, content = one
        if content is None:
            try:
                content = result_of(base or b"", stored)
            except DAMAGE:
                self._lost.append((entry, entry + 1))
                return
        seen = self._inspector.inspect(UNNAMED, content)
        if not seen.plain:
            self._marked.add(entry)
        self._found.keep(entry + self._offset, seen)
