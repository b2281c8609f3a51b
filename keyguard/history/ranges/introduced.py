"""Which commits of a range brought which keys to which paths, and which took them away again.

A key is brought by a commit if none of its parents has it at that path, and it was not just moved there: where a parent
has it at another path, at which the commit has it no more, it is new only if it came to that other path in the range.
Nor is it new where an end of the range already has it at that path: commits that are made anew bring nothing anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple, TypeAlias

from keyguard.history.ranges.fetched import Fetched
from keyguard.history.ranges.new_entries import Place, Sought
from keyguard.history.ranges.range_commits import Stretch
from keyguard.history.views import IN_NAME, Views

#: a path, and something that it holds: the fingerprint of a key
Key: TypeAlias = tuple[bytes, str]

_NO_FILE = (b"40000", b"040000", b"160000")
#: look-ups that are made to tell which commits took keys away: beyond that it is not told
_PATIENCE = 1_000_000


class Arrival(NamedTuple):
    """One commit that brought one key to one path."""

    key: Key
    oid: str
    """Of the object that holds it."""
    commit: str


class Arrivals:
    """The commits of a range, and the keys in what they hold."""

    def __init__(self, stretch: Stretch, fetched: Fetched, views: Views, names: Collection[bytes]) -> None:
        """``names``: those with keys in them."""
        self._stretch = stretch
        self._fetched = fetched
        self._views = views
        self._names = names
        self._moves: dict[str, dict[str, set[bytes]]] = {}

    def find(self, known: Collection[str]) -> list[Arrival]:
        """All of them, earlier ones first; ``known`` are trees of which nothing is new."""
        novelty, hits = self._stretch.novelty, self._views.hits
        novelty.look([self._stretch.pair(oid) for oid in self._stretch.commits], everything=True)
        sought = novelty.seek({bytes.fromhex(self._fetched.oid(number)) for number in hits}, self._names)
        found: list[Arrival] = []
        brought: set[Key] = set()
        for commit in self._stretch.commits:
            for arrival in self._brought_by(commit, sought):
                old = any(self.holds_below(tree, arrival.key) for tree in known)
                if not old and not self._is_moved(arrival, brought):
                    brought.add(arrival.key)
                    found.append(arrival)
        return found

    def takers(self, keys: Collection[Key]) -> dict[Key, list[str]]:
        """For each key the commits, earlier ones first, that have it no more, though all of their parents have."""
        found: dict[Key, list[str]] = {key: [] for key in keys}
        if len(keys) * len(self._stretch.commits) > _PATIENCE:
            return found
        for oid, commit in self._stretch.commits.items():
            for key in keys if commit.parents else ():
                if not self.holds(oid, key) and all(self.holds(parent, key) for parent in commit.parents):
                    found[key].append(oid)
        return found

    def holds(self, commit: str, key: Key) -> bool:
        """Whether a commit, of the range or right before it, has a key at its path."""
        known = self._stretch.commit(commit)
        return known is not None and self.holds_below(known.tree, key)

    def holds_below(self, tree: str, key: Key) -> bool:
        """Whether a tree has a key at its path."""
        path, mark = key
        there = self._stretch.at(tree, path)
        return there is not None and mark in self._marks(Place(path, there.mode, there.oid))

    def _marks(self, place: Place) -> list[str]:
        """The keys in an entry, and in its name."""
        if place.mode in _NO_FILE:
            return [mark for mark in self._views.keys(place.name, -1) if mark.startswith(IN_NAME)]
        return self._views.keys(place.name, self._fetched.inspected(place.oid))

    def _brought_by(self, commit: str, sought: Sought) -> Iterable[Arrival]:
        parents = self._stretch.commits[commit].parents
        for place in self._stretch.places(commit, sought):
            for mark in self._marks(place):
                key = (place.path, mark)
                if not any(self.holds(parent, key) for parent in parents):
                    yield Arrival(key, place.oid, commit)

    def _is_moved(self, arrival: Arrival, brought: Collection[Key]) -> bool:
        """Whether a key, that was there before the range, has only changed its place. One in a name always is new."""
        path, mark = arrival.key
        if mark.startswith(IN_NAME):
            return False
        left = [(place, mark) for place in self._left(arrival.commit).get(mark, ()) if place != path]
        return bool(left) and not any(key in brought for key in left)

    def _left(self, commit: str) -> dict[str, set[bytes]]:
        """Key -> paths at which a parent of a commit has it, and it has not."""
        if commit not in self._moves:
            found: dict[str, set[bytes]] = {}
            for place in self._stretch.departures(commit):
                if place.mode in _NO_FILE:
                    continue
                for mark in self._marks(place):
                    if not self.holds(commit, (place.path, mark)):
                        found.setdefault(mark, set()).add(place.path)
            self._moves[commit] = found
        return self._moves[commit]
