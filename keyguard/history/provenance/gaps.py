"""What of a history was not read: objects that are damaged, and those that something leads to and that are nowhere."""

from __future__ import annotations

from collections.abc import Iterable

from keyguard.git.refs.tips import FULL_DEPTH, Tip, Tips
from keyguard.history.provenance.graph import DANGLING, Graph
from keyguard.history.trees.lineage import Lineage
from keyguard.history.trees.rows import Connections
from keyguard.model.finding import Skipped
from keyguard.odb.store import Store
from keyguard.odb.vectors import np

#: objects that are named one by one; a partial clone lacks any number
_MOST = 1000
_SHALLOW = f"shallow clone: the history before {{commits}} is not here: {FULL_DEPTH}, or --allow-incomplete"
_PARTIAL = "partial clone: {objects} are not here: fetch them (git fetch --refetch --no-filter), or --allow-incomplete"

Numbered = list[tuple[Tip, list[int]]]


class Gaps:
    """The gaps of one store, as they are found."""

    def __init__(self, store: Store, tips: Tips) -> None:
        self._store = store
        self._tips = tips
        self._unreadable: dict[int, Skipped] = {}
        self._missing: dict[str, str] = {}
        self._whole: list[Skipped] = []
        self.shallow = self.partial = False

    @property
    def missing(self) -> int:
        """How many objects are nowhere."""
        return len(self._missing)

    @property
    def damaged(self) -> list[int]:
        """The numbers of what is there, and cannot be read, or not whole."""
        return list(self._unreadable)

    def unreadable(self, number: int, reason: str, detail: str) -> None:
        """An object is there, and cannot be read."""
        if self._store.first[number]:
            path = f"object:{self._store.oid(number)}".encode()
            self._unreadable.setdefault(number, Skipped(path=path, reason=reason or "corrupt", detail=detail))

    def whole(self, reason: str, detail: str) -> None:
        """Something of the history as a whole is not told; nothing where there is no ``detail``."""
        if detail:
            self._whole.append(_whole(reason, detail))

    def find(
        self, graph: Graph, connections: Connections, there: Numbered, reaches: list[int], lineage: Lineage
    ) -> None:
        """What is led to and nowhere; a commit or tree that nothing leads to may have lost what it is made of."""
        for number in connections.lost:
            self.unreadable(number, "corrupt", "a tree that cannot be read")
        for number in connections.malformed:
            self.unreadable(number, "corrupt", "a tree that is not made of entries from beginning to end")
        self._look_at_tips(there)
        self._look_at_commits(graph, reaches)
        self._look_at_tags(graph, there)
        self._look_at_trees(graph, connections, there, reaches, lineage)
        self.partial = self._tips.partial and bool(self._missing)

    def skipped(self) -> list[Skipped]:
        """All of them, the objects by id."""
        found = [*self._store.skipped, *self._tips.skipped, *self._whole]
        if self.shallow:
            found.append(_whole("shallow", _SHALLOW.format(commits=_counted(len(self._tips.shallow), "commit"))))
        if self.partial:
            found.append(_whole("partial", _PARTIAL.format(objects=_counted(self.missing, "object"))))
        listed = [Skipped(f"object:{oid}".encode(), "missing", by) for oid, by in sorted(self._missing.items())]
        listed += sorted(self._unreadable.values())
        if len(listed) > _MOST:
            detail = f"{len(listed) - _MOST} more objects are missing or damaged"
            listed[_MOST:] = [_whole("missing", detail)]
        return found + listed

    def _miss(self, oid: str, by: str) -> None:
        self._missing.setdefault(oid, by)

    def _look_at_tips(self, there: Numbered) -> None:
        known = {tip.oid for tip, _ in there}
        for tip in self._tips.tips:
            if tip.kept and tip.oid not in known:
                name = tip.name.decode("utf-8", "backslashreplace")
                self._miss(tip.oid, f"named by {'the reflog of ' if tip.reach == 'reflog' else ''}{name}")

    def _look_at_commits(self, graph: Graph, reaches: list[int]) -> None:
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

    def _look_at_tags(self, graph: Graph, there: Numbered) -> None:
        led = {number for _, numbers in there for number in numbers}
        tags = [(number, target) for number, target in graph.tags.items() if target and number in led]
        numbers = self._store.table.find_hex([target for _, target in tags])
        for (number, target), found in zip(tags, numbers, strict=True):
            if found < 0:
                self._miss(target, f"what tag {self._store.oid(number)} is put on")

    def _look_at_trees(
        self, graph: Graph, connections: Connections, there: Numbered, reaches: list[int], lineage: Lineage
    ) -> None:
        """Only what can be reached counts: from which commits it can be is found as for a hit."""
        if not connections.missing:
            return
        namers = {number for numbers in connections.missing.values() for number in numbers}
        lineage.trace(namers)
        leading = set(lineage.trees) | namers
        rooted = {int(tree) for tree, reach in zip(graph.trees, reaches, strict=True) if reach != DANGLING}
        rooted |= {number for _, numbers in there for number in numbers}
        alive = self._alive(lineage, leading & rooted)
        for oid, numbers in connections.missing.items():
            by = next((number for number in sorted(numbers) if number in alive), None)
            if by is not None:
                name = lineage.name_of(oid, by) if len(self._missing) < _MOST else b""
                shown = name.decode("utf-8", "backslashreplace")
                self._miss(oid.hex(), f"{shown or 'named'} {'in' if shown else 'by'} tree {self._store.oid(by)}")

    def _alive(self, lineage: Lineage, roots: Iterable[int]) -> set[int]:
        """The trees below these, themselves included, as far as ``lineage`` goes."""
        seen, waiting = set(roots), list(roots)
        while waiting:
            fresh = [child for child in lineage.trees.get(waiting.pop(), {}).values() if child not in seen]
            seen.update(fresh)
            waiting += fresh
        return seen


def _whole(reason: str, detail: str) -> Skipped:
    return Skipped(path=b"history", reason=reason, detail=detail)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"
