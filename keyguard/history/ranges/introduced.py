"""Find the commits of a range that introduced each key to each path, and the commits that removed it again.

A commit introduces a key if none of its parents has it at that path, and the commit did not just move it there. If a
parent has it at another path from which the commit removes it, the key is new only if it came to that other path within
the range. A key that an excluded end of the range already has at that path is not new: rewritten commits introduce
nothing again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple, TypeAlias

from keyguard.history.ranges.commit_trees import RangeCommits
from keyguard.history.ranges.objects import RangeObjects
from keyguard.history.ranges.tree_diff import Place, Target
from keyguard.history.sightings_by_path import NAME_PREFIX, SightingsByPath

#: a path, and the fingerprint of a key in it
Key: TypeAlias = tuple[bytes, str]

_NO_FILE = (b"40000", b"040000", b"160000")
#: number of look-ups for finding the commits that removed keys; above that, removals are not reported
_MAX_LOOKUPS = 1_000_000


class Introduction(NamedTuple):
    """One commit that introduced one key to one path."""

    key: Key
    oid: str
    """Of the object that contains the key."""
    commit: str


class IntroductionFinder:
    """Finds the introductions and removals of keys in a range."""

    def __init__(
        self,
        range_commits: RangeCommits,
        objects: RangeObjects,
        keys_by_path: SightingsByPath,
        names: Collection[bytes],
    ) -> None:
        """``names`` are names of files and folders that contain keys."""
        self._range = range_commits
        self._objects = objects
        self._keys_by_path = keys_by_path
        self._names = names
        self._moves: dict[str, dict[str, set[bytes]]] = {}

    def find(self, known: Collection[str]) -> list[Introduction]:
        """Return all introductions, earlier ones first; nothing in the trees ``known`` counts as new."""
        diffs, hits = self._range.diffs, self._keys_by_path.hits
        diffs.compare([self._range.pair(oid) for oid in self._range.commits], moved_too=True)
        target = diffs.make_target({bytes.fromhex(self._objects.oid(number)) for number in hits}, self._names)
        found: list[Introduction] = []
        introduced: set[Key] = set()
        for commit in self._range.commits:
            for introduction in self._introduced_by(commit, target):
                old = any(self.holds_below(tree, introduction.key) for tree in known)
                if not old and not self._is_moved(introduction, introduced):
                    introduced.add(introduction.key)
                    found.append(introduction)
        return found

    def removing_commits(self, keys: Collection[Key]) -> dict[Key, list[str]]:
        """Return for each key the commits, earlier ones first, that do not have it although all of their parents do."""
        found: dict[Key, list[str]] = {key: [] for key in keys}
        if len(keys) * len(self._range.commits) > _MAX_LOOKUPS:
            return found
        for oid, commit in self._range.commits.items():
            for key in keys if commit.parents else ():
                if not self.holds(oid, key) and all(self.holds(parent, key) for parent in commit.parents):
                    found[key].append(oid)
        return found

    def holds(self, commit: str, key: Key) -> bool:
        """Return whether a commit of the range, or a parent of one, has a key at its path."""
        known = self._range.commit(commit)
        return known is not None and self.holds_below(known.tree, key)

    def holds_below(self, tree: str, key: Key) -> bool:
        """Return whether a tree has a key at its path."""
        path, mark = key
        there = self._range.entry_at(tree, path)
        return there is not None and mark in self._marks(Place(path, there.mode, there.oid))

    def _marks(self, place: Place) -> list[str]:
        """Return the keys in the object of an entry and in its name."""
        if place.mode in _NO_FILE:
            return [mark for mark in self._keys_by_path.keys(place.name, -1) if mark.startswith(NAME_PREFIX)]
        return self._keys_by_path.keys(place.name, self._objects.inspected(place.oid))

    def _introduced_by(self, commit: str, target: Target) -> Iterable[Introduction]:
        """Yield the keys that a commit has at paths where none of its parents has them."""
        parents = self._range.commits[commit].parents
        for place in self._range.places(commit, target):
            for mark in self._marks(place):
                key = (place.path, mark)
                if not any(self.holds(parent, key) for parent in parents):
                    yield Introduction(key, place.oid, commit)

    def _is_moved(self, introduction: Introduction, introduced: Collection[Key]) -> bool:
        """Return whether a key that is older than the range only changed its path. A key in a name is always new."""
        path, mark = introduction.key
        if mark.startswith(NAME_PREFIX):
            return False
        sources = [(place, mark) for place in self._moved_from(introduction.commit).get(mark, ()) if place != path]
        return bool(sources) and not any(key in introduced for key in sources)

    def _moved_from(self, commit: str) -> dict[str, set[bytes]]:
        """Return key -> paths at which a parent of the commit has it and the commit does not."""
        if commit not in self._moves:
            found: dict[str, set[bytes]] = {}
            for place in self._range.removed_entries(commit):
                if place.mode in _NO_FILE:
                    continue
                for mark in self._marks(place):
                    if not self.holds(commit, (place.path, mark)):
                        found.setdefault(mark, set()).add(place.path)
            self._moves[commit] = found
        return self._moves[commit]
