"""Read all trees of a store: find missing objects, names that contain keys, and edges from trees to objects.

Most trees are read as deltas only. References of commits and tags are read in ``contents``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from keyguard.history.caching.packs import TREES, PackCache
from keyguard.history.tasks import Task, mark, plan_tasks, run_tasks
from keyguard.history.trees.new_entries import NewTreeEntries
from keyguard.history.trees.rows import Connections, PackTrees, TreeRows
from keyguard.odb.arrays import Array, np
from keyguard.odb.entry_headers import TREE
from keyguard.odb.object_reader import ObjectReader
from keyguard.odb.store import Store
from keyguard.odb.tree_deltas import tree_entries
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.support.progress import Progress

_GITLINK = b"160000"


class _Named(msgspec.Struct, array_like=True):
    entries: list[tuple[int, bytes, int]] = []


class TreeReader:
    """Reads the trees of one store."""

    def __init__(
        self,
        store: Store,
        objects: ObjectReader,
        wanted: Array,
        with_keys: Callable[[Collection[bytes]], Collection[bytes]],
        suspects: Callable[[bytes], Iterable[int]],
    ) -> None:
        """``wanted`` (bool, one element per object) selects the objects besides trees to which edges are recorded.

        ``with_keys`` returns those of some names that contain a key; ``suspects`` returns the offsets in a text at
        which a key could be.
        """
        self._suspects = suspects
        self._with_keys = with_keys
        self._store = store
        self._objects = objects
        self._wanted = wanted | (store.kinds == TREE)
        self._found = Connections(store)

    def read_all(self, memory: PackCache, jobs: int, read: Array, progress: Progress | None = None) -> Connections:
        """Read all trees, those in packs that are not cached first, then the others one by one; set ``read`` for
        them.
        """
        store, found, fresh = self._store, self._found, dict[int, list[TreeRows]]()
        for at in range(len(store.packs)):
            known = memory.recall(TREES, at, PackTrees)
            if known is None:
                fresh[at] = []
            else:
                found.add(self._recalled(at, known))
                mark(read, store.kinds == TREE, [(store.starts[at], store.starts[at + 1])])
        plan = plan_tasks(store, (TREE,), jobs, fresh)
        for task, rows in run_tasks(self.read_task, TreeRows, plan, jobs, progress):
            one = rows or TreeRows(lost=[number for low, high in task for number in range(low, high)])
            found.add(one)
            mark(read, store.kinds == TREE, task)
            read[one.lost] = False
            fresh[store.pack_of(task[0][0])].append(one)
        for at, those in fresh.items():
            self._keep(memory, at, those)
        others = np.flatnonzero((store.kinds == TREE) & store.first)
        lost, found.lost = [number for number in found.lost if store.first[number]], []
        found.add(self._read_others([*lost, *others[others >= store.packed].tolist()]))
        read[lost] = True
        read[found.lost] = False
        return found

    def _keep(self, memory: PackCache, at: int, rows: list[TreeRows]) -> None:
        """Cache the trees of a pack if they were read completely and no name in them contains a key."""
        start, end = self._store.starts[at : at + 2]
        names = {name for one in rows for name in one.names}
        if (
            at >= len(self._found.planes) - 1
            or any(one.lost or one.malformed for one in rows)
            or self._with_keys(names)
        ):
            return
        parents, children = (
            (np.frombuffer(b"".join(parts), np.uint32).astype(np.int64) - start)
            for parts in ([one.parents for one in rows], [one.children for one in rows])
        )
        inside = (children >= 0) & (children < end - start)
        outside = [(oid, number - start) for one in rows for oid, number in (*one.outside, *one.missing)]
        found = PackTrees(
            parents=parents[inside].astype(np.uint32).tobytes(),
            children=children[inside].astype(np.uint32).tobytes(),
            named=np.packbits(self._found.planes[at, start:end]).tobytes(),
            outside=outside,
            size=sum(one.size for one in rows),
            links=[link for one in rows for link in one.links],
        )
        memory.keep(TREES, at, found)

    def _plane(self, at: int) -> Array:
        """Return the row of a pack in ``Connections.planes``; packs after the first few share the row of all other
        trees.
        """
        found: Array = self._found.planes[min(at, len(self._found.planes) - 1)]
        return found

    def _recalled(self, at: int, known: PackTrees) -> TreeRows:
        """Turn the cached data of a pack into what reading it would return."""
        store = self._store
        start, end = store.starts[at : at + 2]
        named = np.unpackbits(np.frombuffer(known.named, np.uint8), count=end - start)
        plane = self._plane(at)
        plane[start:end] |= named
        ids = np.frombuffer(b"".join(oid for oid, _ in known.outside), np.uint8).reshape(-1, store.id_size)
        namers = np.array([number + start for _, number in known.outside], np.int64)
        places = store.table.find(ids)
        there = places >= 0
        plane[places[there]] = 1
        kept = there.copy()
        kept[there] = self._wanted[places[there]]
        parents, children = (
            np.frombuffer(part, np.uint32).astype(np.int64) + start for part in (known.parents, known.children)
        )
        return TreeRows(
            parents=np.append(parents, namers[kept]).astype(np.uint32).tobytes(),
            children=np.append(children, places[kept]).astype(np.uint32).tobytes(),
            missing=[
                (oid, n + start) for (oid, n), here in zip(known.outside, there.tolist(), strict=True) if not here
            ],
            size=known.size,
            links=known.links,
        )

    def read_task(self, task: Task) -> TreeRows:
        """Read some delta trees."""
        fresh = self._fresh()
        for begin, end in task:
            place = self._store.place(begin)
            if place is None:
                continue
            pack, entry = place
            offset, lost = begin - entry, list[tuple[int, int]]()
            fresh.add_unpacked(pack.unpack(entry, entry + end - begin, lost), offset)
            fresh.lost += [at + offset for low, high in lost for at in range(low, high)]
        fresh.finish()
        return self._rows(fresh, self._store.pack_of(task[0][0]))

    def _read_others(self, numbers: list[int]) -> TreeRows:
        fresh = self._fresh()
        for number, content in self._objects.read(numbers):
            try:
                fresh.add_whole(number, content.whole())
            except GitError:
                fresh.lost.append(number)  # reported when the contents were read
        return self._rows(fresh, len(self._store.packs))

    def _fresh(self) -> NewTreeEntries:
        return NewTreeEntries(self._store.id_size, self._suspects)

    def _rows(self, fresh: NewTreeEntries, at: int) -> TreeRows:
        """Look up the ids in the store. ``at`` is the place of the pack that all of them are from, or the number of
        packs.
        """
        store = self._store
        parents, ids = fresh.columns()
        children = store.table.find(ids)
        there = children >= 0
        self._plane(at)[children[there]] = 1
        kept = there.copy()
        kept[there] = self._wanted[children[there]]
        missing, links = self._missing(ids[~there], parents[~there])
        return TreeRows(
            names=list(fresh.names),
            parents=parents[kept].astype(np.uint32).tobytes(),
            children=children[kept].astype(np.uint32).tobytes(),
            missing=missing,
            outside=self._outside(ids[there], children[there], parents[there], at),
            lost=fresh.lost,
            malformed=fresh.malformed,
            size=fresh.size,
            links=links,
        )

    def _outside(self, ids: Array, children: Array, parents: Array, at: int) -> list[tuple[bytes, int]]:
        """Return the ids that exist outside of this pack, with the trees that name them."""
        if at >= len(self._store.packs):
            return []
        start, end = self._store.starts[at : at + 2]
        away = np.flatnonzero((children < start) | (children >= end))
        return list(zip(map(bytes, ids[away]), parents[away].tolist(), strict=True))

    def _missing(self, ids: Array, parents: Array) -> tuple[list[tuple[bytes, int]], list[tuple[bytes, bytes]]]:
        """Return the ids that are missing; and the commits of submodules with their names, which belong to other
        stores.
        """
        named: dict[int, list[bytes]] = {}
        for oid, parent in zip(map(bytes, ids), parents.tolist(), strict=True):
            named.setdefault(parent, []).append(oid)
        found, links = list[tuple[bytes, int]](), dict[bytes, bytes]()
        for parent, oids in named.items():
            try:
                entries = list(tree_entries(self._tree(parent), self._store.id_size))
            except GitError:
                found += [(oid, parent) for oid in oids]
                continue
            needed = {oid for mode, _, oid in entries if mode != _GITLINK}
            found += [(oid, parent) for oid in oids if oid in needed]
            others = set(oids) - needed
            links.update({oid: name for mode, name, oid in entries if mode == _GITLINK and oid in others})
        return found, list(links.items())

    def entries_named(self, names: Collection[bytes], jobs: int) -> list[tuple[int, bytes, int]]:
        """Return every entry with one of these names whose object exists: tree, name and number of the object.

        This reads all trees once more, which is acceptable: keys in names are rare.
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

        for _, rows in run_tasks(search, _Named, plan_tasks(store, (TREE,), jobs), jobs):
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
        return self._objects.whole(number)
