"""What trees name: is it there, has a name a key in it, and which tree leads to which. Told from their deltas.

Only trees lead to others here; what commits and tags lead to is in ``contents``.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Collection, Mapping
from contextlib import suppress

import msgspec

from keyguard.errors import GitError
from keyguard.history.objects import ObjectReader
from keyguard.history.tasks import Progress, Task, planned, shared
from keyguard.odb.headers import TREE
from keyguard.odb.store import Store
from keyguard.odb.treedelta import FreshEntries, tree_entries
from keyguard.odb.vectors import Array, np

_GITLINK = b"160000"


class TreeRows(msgspec.Struct, array_like=True):
    """What one process read in trees, in columns."""

    names: list[bytes] = []
    parents: bytes = b""
    """Numbers of trees, uint32 each, and …"""
    children: bytes = b""
    """… of what each of them has that its base may not have: trees, and what was asked for."""
    missing: list[tuple[bytes, int]] = []
    """Ids that are nowhere, and trees that name them."""
    lost: list[int] = []
    malformed: list[int] = []
    """Trees that are not made of entries only: what they name up to the first thing that is none was taken."""
    count: int = 0
    size: int = 0


class _Named(msgspec.Struct, array_like=True):
    entries: list[tuple[int, bytes, int]] = []


class Connections:
    """What all trees together say."""

    def __init__(self, store: Store) -> None:
        self.names: set[bytes] = set()
        self.missing: dict[bytes, set[int]] = {}
        """Id of what is nowhere -> trees that name it."""
        self.lost: list[int] = []
        self.malformed: list[int] = []
        self.count = self.size = 0
        self._shared = mmap.mmap(-1, len(store) + 1)
        self.named: Array = np.frombuffer(self._shared, np.uint8)
        """Not 0 for what a tree names; workers write into it, too."""
        self._parents: list[bytes] = []
        self._children: list[bytes] = []

    def add(self, rows: TreeRows) -> None:
        """Take over what one process read."""
        self.names.update(rows.names)
        for oid, number in rows.missing:
            self.missing.setdefault(oid, set()).add(number)
        self.lost += rows.lost
        self.malformed += rows.malformed
        self.count += rows.count
        self.size += rows.size
        self._parents.append(rows.parents)
        self._children.append(rows.children)

    def edges(self) -> tuple[Array, Array]:
        """Numbers of trees, and of what each of them leads to; int64."""
        return tuple(  # type: ignore[return-value]
            np.frombuffer(b"".join(parts), np.uint32).astype(np.int64) for parts in (self._parents, self._children)
        )


class TreeReader:
    """A store's trees."""

    def __init__(self, store: Store, objects: ObjectReader, wanted: Array) -> None:
        """``wanted`` (bool, one an object) are those that edges lead to, besides trees."""
        self._store = store
        self._objects = objects
        self._wanted = wanted | (store.kinds == TREE)
        self._found = Connections(store)

    def read_all(self, jobs: int, progress: Progress | None = None) -> Connections:
        """All trees: those in packs, then the others one by one."""
        store, found = self._store, self._found
        plan = planned(store, (TREE,), jobs)
        for task, rows in shared(self.read_task, TreeRows, plan, jobs, progress):
            found.add(rows or TreeRows(lost=[number for low, high in task for number in range(low, high)]))
        others = np.flatnonzero((store.kinds == TREE) & store.first)
        lost, found.lost = [number for number in found.lost if store.first[number]], []
        found.add(self._read_others([*lost, *others[others >= store.packed].tolist()]))
        return found

    def read_task(self, task: Task) -> TreeRows:
        """What a few trees of the forest name."""
        fresh, notes, lost = FreshEntries(self._store.id_size), _Notes(), list[int]()
        for begin, end in task:
            place = self._store.place(begin)
            if place is None:
                continue
            pack, entry = place
            offset, ranges = begin - entry, list[tuple[int, int]]()
            for at, data, delta in pack.walk(entry, entry + end - begin, ranges):
                notes.add(at + offset, fresh.of_delta(data, delta) if delta else fresh.of_whole(data), len(data))
                if fresh.malformed:
                    notes.doubt(fresh)
            lost += [at + offset for low, high in ranges for at in range(low, high)]
        return self._rows(notes, fresh, lost)

    def _read_others(self, numbers: list[int]) -> TreeRows:
        fresh, notes, lost = FreshEntries(self._store.id_size), _Notes(), list[int]()
        for number, content in self._objects.read(numbers):
            try:
                data = content.whole()
            except GitError:
                lost.append(number)  # said when the contents were read
            else:
                notes.add(number, fresh.of_whole(data), len(data))
                if fresh.malformed:
                    notes.doubt(fresh)
        return self._rows(notes, fresh, lost)

    def _rows(self, notes: _Notes, fresh: FreshEntries, lost: list[int]) -> TreeRows:
        store = self._store
        ids = np.frombuffer(b"".join(notes.ids), np.uint8).reshape(-1, store.id_size)
        parents = np.repeat(np.frombuffer(notes.numbers, np.uint32), np.frombuffer(notes.counts, np.uint32))
        children = store.table.find(ids)
        there = children >= 0
        self._found.named[children[there]] = 1
        kept = there.copy()
        kept[there] = self._wanted[children[there]]
        return TreeRows(
            names=list(fresh.names),
            parents=parents[kept].tobytes(),
            children=children[kept].astype(np.uint32).tobytes(),
            missing=self._missing(ids[~there], parents[~there]),
            lost=lost,
            malformed=notes.malformed,
            count=int(store.first[np.frombuffer(notes.numbers, np.uint32)].sum()),
            size=notes.size,
        )

    def _missing(self, ids: Array, parents: Array) -> list[tuple[bytes, int]]:
        """What is nowhere, less the commits of submodules: those are in another store."""
        named: dict[int, list[bytes]] = {}
        for oid, parent in zip(map(bytes, ids), parents.tolist(), strict=True):
            named.setdefault(parent, []).append(oid)
        found = []
        for parent, oids in named.items():
            needed = self._needed(parent)
            found += [(oid, parent) for oid in oids if needed is None or oid in needed]
        return found

    def _needed(self, number: int) -> set[bytes] | None:
        """The ids of what has to be there for a tree to be whole; None where it cannot be read any more."""
        try:
            entries = tree_entries(self._tree(number), self._store.id_size)
        except GitError:
            return None
        return {oid for mode, _, oid in entries if mode != _GITLINK}

    def entries_named(self, names: Collection[bytes], jobs: int) -> list[tuple[int, bytes, int]]:
        """Every entry of one of these names: the tree, the name, and the number of what it stands for, if it is there.

        All trees are gone through once more: nobody but a person who has lost a key puts one into a name.
        """
        labels = {name: b" " + name + b"\0" for name in names}
        store, found = self._store, list[tuple[int, bytes, int]]()

        def search(task: Task) -> _Named:
            rows = _Named()
            for begin, end in task:
                place = store.place(begin)
                if place:
                    pack, entry = place
                    for at, data, _ in pack.walk(entry, entry + end - begin, []):
                        rows.entries += self._named(at + begin - entry, data, labels)
            return rows

        for _, rows in shared(search, _Named, planned(store, (TREE,), jobs), jobs):
            found += rows.entries if rows else []
        others = np.flatnonzero((store.kinds == TREE) & store.first)
        for number, content in self._objects.read(others[others >= store.packed].tolist()):
            with suppress(GitError):
                found += self._named(number, content.whole(), labels)
        return found

    def _named(self, number: int, tree: bytes, labels: Mapping[bytes, bytes]) -> list[tuple[int, bytes, int]]:
        if not any(label in tree for label in labels.values()):
            return []
        entries = [(name, oid) for _, name, oid in tree_entries(tree, self._store.id_size) if name in labels]
        ids = np.frombuffer(b"".join(oid for _, oid in entries), np.uint8).reshape(-1, self._store.id_size)
        children = self._store.table.find(ids).tolist()
        return [(number, name, child) for (name, _), child in zip(entries, children, strict=True) if child >= 0]

    def _tree(self, number: int) -> bytes:
        if number < self._store.packed:
            return self._objects.packed(number)
        return next(content.whole() for _, content in self._objects.read([number]))


class _Notes:
    """Ids as they are read, tree by tree."""

    def __init__(self) -> None:
        self.ids: list[bytes] = []
        self.numbers, self.counts = array("I"), array("I")
        self.malformed: list[int] = []
        self.size = 0

    def add(self, number: int, ids: list[bytes], size: int) -> None:
        self.ids += ids
        self.numbers.append(number)
        self.counts.append(len(ids))
        self.size += size

    def doubt(self, fresh: FreshEntries) -> None:
        """The last tree is not made as one."""
        self.malformed.append(self.numbers[-1])
        fresh.malformed = False
