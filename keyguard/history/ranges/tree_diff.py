"""Compare trees with other trees: level by level, and each pair of trees once, however often it occurs.

So even a tree that was crafted to look as if it held more files than fit on any disk is compared in little time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from keyguard.support.errors import GitError

#: mode, name, id
Entry: TypeAlias = tuple[bytes, bytes, bytes]
#: ids of a tree and of the trees that it is compared with
Pair: TypeAlias = tuple[str, tuple[str, ...]]

_ENTRY = {size: re.compile(rb"[0-7]{5,6} [^\0]+\0.{%d}" % size, re.DOTALL) for size in (20, 32)}
#: bytes: trees up to this size are not checked for long names; and the length of a name in a larger tree, where file
#: systems take 255
_SMALL, _LONGEST_NAME = 8 << 10, 4 << 10
_TREES = (b"40000", b"040000")
_GITLINK = b"160000"
#: pairs that are compared in one batch
_TOGETHER = 512
#: number of tree entries that are kept in case they are needed again
_KEPT = 500_000
#: folders deeper than this raise GitError
_DEEPEST = 4096


class TreeDiff(NamedTuple):
    """What one tree has that none of some other trees has, in the order of the tree."""

    added: list[Entry]
    below: dict[Entry, Pair]
    """For added entries that are trees, the pair to compare next."""
    names: list[bytes]
    """Names of ``added`` entries that none of the other trees has."""
    removed: list[bytes]
    """Ids of entries in the other tree whose name this tree no longer has; empty for a merge."""


class Place(NamedTuple):
    """One entry with its full path."""

    path: bytes
    mode: bytes
    oid: str

    @property
    def name(self) -> bytes:
        """Return the last part of the path."""
        return self.path.rpartition(b"/")[2]


class Target(NamedTuple):
    """What to search for: objects by id, entries by name, and the pairs that lead to any of them."""

    ids: Collection[bytes]
    names: Collection[bytes]
    leading: Collection[Pair]


class TreeDiffs:
    """The comparisons of the trees of one repository."""

    def __init__(self, id_size: int, read: Callable[[list[str]], Iterator[tuple[str, bytes]]]) -> None:
        """``read`` yields those trees of the given ids that can be read, in any order."""
        self.nodes: dict[Pair, TreeDiff] = {}
        self._entry = _ENTRY[id_size]
        self._read = read
        self._trees: dict[str, frozenset[bytes]] = {}
        self._sizes: dict[str, int] = {}
        self._count = 0

    def compare(self, pairs: Iterable[Pair], *, moved_too: bool = False) -> None:
        """Compare these pairs and all that they lead to. Raise GitError if folders are nested too deep.

        Folders that only moved within their parent folder are not compared, unless ``moved_too`` is set.
        """
        level = list(dict.fromkeys(pairs))
        for _ in range(_DEEPEST):
            if not level:
                return
            following: dict[Pair, None] = {}
            for start in range(0, len(level), _TOGETHER):
                part = level[start : start + _TOGETHER]
                fresh = [pair for pair in part if pair not in self.nodes]
                self._add(fresh)
                for pair in part if moved_too else fresh:
                    node = self.nodes[pair]
                    removed = () if moved_too else node.removed
                    following.update({below: None for entry, below in node.below.items() if entry[2] not in removed})
            level = [pair for pair in following if moved_too or pair not in self.nodes]
        raise GitError("folders are nested too deep")

    def entries(self, tree: bytes) -> list[Entry]:
        """Return the entries of a raw tree."""
        return [_parted(entry) for entry in _entries(self._entry, tree)]

    def blobs(self, pairs: Iterable[Pair]) -> list[str]:
        """Return the ids of all added files, except those that only moved within the tree."""
        found: dict[bytes, None] = {}
        for pair in pairs:
            fresh, removed = dict[bytes, None](), set[bytes]()
            for node in self._under(pair):
                removed.update(node.removed)
                fresh.update({oid: None for mode, _, oid in node.added if mode not in _TREES and mode != _GITLINK})
            found.update({oid: None for oid in fresh if oid not in removed})
        return [oid.hex() for oid in found]

    def links(self) -> dict[str, bytes]:
        """Return the ids of submodule commits that were added to a folder, and the names under which they are
        linked.
        """
        fresh = (entry for node in self.nodes.values() for entry in node.added)
        return {oid.hex(): name for mode, name, oid in fresh if mode == _GITLINK}

    def names(self) -> set[bytes]:
        """Return all names that were added to a folder."""
        return {name for node in self.nodes.values() for name in node.names}

    def counted(self) -> tuple[int, int]:
        """Return how many trees were compared and their size in bytes, without those that could not be read."""
        found = {pair[0] for pair in self.nodes if pair[0] in self._sizes}
        return len(found), sum(self._sizes[oid] for oid in found)

    def places(self, pair: Pair, most: int, target: Target | None = None) -> list[Place]:
        """Return what a pair adds, with paths, but at most ``most`` places; only what matches ``target``, if that is
        given.
        """
        found: list[Place] = []
        waiting: list[tuple[bytes, Pair]] = [(b"", pair)]
        while waiting and len(found) < most:
            folder, at = waiting.pop()
            node = self.nodes.get(at)
            for entry in node.added if node else ():
                mode, name, oid = entry
                if target is None or oid in target.ids or name in target.names:
                    found.append(Place(folder + name, mode, oid.hex()))
                if node and entry in node.below and (target is None or node.below[entry] in target.leading):
                    waiting.append((folder + name + b"/", node.below[entry]))
        return found

    def make_target(self, ids: Collection[bytes], names: Collection[bytes]) -> Target:
        """Return a target for objects with these ids and entries with these names."""
        return Target(ids, names, self._leading(ids, names))

    def _leading(self, wanted: Collection[bytes], names: Collection[bytes]) -> set[Pair]:
        """Return the pairs that add one of these, directly or further down."""
        above: dict[Pair, list[Pair]] = {}
        found = set[Pair]()
        for pair, node in self.nodes.items():
            for below in node.below.values():
                above.setdefault(below, []).append(pair)
            if any(oid in wanted or name in names for _, name, oid in node.added):
                found.add(pair)
        waiting = list(found)
        while waiting:
            more = [pair for pair in above.get(waiting.pop(), ()) if pair not in found]
            found.update(more)
            waiting += more
        return found

    def _under(self, pair: Pair) -> Iterator[TreeDiff]:
        """Yield the comparisons below a pair, including its own."""
        seen, waiting = {pair}, [pair]
        while waiting:
            node = self.nodes.get(waiting.pop())
            if node:
                yield node
                following = [one for one in node.below.values() if one not in seen]
                seen.update(following)
                waiting += following

    def _add(self, pairs: list[Pair]) -> None:
        """Compare these pairs, reading trees that are not kept."""
        wanted = dict.fromkeys(oid for tree, others in pairs for oid in (tree, *others))
        trees = {oid: self._trees[oid] for oid in wanted if oid in self._trees}
        for oid, data in self._read([oid for oid in wanted if oid not in trees]):
            trees[oid] = frozenset(_entries(self._entry, data))
            self._sizes[oid] = len(data)
        for pair in pairs:
            self.nodes[pair] = _diff(trees.get(pair[0], frozenset()), [trees.get(oid, frozenset()) for oid in pair[1]])
        self._keep(trees)

    def _keep(self, trees: Mapping[str, frozenset[bytes]]) -> None:
        """Keep the entries of trees, within the limit."""
        for oid, entries in trees.items():
            if oid not in self._trees:
                self._trees[oid] = entries
                self._count += len(entries)
        if self._count > _KEPT:
            self._trees.clear()
            self._count = 0


def _diff(tree: frozenset[bytes], others: list[frozenset[bytes]]) -> TreeDiff:
    """Compare a tree with all others together."""
    before = others[0].union(*others[1:]) if others else frozenset[bytes]()
    if tree == before:
        return TreeDiff([], {}, [], [])
    fresh = sorted(map(_parted, tree - before), key=lambda entry: entry[1])
    lost = list(map(_parted, before - tree))
    known = {name for _, name, _ in lost}
    folders: dict[bytes, set[str]] = {}
    for mode, name, oid in lost:
        if mode in _TREES:
            folders.setdefault(name, set()).add(oid.hex())
    below = {entry: (entry[2].hex(), tuple(sorted(folders.get(entry[1], ())))) for entry in fresh if entry[0] in _TREES}
    # for a merge: what only one side had was not removed
    removed = known.difference(name for _, name, _ in fresh) if len(others) == 1 else set[bytes]()
    names = [name for _, name, _ in fresh if name not in known]
    return TreeDiff(fresh, below, names, [oid for _, name, oid in lost if name in removed])


def _parted(entry: bytes) -> Entry:
    """Split a raw entry into mode, name and id."""
    head, _, oid = entry.partition(b"\0")
    mode, _, name = head.partition(b" ")
    return mode, name, oid


def _entries(entry: re.Pattern[bytes], tree: bytes) -> list[bytes]:
    """Return the raw entries of a tree.

    A tree with extremely long names is parsed only up to its first invalid entry: searching it for more would take time
    that grows with the square of its length.
    """
    if len(tree) <= _SMALL or max(map(len, tree.split(b"\0"))) <= _LONGEST_NAME:
        return entry.findall(tree)
    found, at = list[bytes](), 0
    while one := entry.match(tree, at):
        found.append(one[0])
        at = one.end()
    return found
