"""Where a key in history is from: paths and commits that brought it, commits that took it away, what holds it still.

Looked up in memory: trees that lead to hits are known (``lineage``), and every commit names its tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from keyguard.git.tips import Tip
from keyguard.history.graph import Graph
from keyguard.odb.vectors import np

#: a path, and something that it holds: the fingerprint of a key
Key: TypeAlias = tuple[bytes, str]
Keys: TypeAlias = dict[Key, int]

_NOTHING: Keys = {}
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
        self._numbers: dict[tuple[tuple[bytes, int, int], ...], int] = {(): 0}
        self._known: dict[int, int] = {}

    def under(self, tree: int) -> int:
        """The number of what is below a tree; 0 for nothing."""
        waiting = [tree]
        known, trees = self._known, self.trees
        while waiting:
            at = waiting[-1]
            entries = trees.get(at, {})
            open_ = [child for child in entries.values() if child in trees and child not in known]
            if at not in known and open_ and len(waiting) < _DEEPEST:
                waiting += open_
                continue
            if at not in known:
                known[at] = self._numbered(entries)
            waiting.pop()
        return known[tree]

    def keys(self, number: int) -> Keys:
        """What has that number."""
        return self._sets[number]

    def _numbered(self, entries: Mapping[bytes, int]) -> int:
        parts = tuple((name, self._known.get(child, 0), child) for name, child in sorted(entries.items()))
        # trees that differ only in the objects of folders hold the same
        sign = tuple((name, below, -1 if child in self.trees else child) for name, below, child in parts)
        found = self._numbers.get(sign)
        if found is None:
            found = self._numbers[sign] = len(self._sets)
            self._sets.append(self._merged(parts))
        return found

    def _merged(self, parts: Iterable[tuple[bytes, int, int]]) -> Keys:
        merged: Keys = {}
        for name, below, child in parts:
            for (path, key), number in self._sets[below].items():
                merged[name + b"/" + path, key] = number
            for key in self._keys(name, child):
                merged[name, key] = child
        return merged


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
