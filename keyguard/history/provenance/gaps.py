"""Gaps in a history: damaged objects, and objects that are referenced but missing."""

from __future__ import annotations

from collections.abc import Iterable

from keyguard.git.refs.tips import FULL_DEPTH, Tip, Tips
from keyguard.history.provenance.commit_graph import DANGLING, CommitGraph
from keyguard.history.trees.ancestors import TreeAncestors
from keyguard.history.trees.rows import Connections
from keyguard.model.finding import Skipped
from keyguard.odb.arrays import np
from keyguard.odb.store import Store

#: objects that are listed individually; a partial clone may lack any number
_MOST = 1000
_SHALLOW = f"shallow clone: the history before {{commits}} is not here: {FULL_DEPTH}, or --allow-incomplete"
_PARTIAL = "partial clone: {objects} not fetched: git fetch --refetch --no-filter, or --allow-incomplete"

Numbered = list[tuple[Tip, list[int]]]


class Gaps:
    """Collects the gaps of one store."""

    def __init__(self, store: Store, tips: Tips) -> None:
        self._store = store
        self._tips = tips
        self._unreadable: dict[int, Skipped] = {}
        self._missing: dict[str, str] = {}
        self._history_gap: list[Skipped] = []
        self.shallow = self.partial = False

    @property
    def missing(self) -> int:
        """The number of missing objects."""
        return len(self._missing)

    @property
    def damaged(self) -> list[int]:
        """The numbers of objects that cannot be read, or not completely."""
        return list(self._unreadable)

    def add_unreadable(self, number: int, reason: str, detail: str) -> None:
        """Record an object that exists but cannot be read."""
        if self._store.first[number]:
            path = f"object:{self._store.oid(number)}".encode()
            self._unreadable.setdefault(number, Skipped(path=path, reason=reason or "corrupt", detail=detail))

    def add_history_gap(self, reason: str, detail: str) -> None:
        """Record a gap of the history as a whole; do nothing if ``detail`` is empty."""
        if detail:
            self._history_gap.append(_history_gap(reason, detail))

    def find(
        self,
        graph: CommitGraph,
        connections: Connections,
        there: Numbered,
        reaches: list[int],
        ancestors: TreeAncestors,
    ) -> None:
        """Find referenced objects that are missing. Unreachable commits and trees do not count: their objects may have
        been pruned.
        """
        for number in connections.lost:
            self.add_unreadable(number, "corrupt", "a tree that cannot be read")
        for number in connections.malformed:
            self.add_unreadable(number, "corrupt", "a tree that is not made of entries from beginning to end")
        self._check_tips(there)
        self._check_commits(graph, reaches)
        self._check_tags(graph, there)
        self._check_trees(graph, connections, there, reaches, ancestors)
        self.partial = self._tips.partial and bool(self._missing)

    def skipped(self) -> list[Skipped]:
        """Return all gaps; objects are sorted by id."""
        found = [*self._store.skipped, *self._tips.skipped, *self._history_gap]
        if self.shallow:
            found.append(_history_gap("shallow", _SHALLOW.format(commits=_counted(len(self._tips.shallow), "commit"))))
        if self.partial:
            found.append(_history_gap("partial", _PARTIAL.format(objects=_counted(self.missing, "object"))))
        listed = [Skipped(f"object:{oid}".encode(), "missing", by) for oid, by in sorted(self._missing.items())]
        listed += sorted(self._unreadable.values())
        if len(listed) > _MOST:
            detail = f"{len(listed) - _MOST} more objects are missing or damaged"
            listed[_MOST:] = [_history_gap("missing", detail)]
        return found + listed

    def _miss(self, oid: str, by: str) -> None:
        self._missing.setdefault(oid, by)

    def _check_tips(self, there: Numbered) -> None:
        known = {tip.oid for tip, _ in there}
        for tip in self._tips.tips:
            if tip.kept and tip.oid not in known:
                name = tip.name.decode("utf-8", "backslashreplace")
                self._miss(tip.oid, f"named by {'the reflog of ' if tip.reach == 'reflog' else ''}{name}")

    def _check_commits(self, graph: CommitGraph, reaches: list[int]) -> None:
        commits = graph.commits
        for place in np.flatnonzero(graph.trees < 0).tolist():
            if reaches[place] != DANGLING:
                self._miss(commits.trees[place].tobytes().hex(), f"the tree of commit {graph.oid(place)}")
        owners = np.searchsorted(commits.starts, np.flatnonzero(graph.parent_numbers < 0), side="right") - 1
        for at, place in zip(np.flatnonzero(graph.parent_numbers < 0).tolist(), owners.tolist(), strict=True):
            if reaches[place] == DANGLING:
                continue
            if graph.oid(place) in self._tips.shallow:
                self.shallow = True
            else:
                self._miss(commits.parents[at].tobytes().hex(), f"a parent of commit {graph.oid(place)}")

    def _check_tags(self, graph: CommitGraph, there: Numbered) -> None:
        led = {number for _, numbers in there for number in numbers}
        tags = [(number, target) for number, target in graph.tags.items() if target and number in led]
        numbers = self._store.table.find_hex([target for _, target in tags])
        for (number, target), found in zip(tags, numbers, strict=True):
            if found < 0:
                self._miss(target, f"what tag {self._store.oid(number)} is put on")

    def _check_trees(
        self,
        graph: CommitGraph,
        connections: Connections,
        there: Numbered,
        reaches: list[int],
        ancestors: TreeAncestors,
    ) -> None:
        """Record missing tree entries if the tree is reachable from a commit or tip; this is traced as for a hit."""
        if not connections.missing:
            return
        namers = {number for numbers in connections.missing.values() for number in numbers}
        ancestors.trace(namers)
        leading = set(ancestors.trees) | namers
        rooted = {int(tree) for tree, reach in zip(graph.trees, reaches, strict=True) if reach != DANGLING}
        rooted |= {number for _, numbers in there for number in numbers}
        reachable = self._reachable_trees(ancestors, leading & rooted)
        for oid, numbers in connections.missing.items():
            by = next((number for number in sorted(numbers) if number in reachable), None)
            if by is not None:
                name = ancestors.name_of(oid, by) if len(self._missing) < _MOST else b""
                shown = name.decode("utf-8", "backslashreplace")
                self._miss(oid.hex(), f"{shown or 'named'} {'in' if shown else 'by'} tree {self._store.oid(by)}")

    def _reachable_trees(self, ancestors: TreeAncestors, roots: Iterable[int]) -> set[int]:
        """Return the trees reachable from ``roots``, including these, as far as ``ancestors`` knows them."""
        seen, waiting = set(roots), list(roots)
        while waiting:
            fresh = [child for child in ancestors.trees.get(waiting.pop(), {}).values() if child not in seen]
            seen.update(fresh)
            waiting += fresh
        return seen


def _history_gap(reason: str, detail: str) -> Skipped:
    return Skipped(path=b"history", reason=reason, detail=detail)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"
