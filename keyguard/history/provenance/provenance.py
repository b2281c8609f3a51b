"""Find the commits that introduced each key to each path, those that removed it, and the tips that still hold it.

Everything is looked up in memory: the trees that lead to hits are known (``trees.ancestors``), and every commit names
its tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from keyguard.git.refs.tips import Tip
from keyguard.history.provenance.commit_graph import CommitGraph
from keyguard.masking.run_identity import is_run_identity
from keyguard.odb.arrays import np
from keyguard.triage import samples

#: a path, and the fingerprint of a key in it
Key: TypeAlias = tuple[bytes, str]
Keys: TypeAlias = dict[Key, int]

_NOTHING: Keys = {}
#: limits: paths of one object below one tree, besides those in a single folder, and keys below one tree. Folders that
#: contain each other many times over have more files than there are atoms
_COPIES = 1000
_MOST = 1_000_000
#: folders deeper than this are not followed
_DEEPEST = 4096


class Introduction(NamedTuple):
    """One commit that introduced one key to one path."""

    key: Key
    number: int
    """The number of the object that contains the key."""
    place: int
    """The place of the commit."""
    removals: list[int]
    """Places of the commits that removed the key from that path, before or after this one."""


class KeyPaths:
    """The keys below each tree: (path, key) -> number of the object. Trees with the same keys share one numbered
    set.

    Secrets without a vendor's format are left out where their path sets them aside: a history has thousands of them in
    its tests and documents.
    """

    def __init__(
        self,
        trees: Mapping[int, Mapping[bytes, int]],
        keys: Callable[[bytes, int], Iterable[str]],
        aside: Iterable[int] = (),
    ) -> None:
        """``trees`` and ``aside`` are those of ``TreeAncestors``; ``keys`` returns the keys of an entry, given its name
        and the number of its object.
        """
        self.trees = trees
        self._keys = keys
        self._sets: list[Keys] = [_NOTHING]
        self._times: list[int] = [0]
        """For each set, the maximal number of places of any one key."""
        self._numbers: dict[tuple[tuple[bytes, int, int], ...], int] = {(): 0}
        self._known: dict[int, int] = {}
        self.problem = ""
        """Why some places are left out; empty if none are."""
        self.aside = set(aside)
        """The numbers of the objects in or below which secrets are left out, as some path sets them aside."""

    def under(self, tree: int) -> int:
        """Return the number of the set of keys below a tree; 0 is the empty set."""
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
        """Return the set with that number."""
        return self._sets[number]

    def _numbered(self, entries: Mapping[bytes, int]) -> int:
        """Return the number of the set for these entries, whose subtrees are numbered already."""
        known, trees = self._known, self.trees
        items = sorted(entries.items()) if len(entries) > 1 else entries.items()
        # the ids of subtrees are left out: trees that differ only in those have the same keys
        sign = tuple([(name, known.get(child, 0), -1 if child in trees else child) for name, child in items])
        found = self._numbers.get(sign)
        if found is None:
            found = self._numbers[sign] = len(self._sets)
            self._sets.append(self._merged([(name, known.get(child, 0), child) for name, child in items]))
        return found

    def _merged(self, parts: Sequence[tuple[bytes, int, int]]) -> Keys:
        """Return the union of the sets of the parts, with the paths prefixed, and the keys of the entries
        themselves.
        """
        copies = Counter(child for _, below, child in parts if not below)
        times = max(copies.values(), default=0) + sum(self._times[below] for _, below, _ in parts)
        merged: Keys = {}
        for name, below, child in parts:
            keys = self._sets[below]
            if keys and samples.folder_reason(name):
                keys = self._without_aside(keys)
            if times > _COPIES or len(merged) + len(keys) > _MOST:
                keys = self._bounded(merged, keys)
            for (path, key), number in keys.items():
                merged[name + b"/" + path, key] = number
            for key in self._keys(name, child):
                if is_run_identity(key) and samples.name_reason(name):
                    self.aside.add(child)
                else:
                    merged[name, key] = child
        self._times.append(min(times, _COPIES))
        return merged

    def _without_aside(self, keys: Keys) -> Keys:
        """Return the keys but those of secrets without a vendor's format in files that folders set aside."""
        kept = {key: number for key, number in keys.items() if not _is_set_aside(key)}
        self.aside.update(number for key, number in keys.items() if key not in kept)
        return kept

    def _bounded(self, merged: Keys, keys: Keys) -> Keys:
        """Return as many of ``keys`` as the limits allow besides those in ``merged``."""
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
    """All commits, and the keys below the tree of each."""

    def __init__(self, graph: CommitGraph, paths: KeyPaths) -> None:
        self._graph = graph
        self._paths = paths
        trees = graph.trees.tolist()
        distinct = {tree: paths.under(tree) for tree in set(trees) if tree in paths.trees}
        self._below = [distinct.get(tree, 0) for tree in trees]

    def below(self, place: int) -> Keys:
        """Return the keys below the tree of a commit."""
        return self._paths.keys(self._below[place]) if place >= 0 else _NOTHING

    def numbers(self) -> set[int]:
        """Return the numbers of all objects with keys that commits reach."""
        return {number for below in set(self._below) for number in self._paths.keys(below).values()}

    def introductions(self) -> list[Introduction]:
        """Return each commit that introduced a key to a path, that is, none of its parents has the key there."""
        brought, removals = list[tuple[Key, int, int]](), dict[Key, list[int]]()
        for place in self._changing():
            now = self.below(place)
            before = [self.below(parent) for parent in self._graph.parents(place)]
            brought += [(key, now[key], place) for key in now if not any(key in one for one in before)]
            for key in before[0] if before else ():
                if key not in now and all(key in one for one in before):
                    removals.setdefault(key, []).append(place)
        return [Introduction(key, number, place, removals.get(key, [])) for key, number, place in brought]

    def _changing(self) -> list[int]:
        """Return the places of the commits whose tree has other keys than the tree of one of their parents."""
        below = np.array([*self._below, 0], np.int64)
        parents = np.array(self._graph.parent_places(), np.int64)
        counts = np.diff(self._graph.commits.starts)
        children = np.repeat(np.arange(len(counts)), counts)
        changed = np.zeros(len(counts), bool)
        changed[children[below[parents] != below[children]]] = True
        changed[(counts == 0) & (below[:-1] > 0)] = True
        return [int(place) for place in np.flatnonzero(changed)]

    def held(self, tips: Iterable[tuple[Tip, list[int]]]) -> dict[Key, list[tuple[Tip, int]]]:
        """Return for each key the tips whose tree still holds it, with the place of the tip's commit."""
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


def _is_set_aside(key: Key) -> bool:
    path, identity = key
    return is_run_identity(identity) and not samples.is_environment_file(path.rpartition(b"/")[2])
