"""The commits of a range with their trees, and what stands at a path in each of them and in those before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keyguard.git.objects.commits import Commit
from keyguard.history.ranges.fetched import Fetched
from keyguard.history.ranges.new_entries import Novelty, Pair, Place, Sought

#: entries of trees that are kept in case they are asked for again
_KEPT = 500_000
#: paths that are looked at in one commit: who brings a key to more has lost it anyway
_MOST = 5_000


class Found(NamedTuple):
    """What stands at a path."""

    mode: bytes
    oid: str


class Stretch:
    """Commits in order, parents first."""

    def __init__(self, fetched: Fetched, listed: list[str], id_size: int) -> None:
        read = fetched.commits(listed)
        self.commits = {oid: read[oid] for oid in listed if oid in read}
        """Those of the range that could be read."""
        parents = [parent for commit in self.commits.values() for parent in commit.parents]
        self.beyond = fetched.beyond([oid for oid in dict.fromkeys(parents) if oid not in self.commits])
        """Those right before it."""
        self.novelty = Novelty(id_size, fetched.trees)
        self._fetched = fetched
        self._trees: dict[str, dict[bytes, Found]] = {}
        self._known: dict[tuple[str, bytes], Found | None] = {}
        self._count = 0

    def commit(self, oid: str) -> Commit | None:
        """A commit of the range, or one right before it; None for any other."""
        return self.commits.get(oid) or self.beyond.get(oid)

    def pair(self, oid: str) -> Pair:
        """The tree of a commit of the range, held against those of its parents."""
        commit = self.commits[oid]
        parents = (self.commit(parent) for parent in commit.parents)
        return commit.tree, tuple(sorted({parent.tree for parent in parents if parent}))

    def places(self, oid: str, sought: Sought) -> list[Place]:
        """What a commit brings of what is sought."""
        found = self.novelty.places(self.pair(oid), _MOST, sought)
        if len(found) >= _MOST:
            self._fetched.lose(oid, "too-large", f"has keys at more than {_MOST:,} paths: not all of them are named")
        return found

    def departures(self, oid: str) -> Iterator[Place]:
        """What the parents of a commit have, and it has not, or not so."""
        commit = self.commits[oid]
        for parent in filter(None, map(self.commit, commit.parents)):
            pair = parent.tree, (commit.tree,)
            self.novelty.look([pair], everything=True)
            yield from self.novelty.places(pair, _MOST)

    def at(self, tree: str, path: bytes) -> Found | None:
        """What stands at a path in a tree."""
        waiting: list[tuple[str, bytes]] = []
        found: Found | None = None
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

    def _entries(self, tree: str) -> dict[bytes, Found]:
        if tree not in self._trees:
            entries: dict[bytes, Found] = {}
            for _, data in self._fetched.trees([tree]):
                entries = {name: Found(mode, oid.hex()) for mode, name, oid in self.novelty.entries(data)}
            self._count += len(entries)
            if self._count > _KEPT:
                self._trees.clear()
                self._count = len(entries)
            self._trees[tree] = entries
        return self._trees[tree]
