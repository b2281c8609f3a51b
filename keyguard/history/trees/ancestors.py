"""Find the trees that lead to a hit, directly or through other trees, and the names on the way. Only such trees are
read.

A tree leads to what its delta inserts (``Connections.edges``), and to what its base leads to unless the delta removed
it. So the search goes up from the hits, level by level, through everything that is a delta of a tree with such an edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from keyguard.history.tasks import Plan, Task, run_tasks
from keyguard.odb.arrays import Array, np
from keyguard.odb.object_reader import ObjectReader
from keyguard.odb.store import Store
from keyguard.odb.tree_deltas import tree_entries
from keyguard.support.errors import GitError
from keyguard.triage import samples

if TYPE_CHECKING:
    from keyguard.support.progress import Progress

#: name -> number of the object
Entries: TypeAlias = dict[bytes, int]

#: the mode of nearly all files
_USUAL = b"100644 "
_HEAD = re.compile(rb"[0-7]{5,6} ([^\0/]+)")
#: folders deeper than this are not followed; a tree cannot contain itself except in a tampered store
_DEEPEST = 4096
_TASKS = 64


class _Found(msgspec.Struct, array_like=True):
    trees: list[tuple[int, Entries]] = []
    aside: set[int] = set()
    """Objects with an entry that sets aside all that is known of them."""


class TreeAncestors:
    """Trees with hits somewhere below them. Each hit is traced once.

    Secrets without a vendor's format are not traced through names that set them aside: those of tests and documents.
    """

    def __init__(
        self,
        store: Store,
        objects: ObjectReader,
        edges: tuple[Array, Array],
        jobs: int,
        progress: Progress | None = None,
    ) -> None:
        """``edges`` is ``Connections.edges``, sorted by child."""
        self._store = store
        self._objects = objects
        self._jobs = jobs
        self._progress = progress
        self._parents, self._children = edges
        #: for each object, the number of objects in the delta tree below it, including itself
        self._counts = np.concatenate(
            [*(pack.forest.counts for pack in store.packs), np.ones(len(store) - store.packed, np.int64)]
        )
        self.trees: dict[int, Entries] = {}
        """Number of a tree -> its entries that are hits or lead to some."""
        #: hits and trees with nothing but secrets without a vendor's format
        self._soft: set[int] = set()
        self.aside: set[int] = set()
        """Objects that some entry leaves out, as its name sets aside all keys in them or below them."""
        self.problem = ""
        """Why some trees may be missing; empty if none are."""

    def trace(
        self, hits: Iterable[int], given: Iterable[tuple[int, bytes, int]] = (), judged: Iterable[int] = ()
    ) -> None:
        """Find all trees that lead to ``hits``; ``given`` are further entries: tree, name, number of the object.

        ``judged`` are those of the hits in which there are only secrets without a vendor's format.
        """
        self._soft = set(judged)
        frontier = set()
        for tree, name, child in given:
            self.trees.setdefault(tree, {})[name] = child
            frontier.add(tree)
        frontier |= self._level(set(hits), blobs=True)
        for _ in range(_DEEPEST):
            if not frontier:
                self._set_aside()
                return
            frontier = self._level(frontier)
        self.problem = f"folders more than {_DEEPEST:,} deep: what is below has no full path"

    def name_of(self, oid: bytes, tree: int) -> bytes:
        """Return the name of the first entry with this id in a tree; empty if it cannot be read."""
        try:
            data = self._objects.packed(tree) if tree < self._store.packed else self._objects.whole(tree)
        except GitError:
            return b""
        return next((name for _, name, one in tree_entries(data, self._store.id_size) if one == oid), b"")

    def _level(self, wanted: set[int], *, blobs: bool = False) -> set[int]:
        """Record all trees with an entry in ``wanted``; return those to go on with."""
        fresh, soft = set[int](), self._soft
        starters = self._starters(wanted)
        plan = self._plan(starters)
        search = _Search(self._store, self._objects, wanted, starters, frozenset(wanted & soft), blobs=blobs)
        for _, found in run_tasks(search.run, _Found, plan, self._jobs, self._progress):
            self.aside |= found.aside if found else set()
            for number, entries in found.trees if found else []:
                is_new, is_soft = number not in self.trees, self._is_soft(entries, blobs=blobs)
                if is_new or (number in soft and not is_soft):  # what is below it is worth more than was known
                    fresh.add(number)
                if is_new and is_soft:
                    soft.add(number)
                elif not is_soft:
                    soft.discard(number)
                self.trees.setdefault(number, {}).update(entries)
        return fresh

    def _is_soft(self, entries: Entries, *, blobs: bool) -> bool:
        """Return whether entries lead only to secrets without a vendor's format, which folders may set aside.

        Environment files tell what a program uses, in whatever folder they are.
        """
        told = blobs and any(map(samples.is_environment_file, entries))
        return not told and self._soft.issuperset(entries.values())

    def _set_aside(self) -> None:
        """Add to what is set aside what is below it."""
        waiting = [*self.aside]
        while waiting:
            below = set(self.trees.get(waiting.pop(), {}).values()) - self.aside
            self.aside |= below
            waiting += below

    def _starters(self, wanted: set[int]) -> dict[int, list[int]]:
        """Return the trees with an edge to one of ``wanted``, each with the objects that its edges lead to."""
        numbers = np.fromiter(wanted, np.int64, len(wanted))
        numbers.sort()
        low = np.searchsorted(self._children, numbers)
        counts = np.searchsorted(self._children, numbers, side="right") - low
        places = np.arange(int(counts.sum())) + np.repeat(low - np.cumsum(counts) + counts, counts)
        starters: dict[int, list[int]] = {}
        for tree, number in zip(self._parents[places].tolist(), np.repeat(numbers, counts).tolist(), strict=True):
            starters.setdefault(tree, []).append(number)
        return starters

    def _plan(self, starters: Iterable[int]) -> Plan:
        """Return tasks of similar weight that cover the delta trees below these trees, each once."""
        begins = np.array(sorted(starters), np.int64)
        ends = begins + self._counts[begins]
        apart = np.append(True, np.maximum.accumulate(ends)[:-1] <= begins[1:])[: len(begins)]
        begins, ends = begins[apart], ends[apart]
        sizes = ends - begins
        share = int(sizes.sum()) // _TASKS + 1
        parts = (np.cumsum(sizes) - sizes) // share
        plan = Plan()
        for rows in np.split(np.arange(len(begins)), np.flatnonzero(np.diff(parts)) + 1):
            if len(rows):
                plan.tasks.append(list(zip(begins[rows].tolist(), ends[rows].tolist(), strict=True)))
                plan.weights.append(int(sizes[rows].sum()) * 4096)
        return plan


class _Search:
    """One level of the search: find the trees that have an entry in ``wanted``."""

    def __init__(
        self,
        store: Store,
        objects: ObjectReader,
        wanted: set[int],
        starters: dict[int, list[int]],
        soft: frozenset[int],
        *,
        blobs: bool,
    ) -> None:
        self._soft = soft
        self._reason = samples.name_reason if blobs else samples.folder_reason
        self._store = store
        self._objects = objects
        self._wanted = {store.ids[number].tobytes(): number for number in wanted}
        self._starters = starters

    def run(self, task: Task) -> _Found:
        found = _Found()
        for low, high in task:
            place = self._store.place(low)
            if place is None:
                self._alone(low, found)
                continue
            pack, entry = place
            offset = low - entry
            parents = pack.forest.parents[entry : entry + high - low].tolist()
            known: dict[int, dict[bytes, tuple[int, int]]] = {}
            lost: list[tuple[int, int]] = []
            for at, data, _ in pack.walk(entry, entry + high - low, lost):
                entries = self._entries(data, known.get(parents[at - entry], {}), self._starters.get(at + offset, ()))
                if entries:
                    known[at] = self._keep(at + offset, entries, found)
            for first, stop in lost:
                for at in range(first, stop):
                    self._alone(at + offset, found)
        return found

    def _alone(self, number: int, found: _Found) -> None:
        """Parse a tree that is not a delta, or cannot be read as one."""
        try:
            data = self._objects.packed(number) if number < self._store.packed else self._objects.whole(number)
        except GitError:
            return  # reported when the contents were read
        self._keep(number, self._parsed(data), found)

    def _keep(self, number: int, entries: dict[bytes, tuple[int, int]], found: _Found) -> dict[bytes, tuple[int, int]]:
        """Add a tree with its entries, but those whose names set aside what they lead to; return what was added."""
        soft, reason = self._soft, self._reason
        left = [name for name, (child, _) in entries.items() if child in soft and reason(name)] if soft else []
        if left:
            found.aside.update(entries[name][0] for name in left)
            entries = {name: one for name, one in entries.items() if name not in left}
        if entries:
            found.trees.append((number, {name: child for name, (child, _) in entries.items()}))
        return entries

    def _entries(
        self, tree: bytes, before: dict[bytes, tuple[int, int]], fresh: Iterable[int]
    ) -> dict[bytes, tuple[int, int]]:
        """Return name -> (object, offset of the name in the tree), from ``before``, the same for the tree's base."""
        size, wanted, entries = self._store.id_size, self._wanted, dict[bytes, tuple[int, int]]()
        for name, (_, at) in before.items():
            label = b" " + name + b"\0"
            if not tree.startswith(label, at - 1):
                at = tree.find(label) + 1
                if not at:
                    continue
            if not _is_name(tree, at, size):  # it is the end of a longer name
                return self._parsed(tree)
            end = at + len(name) + 1
            child = wanted.get(tree[end : end + size])
            if child is not None:
                entries[name] = child, at
        there = [child for child, _ in entries.values()]
        for child in fresh:
            oid = self._store.ids[child].tobytes()
            if child not in there:
                self._add(tree, oid, child, entries)
            elif tree.count(oid) > there.count(child):  # the tree has it under another name as well
                return self._parsed(tree)
        return entries

    def _add(self, tree: bytes, oid: bytes, child: int, entries: dict[bytes, tuple[int, int]]) -> None:
        """Add the entry with this id: it begins where the id of the previous entry ends."""
        at = tree.find(oid)
        if at < 1:
            return
        before = tree.rfind(b"\0", 0, at - 1)
        begin = before + 1 + self._store.id_size if before >= 0 else 0
        head = _HEAD.fullmatch(tree, begin, at - 1)
        if head and tree.find(oid, at + 1) < 0:
            entries[head[1]] = child, head.start(1)
        else:
            entries.update(self._parsed(tree))

    def _parsed(self, tree: bytes) -> dict[bytes, tuple[int, int]]:
        """Return the same by parsing the whole tree."""
        entries = {}
        for _, name, oid in tree_entries(tree, self._store.id_size):
            child = self._wanted.get(oid)
            if child is not None:
                entries[name] = child, tree.find(b" " + name + b"\0" + oid) + 1
        return entries


def _is_name(tree: bytes, at: int, size: int) -> bool:
    """Return whether a name begins here: a mode precedes it, and an id or the start of the tree precedes the mode."""
    if tree.startswith(_USUAL, at - 7) and (at == 7 or (at > size + 8 and not tree[at - size - 8])):
        return True
    for begin in (at - 7, at - 6):
        if tree[max(begin, 0) : at - 1].isdigit() and (not begin or tree[max(begin - size - 1, 0)] == 0):
            return True
    return False
