"""The commits of a range with their trees, and look-ups of what is at a path in them and in their parents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keyguard.git.objects.commits import Commit
from keyguard.history.ranges.objects import RangeObjects
from keyguard.history.ranges.tree_diff import Pair, Place, Target, TreeDiffs

#: number of tree entries that are kept in case they are needed again
_KEPT = 500_000
#: paths that are reported for one commit: more would not tell the reader more
_MOST = 5_000


class TreeEntry(NamedTuple):
    """What is at a path."""

    mode: bytes
    oid: str


class RangeCommits:
    """The commits of a range in order, parents first."""

    def __init__(self, objects: RangeObjects, listed: list[str], id_size: int) -> None:
        read = objects.commits(listed)
        self.commits = {oid: read[oid] for oid in listed if oid in read}
        """Those of the range that could be read."""
        parents = [parent for commit in self.commits.values() for parent in commit.parents]
        self.parent_commits = objects.parent_commits([oid for oid in dict.fromkeys(parents) if oid not in self.commits])
        """Parents of these that are not in the range."""
        self.diffs = TreeDiffs(id_size, objects.trees)
        self._objects = objects
        self._trees: dict[str, dict[bytes, TreeEntry]] = {}
        self._known: dict[tuple[str, bytes], TreeEntry | None] = {}
        self._count = 0

    def commit(self, oid: str) -> Commit | None:
        """Return a commit of the range or a parent of one; None for any other."""
        return self.commits.get(oid) or self.parent_commits.get(oid)

    def pair(self, oid: str) -> Pair:
        """Return the tree of a commit of the range with the trees of its parents, for comparison."""
        commit = self.commits[oid]
        parents = (self.commit(parent) for parent in commit.parents)
        return commit.tree, tuple(sorted({parent.tree for parent in parents if parent}))

    def places(self, oid: str, target: Target) -> list[Place]:
        """Return what a commit adds that matches the target; record a gap if that is too much."""
        found = self.diffs.places(self.pair(oid), _MOST, target)
        if len(found) >= _MOST:
            self._objects.add_gap(oid, "too-large", f"has keys at more than {_MOST:,} paths: not all of them are named")
        return found

    def removed_entries(self, oid: str) -> Iterator[Place]:
        """Yield what the parents of a commit have and the commit has not, or has with other content."""
        commit = self.commits[oid]
        for parent in filter(None, map(self.commit, commit.parents)):
            pair = parent.tree, (commit.tree,)
            self.diffs.compare([pair], moved_too=True)
            yield from self.diffs.places(pair, _MOST)

    def entry_at(self, tree: str, path: bytes) -> TreeEntry | None:
        """Return what is at a path in a tree, or None."""
        waiting: list[tuple[str, bytes]] = []
        found: TreeEntry | None = None
        while True:
            if (tree, path) in self._known:
                found = self._known[tree, path]
                break
            waiting.append((tree, path))
            name, _, rest = path.partition(b"/")
            found = self._entries(tree).get(name)
            if not rest or found is None:
                break
            tree, path, found = found.oid, rest, None
        self._known.update(dict.fromkeys(waiting, found))
        return found

    def _entries(self, tree: str) -> dict[bytes, TreeEntry]:
        """Return the entries of a tree by name; empty if it cannot be read."""
        if tree not in self._trees:
            entries: dict[bytes, TreeEntry] = {}
            for _, data in self._objects.trees([tree]):
                entries = {name: TreeEntry(mode, oid.hex()) for mode, name, oid in self.diffs.entries(data)}
            self._count += len(entries)
            if self._count > _KEPT:
                self._trees.clear()
                self._count = len(entries)
            self._trees[tree] = entries
        return self._trees[tree]
