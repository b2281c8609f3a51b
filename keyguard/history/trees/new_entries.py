"""Collect what trees add to their bases: ids, and names that could contain a key. In batches, or one tree at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from keyguard.odb.arrays import Array, np
from keyguard.odb.inflate import DAMAGE
from keyguard.odb.pack import Unpacked, result_of
from keyguard.odb.tree_batches import new_entries
from keyguard.odb.tree_deltas import NewEntryCollector

#: bytes per batch; deltas count more, for the arrays that are made of them
_HELD, _WEIGHT = 24 << 20, 16
#: trees and deltas larger than this are read one at a time
_LARGE = 1 << 20


class _Batch(NamedTuple):
    """Trees that wait to be read, one element each."""

    numbers: list[int]
    bases: list[bytes | None]
    stored: list[bytes]
    contents: list[bytes | None]


class NewTreeEntries:
    """Collects ids and names from trees, each read against its base."""

    def __init__(self, id_size: int, suspects: Callable[[bytes], Iterable[int]]) -> None:
        """``suspects`` returns the offsets in a text at which a key could be; other names are not kept."""
        self._id_size = id_size
        self._suspects = suspects
        self._single = NewEntryCollector(id_size)
        self._numbers: list[Array] = []
        self._ids: list[Array] = []
        self._waiting = _Batch([], [], [], [])
        self.lost: list[int] = []
        """Numbers of trees that could not be read."""
        self.malformed: list[int] = []
        """Numbers of trees that do not consist of valid entries only."""
        self.size = 0
        """Bytes of all trees."""

    @property
    def names(self) -> set[bytes]:
        """The new names, among them all that could contain a key."""
        return self._single.names

    def columns(self) -> tuple[Array, Array]:
        """Return the numbers of trees (int64) and the ids that each adds, one row per id."""
        numbers, ids = np.zeros(0, np.int64), np.zeros((0, self._id_size), np.uint8)
        return np.concatenate([numbers, *self._numbers]), np.concatenate([ids, *self._ids])

    def add_unpacked(self, entries: Iterable[Unpacked], offset: int) -> None:
        """Add trees as a pack unpacks them; ``offset`` turns the number of an entry into one of the store."""
        numbers, bases, deltas, contents = self._waiting
        held = sum(map(len, deltas)) * _WEIGHT
        for entry, base, stored, content in entries:
            size = len(stored)
            if size > _LARGE:
                self._add_single(entry + offset, base, stored, content)
                continue
            numbers.append(entry + offset)
            bases.append(base)
            deltas.append(stored)
            contents.append(content)
            held += size * _WEIGHT + (len(content) if content else 0)
            if held > _HELD:
                self.finish()
                held = 0

    def finish(self) -> None:
        """Read the trees in the current batch."""
        waiting = self._waiting
        if not waiting.numbers:
            return
        found = new_entries(waiting.stored, waiting.bases, self._id_size)
        numbers = np.array(waiting.numbers, np.int64)
        closed = np.ones(len(numbers), bool)
        closed[found.open] = False
        kept = closed[found.trees]
        self._numbers.append(numbers[found.trees[kept]])
        self._ids.append(found.ids[kept])
        self.size += int(found.sizes[closed].sum())
        for at in found.open.tolist():
            self._add_single(*(column[at] for column in waiting))
        for at in found.at(list(self._suspects(found.text))).tolist():
            if closed[at]:  # only its names are still unknown
                self._entries(waiting.bases[at], waiting.stored[at], waiting.contents[at])
                self._single.malformed = False
        for column in waiting:
            column.clear()

    def add_whole(self, number: int, data: bytes) -> None:
        """Add a tree that is not in a pack."""
        self._note(number, self._single.of_whole(data), len(data))

    def _add_single(self, number: int, base: bytes | None, stored: bytes, content: bytes | None) -> None:
        try:
            self._note(number, *self._entries(base, stored, content))
        except DAMAGE:
            self.lost.append(number)

    def _entries(self, base: bytes | None, stored: bytes, content: bytes | None) -> tuple[list[bytes], int]:
        """Return the ids in a tree and its size, and collect its names."""
        if content is None:
            content = result_of(base or b"", stored)
        single = self._single
        ids = single.of_whole(content) if base is None else single.of_delta(content, stored)
        return ids, len(content)

    def _note(self, number: int, ids: list[bytes], size: int) -> None:
        self._numbers.append(np.full(len(ids), number, np.int64))
        self._ids.append(np.frombuffer(b"".join(ids), np.uint8).reshape(-1, self._id_size))
        self.size += size
        if self._single.malformed:
            self.malformed.append(number)
            self._single.malformed = False
