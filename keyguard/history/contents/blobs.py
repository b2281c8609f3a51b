"""Inspect the blobs of a pack. If a base contains no key, a small delta against it is judged by what it inserts."""

from __future__ import annotations

from typing import NamedTuple

from keyguard.history.contents.delta_prefilter import DeltaPrefilter
from keyguard.history.contents.results import ContentResults
from keyguard.history.hit import UNNAMED
from keyguard.inspection.inspected_text import InspectedText
from keyguard.inspection.inspector import Inspector
from keyguard.masking.run_identity import run_identity
from keyguard.masking.secret import Secret
from keyguard.odb.inflate import DAMAGE
from keyguard.odb.pack import Pack, Unpacked, result_of

#: a delta is small if its base is this many times larger, plus a constant: parsing it has a cost, too
_TIMES, _MORE = 64, 3000
#: bytes of bases and deltas per batch; deltas count more, for the arrays that are made of them
_HELD, _WEIGHT = 16 << 20, 16
#: up to this number of secrets, looking for them is quicker than inspecting a blob
_FEW_SECRETS = 16


class _Waiting(NamedTuple):
    entry: int
    base: bytes
    delta: bytes
    content: bytes | None


class PackBlobInspector:
    """Inspects ranges of blobs that are deltas of each other."""

    def __init__(
        self,
        pack: Pack,
        inspector: Inspector,
        prefilter: DeltaPrefilter,
        found: ContentResults,
        lost: list[tuple[int, int]],
    ) -> None:
        """Results go to ``found``; ranges of entries that cannot be read go to ``lost``."""
        self._pack, self._offset = pack, 0
        self._inspector, self._prefilter = inspector, prefilter
        self._found, self._lost = found, lost
        self._waiting: list[_Waiting] = []
        #: entries that are not plain: a delta against one of them is inspected in full
        self._marked: set[int] = set()
        #: those of them with nothing but a few secrets that the text around them tells, each with that text
        self._judged: dict[int, dict[Secret, Secret]] = {}

    def read(self, first: int, stop: int, offset: int) -> None:
        """Inspect the entries from ``first`` to ``stop``, whose bases all lie within that range.

        ``offset`` is added to the number of an entry to get its number in the store.
        """
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
                self._inspect_waiting()
                held = 0
        self._inspect_waiting()

    def _inspect_waiting(self) -> None:
        """Inspect the waiting batch: skip blobs that cannot contain a key, inspect the others in full."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        parents = self._pack.forest.parents
        above = parents[[one.entry for one in waiting]].tolist()
        plain, sizes = self._prefilter.keyless([one.delta for one in waiting], [one.base for one in waiting])
        for one, base, nothing, size in zip(waiting, above, plain, sizes, strict=True):
            if nothing and base not in self._marked:
                self._found.size += size
            elif not (nothing and base in self._judged and self._has_the_same(one, self._judged[base])):
                self._inspect(one)

    def _has_the_same(self, one: _Waiting, secrets: dict[Secret, Secret]) -> bool:
        """Return whether a blob has just the secrets of its base, and the same text around them, given that its delta
        adds none; then they are noted.
        """
        try:
            content = result_of(one.base, one.delta) if one.content is None else one.content
        except DAMAGE:
            return False
        if not all(excerpt.reveal() in content for excerpt in secrets.values()):
            return False
        judged = tuple(map(run_identity, secrets))
        self._marked.add(one.entry)
        self._judged[one.entry] = secrets
        self._found.keep(one.entry + self._offset, InspectedText([], 0, len(content), judged=judged))
        return True

    def _inspect(self, one: Unpacked) -> None:
        """Inspect a blob in full, even if another object has the same id: in a tampered store its content can
        differ.
        """
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
            if seen.excerpts is not None and len(seen.excerpts) <= _FEW_SECRETS:
                self._judged[entry] = seen.excerpts
        self._found.keep(entry + self._offset, seen)
