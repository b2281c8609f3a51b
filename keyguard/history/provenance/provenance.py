"""Where a key in history is from: paths and commits that brought it, commits that took it away, what holds it still.

Looked up in memory: trees that lead to hits are known (``lineage``), and every commit names its tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from keyguard.git.refs.tips import Tip
from keyguard.history.provenance.graph import Graph
from keyguard.odb.vectors import np

#: a path, and something that it holds: the fingerprint of a key
Key: TypeAlias = tuple[bytes, str]
Keys: TypeAlias = dict[Key, int]

_NOTHING: Keys = {}
#: paths of one object below one tree, beyond those in a single folder, and keys below one tree: folders that hold each
#: other many times over have more files than there are atoms
_COPIES = 1000
_MOST = 1_000_000
#: no path is deeper
_DEEPEST = 4096


class Arrival(NamedTuple):
    """One commit that brought one key to one path."""

    key: Key
    number: int
    """Of the object that holds it."""
    place: int
    """Of the commit."""
    gone: list[int]
    """Places of commits that took it away from that path, whether after this one or not."""


class Paths:
    """What is found below a tree: (path, key) -> number of the object; the same for all trees that hold the same."""

    def __init__(self, trees: Mapping[int, Mapping[bytes, int]], keys: Callable[[bytes, int], Iterable[str]]) -> None:
        """``trees``: as ``Lineage.trees``; ``keys``: those in an entry, by its name and the number of its object."""
        self.trees = trees
        self._keys = keys
        self._sets: list[Keys] = [_NOTHING]
        self._times: list[int] = [0]
        """Of each set, in how many places any one key may be at most."""
        self._numbers: dict[tuple[tuple[bytes, int, int], ...], int] = {(): 0}
        self._known: dict[int, int] = {}
        self.problem = ""
        """Why some places are not told, in a word and more; empty where all are."""

    def under(self, tree: int) -> int:
        """The number of what is below a tree; 0 for nothing."""
        waiting = [tree]
        known, trees = self._known, self.trees
        while waiting:
            at = waiting[-1]
            entries = trees.get(at, {})
            open_ = [child for child in entries.values() if child in trees and child not in known]
            if at not in known and open_:
                if len(waiting) < _DEEPEST:
                    waiting += open_
                    continue
                self.problem = f"folders more than {_DEEPEST:,} deep: what is below has no full path"
            if at not in known:
                known[at] = self._numbered(entries)
            waiting.pop()
        return known[tree]

    def keys(self, number: int) -> Keys:
        """What has that number."""
        return self._sets[number]

    def _numbered(self, entries: Mapping[bytes, int]) -> int:
        known, trees = self._known, self.trees
        items = sorted(entries.items()) if len(entries) > 1 else entries.items()
        # trees that differ only in the objects of folders hold the same
        sign = tuple([(name, known.get(child, 0), -1 if child in trees else child) for name, child in items])
        found = self._numbers.get(sign)
        if found is None:
            found = self._numbers[sign] = len(self._sets)
            self._sets.append(self._merged([(name, known.get(child, 0), child) for name, child in items]))
        return found

    def _merged(self, parts: Sequence[tuple[bytes, int, int]]) -> Keys:
        copies = Counter(child for _, below, child in parts if not below)
        times = max(copies.values(), default=0) + sum(self._times[below] for _, below, _ in parts)
        merged: Keys = {}
        for name, below, child in parts:
            keys = self._sets[below]
            if times > _COPIES or len(merged) + len(keys) > _MOST:
                keys = self._bounded(merged, keys)
            for (path, key), number in keys.items():
                merged[name + b"/" + path, key] = number
            for key in self._keys(name, child):
                merged[name, key] = child
        self._times.append(min(times, _COPIES))
        return merged

    def _bounded(self, merged: Keys, keys: Keys) -> Keys:
        """As many of these as may come to those."""
        times = Counter((key, number) for (_, key), number in merged.items())
        kept: Keys = {}
        for (path, key), number in keys.items():
            times[key, number] += 1
            if times[key, number] <= _COPIES and len(merged) + len(kept) < _MOST:
                kept[path, key] = number
        if len(kept) < len(keys):
            self.problem = f"a key is in more than {_COPIES:,} places of one tree: only so many are told"
        return kept


class Provenance:
    """All commits, and what is below the tree of each."""

    def __init__(self, graph: Graph, paths: Paths) -> None:
        self._graph = graph
        self._paths = paths
        trees = graph.trees.tolist()
        distinct = {tree: paths.under(tree) for tree in set(trees) if tree in paths.trees}
        self._below = [distinct.get(tree, 0) for tree in trees]

    def below(self, place: int) -> Keys:
        """What is below the tree of a commit."""
        return self._paths.keys(self._below[place]) if place >= 0 else _NOTHING

    def numbers(self) -> set[int]:
        """Of all objects with keys that commits lead to."""
        return {number for below in set(self._below) for number in self._paths.keys(below).values()}

    def arrivals(self) -> list[Arrival]:
        """Every commit that brought a key to a path: one whose parents all had not got it."""
        brought, gone = list[tuple[Key, int, int]](), dict[Key, list[int]]()
        for place in self._changing():
            now = self.below(place)
            before = [self.below(parent) for parent in self._graph.parents(place)]
            brought += [(key, now[key], place) for key in now if not any(key in one for one in before)]
            for key in before[0] if before else ():
                if key not in now and all(key in one for one in before):
                    gone.setdefault(key, []).append(place)
        return [Arrival(key, number, place, gone.get(key, [])) for key, number, place in brought]

    def _changing(self) -> list[int]:
        """The commits below whose tree is something else than below one of their parents'."""
        below = np.array([*self._below, 0], np.int64)
        parents = np.array(self._graph.parent_places(), np.int64)
        counts = np.diff(self._graph.commits.starts)
        children = np.repeat(np.arange(len(counts)), counts)
        changed = np.zeros(len(counts), bool)
        changed[children[below[parents] != below[children]]] = True
        changed[(counts == 0) & (below[:-1] > 0)] = True
        return [int(place) for place in np.flatnonzero(changed)]

    def held(self, tips: Iterable[tuple[Tip, list[int]]]) -> dict[Key, list[tuple[Tip, int]]]:
        """Key -> the tips whose tree holds it still, with the place of the commit that it is the tree of, or -1."""
        leading: dict[int, list[tuple[Tip, int]]] = {}
        for tip, numbers in tips:
            for number in numbers:
                place = self._graph.place(number)
                below = self._below[place] if place >= 0 else 0
                if below:
                    leading.setdefault(below, []).append((tip, place))
        found: dict[Key, list[tuple[Tip, int]]] = {}
        for below, those in leading.items():
            for key in self._paths.keys(below):
                found.setdefault(key, []).extend(those)
        return found
