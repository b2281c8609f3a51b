"""What trees bring, collected: ids, and those names in which there could be a key. Batch by batch, or one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from keyguard.odb.inflate import DAMAGE
from keyguard.odb.pack import Unpacked, result_of
from keyguard.odb.treebatch import news
from keyguard.odb.treedelta import FreshEntries
from keyguard.odb.vectors import Array, np

#: for a batch: bytes that it may hold, where those of deltas weigh more for all that is made of them
_HELD, _WEIGHT = 24 << 20, 16
#: trees and deltas beyond this are read by themselves
_LARGE = 1 << 20


class _Tree(NamedTuple):
    number: int
    base: bytes | None
    stored: bytes
    content: bytes | None


class FreshTrees:
    """Ids and names from trees, each tree against its base."""

    def __init__(self, id_size: int, suspects: Callable[[bytes], Iterable[int]]) -> None:
        """``suspects`` says at which places of a text a key could be; names elsewhere are not kept."""
        self._id_size = id_size
        self._suspects = suspects
        self._single = FreshEntries(id_size)
        self._numbers: list[Array] = []
        self._ids: list[Array] = []
        self._waiting: list[_Tree] = []
        self._held = 0
        self.lost: list[int] = []
        """Numbers of those that could not be read."""
        self.malformed: list[int] = []
        """Numbers of those that are not made of entries from beginning to end."""
        self.size = 0
        """Of all, in bytes."""

    @property
    def names(self) -> set[bytes]:
        """All new names that could hold a key, among others."""
        return self._single.names

    def columns(self) -> tuple[Array, Array]:
        """Numbers of trees, int64, and ids that each of them brings, a row each."""
        numbers, ids = np.zeros(0, np.int64), np.zeros((0, self._id_size), np.uint8)
        return np.concatenate([numbers, *self._numbers]), np.concatenate([ids, *self._ids])

    def add_unpacked(self, entries: Iterable[Unpacked], offset: int) -> None:
        """Take in trees of a pack, as it unpacks them; ``offset`` makes a number of an entry's."""
        for entry, base, stored, content in entries:
            tree = _Tree(entry + offset, base, stored, content)
            if len(stored) > _LARGE:
                self._add_single(tree)
                continue
            self._waiting.append(tree)
            self._held += len(stored) * _WEIGHT + len(content or b"")
            if self._held > _HELD:
                self.finish()

    def finish(self) -> None:
        """Look at what is waiting for others to be looked at together with it."""
        waiting, self._waiting, self._held = self._waiting, [], 0
        if not waiting:
            return
        found = news([tree.stored for tree in waiting], [tree.base for tree in waiting], self._id_size)
        numbers = np.fromiter((tree.number for tree in waiting), np.int64, len(waiting))
        closed = np.ones(len(waiting), bool)
        closed[found.open] = False
        kept = closed[found.trees]
        self._numbers.append(numbers[found.trees[kept]])
        self._ids.append(found.ids[kept])
        self.size += int(found.sizes[closed].sum())
        for at in found.open.tolist():
            self._add_single(waiting[at])
        for at in found.at(list(self._suspects(found.text))).tolist():
            if closed[at]:
                self._name(waiting[at])

    def add_whole(self, number: int, data: bytes) -> None:
        """Take in a tree that is not in a pack."""
        self._note(number, self._single.of_whole(data), len(data))

    def _add_single(self, tree: _Tree) -> None:
        try:
            content = _content(tree)
        except DAMAGE:
            self.lost.append(tree.number)
            return
        self._note(tree.number, self._entries(tree, content), len(content))

    def _name(self, tree: _Tree) -> None:
        """Only for the names: all else of it is known."""
        self._entries(tree, _content(tree))
        self._single.malformed = False

    def _entries(self, tree: _Tree, content: bytes) -> list[bytes]:
        single = self._single
        return single.of_whole(content) if tree.base is None else single.of_delta(content, tree.stored)

    def _note(self, number: int, ids: list[bytes], size: int) -> None:
        self._numbers.append(np.full(len(ids), number, np.int64))
        self._ids.append(np.frombuffer(b"".join(ids), np.uint8).reshape(-1, self._id_size))
        self.size += size
        if self._single.malformed:
            self.malformed.append(number)
            self._single.malformed = False


def _content(tree: _Tree) -> bytes:
    return result_of(tree.base or b"", tree.stored) if tree.content is None else tree.content
