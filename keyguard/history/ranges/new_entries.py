"""What trees bring that others have not: level by level, and each pair of trees once, however often it comes up.

So a tree made to look as if it held more files than fit on any disk is gone through in no time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from keyguard.support.errors import GitError

#: mode, name, id
Entry: TypeAlias = tuple[bytes, bytes, bytes]
#: a tree, and those that it is held against: ids
Pair: TypeAlias = tuple[str, tuple[str, ...]]

_ENTRY = {size: re.compile(rb"[0-7]{5,6} [^\0]+\0.{%d}" % size, re.DOTALL) for size in (20, 32)}
#: bytes of a tree that may be any, and of a name in a larger one: file systems take 255
_SMALL, _LONGEST_NAME = 8 << 10, 4 << 10
_TREES = (b"40000", b"040000")
_GITLINK = b"160000"
#: pairs that are looked at together
_TOGETHER = 512
#: entries of trees that are kept in case they come up again
_KEPT = 500_000
#: no path is deeper
_DEEPEST = 4096


class Node(NamedTuple):
    """What one tree has that none of some others has, in the order of the tree."""

    fresh: list[Entry]
    below: dict[Entry, Pair]
    """Of entries that are trees, the pair to look at next."""
    names: list[bytes]
    """Names of ``fresh`` entries that none of the others has."""
    gone: list[bytes]
    """Ids in the others whose name is not in this tree any more."""


class Place(NamedTuple):
    """One entry, by its whole path."""

    path: bytes
    mode: bytes
    oid: str

    @property
    def name(self) -> bytes:
        """The last part of the path."""
        return self.path.rpartition(b"/")[2]


class Sought(NamedTuple):
    """Objects by their ids, entries by their names, and the pairs that lead to some."""

    ids: Collection[bytes]
    names: Collection[bytes]
    leading: Collection[Pair]


class Novelty:
    """Trees of one repository, held against each other."""

    def __init__(self, id_size: int, read: Callable[[list[str]], Iterator[tuple[str, bytes]]]) -> None:
        """``read`` gives those trees of these ids that can be read, in any order."""
        self.nodes: dict[Pair, Node] = {}
        self._entry = _ENTRY[id_size]
        self._read = read
        self._trees: dict[str, frozenset[bytes]] = {}
        self._sizes: dict[str, int] = {}
        self._count = 0

    def look(self, pairs: Iterable[Pair], *, everything: bool = False) -> None:
        """Find out about these pairs and all that they lead to.

        What only moved within its folder is not looked into, unless ``everything`` is asked for.
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
                for pair in part if everything else fresh:
                    node = self.nodes[pair]
                    gone = () if everything else node.gone
                    following.update({below: None for entry, below in node.below.items() if entry[2] not in gone})
            level = [pair for pair in following if everything or pair not in self.nodes]
        raise GitError("folders are nested too deep")

    def entries(self, tree: bytes) -> list[Entry]:
        """What stands in a raw tree."""
        return [_parted(entry) for entry in _entries(self._entry, tree)]

    def blobs(self, pairs: Iterable[Pair]) -> list[str]:
        """Ids of all that these bring and that is no folder, but for what only moved within one of them."""
        found: dict[bytes, None] = {}
        for pair in pairs:
            fresh, gone = dict[bytes, None](), set[bytes]()
            for node in self._under(pair):
                gone.update(node.gone)
                fresh.update({oid: None for mode, _, oid in node.fresh if mode not in _TREES and mode != _GITLINK})
            found.update({oid: None for oid in fresh if oid not in gone})
        return [oid.hex() for oid in found]

    def links(self) -> dict[str, bytes]:
        """Ids of commits of submodules that are new in a folder, and the names under which they stand."""
        fresh = (entry for node in self.nodes.values() for entry in node.fresh)
        return {oid.hex(): name for mode, name, oid in fresh if mode == _GITLINK}

    def names(self) -> set[bytes]:
        """All names that are new in a folder."""
        return {name for node in self.nodes.values() for name in node.names}

    def counted(self) -> tuple[int, int]:
        """How many trees were held against others, and their size in bytes; without those that could not be read."""
        found = {pair[0] for pair in self.nodes if pair[0] in self._sizes}
        return len(found), sum(self._sizes[oid] for oid in found)

    def places(self, pair: Pair, most: int, sought: Sought | None = None) -> list[Place]:
        """What a pair brings, with paths, but no more than so many; only what is sought, if that is given."""
        found: list[Place] = []
        waiting: list[tuple[bytes, Pair]] = [(b"", pair)]
        while waiting and len(found) < most:
            folder, at = waiting.pop()
            node = self.nodes.get(at)
            for entry in node.fresh if node else ():
                mode, name, oid = entry
                if sought is None or oid in sought.ids or name in sought.names:
                    found.append(Place(folder + name, mode, oid.hex()))
                if node and entry in node.below and (sought is None or node.below[entry] in sought.leading):
                    waiting.append((folder + name + b"/", node.below[entry]))
        return found

    def seek(self, ids: Collection[bytes], names: Collection[bytes]) -> Sought:
        """What to look for: objects of these ids, and entries of these names."""
        return Sought(ids, names, self._leading(ids, names))

    def _leading(self, wanted: Collection[bytes], names: Collection[bytes]) -> set[Pair]:
        above: dict[Pair, list[Pair]] = {}
        found = set[Pair]()
        for pair, node in self.nodes.items():
            for below in node.below.values():
                above.setdefault(below, []).append(pair)
            if any(oid in wanted or name in names for _, name, oid in node.fresh):
                found.add(pair)
        waiting = list(found)
        while waiting:
            more = [pair for pair in above.get(waiting.pop(), ()) if pair not in found]
            found.update(more)
            waiting += more
        return found

    def _under(self, pair: Pair) -> Iterator[Node]:
        seen, waiting = {pair}, [pair]
        while waiting:
            node = self.nodes.get(waiting.pop())
            if node:
                yield node
                following = [one for one in node.below.values() if one not in seen]
                seen.update(following)
                waiting += following

    def _add(self, pairs: list[Pair]) -> None:
        wanted = dict.fromkeys(oid for tree, others in pairs for oid in (tree, *others))
        trees = {oid: self._trees[oid] for oid in wanted if oid in self._trees}
        for oid, data in self._read([oid for oid in wanted if oid not in trees]):
            trees[oid] = frozenset(_entries(self._entry, data))
            self._sizes[oid] = len(data)
        for pair in pairs:
            self.nodes[pair] = _compared(
                trees.get(pair[0], frozenset()), [trees.get(oid, frozenset()) for oid in pair[1]]
            )
        self._keep(trees)

    def _keep(self, trees: Mapping[str, frozenset[bytes]]) -> None:
        for oid, entries in trees.items():
            if oid not in self._trees:
                self._trees[oid] = entries
                self._count += len(entries)
        if self._count > _KEPT:
            self._trees.clear()
            self._count = 0


def _compared(tree: frozenset[bytes], others: list[frozenset[bytes]]) -> Node:
    before = others[0].union(*others[1:]) if others else frozenset[bytes]()
    if tree == before:
        return Node([], {}, [], [])
    fresh = sorted(map(_parted, tree - before), key=lambda entry: entry[1])
    lost = list(map(_parted, before - tree))
    known = {name for _, name, _ in lost}
    folders: dict[bytes, set[str]] = {}
    for mode, name, oid in lost:
        if mode in _TREES:
            folders.setdefault(name, set()).add(oid.hex())
    below = {entry: (entry[2].hex(), tuple(sorted(folders.get(entry[1], ())))) for entry in fresh if entry[0] in _TREES}
    # of a merge: what one side had otherwise is not gone
    gone = known.difference(name for _, name, _ in fresh) if len(others) == 1 else set[bytes]()
    names = [name for _, name, _ in fresh if name not in known]
    return Node(fresh, below, names, [oid for _, name, oid in lost if name in gone])


def _parted(entry: bytes) -> Entry:
    head, _, oid = entry.partition(b"\0")
    mode, _, name = head.partition(b" ")
    return mode, name, oid


def _entries(entry: re.Pattern[bytes], tree: bytes) -> list[bytes]:
    """The entries of a tree. One with names without end is read only as far as it is a tree, entry by entry: to look
    everywhere for more would take a time that grows with the square of its length.
    """
    if len(tree) <= _SMALL or max(map(len, tree.split(b"\0"))) <= _LONGEST_NAME:
        return entry.findall(tree)
    found, at = list[bytes](), 0
    while one := entry.match(tree, at):
        found.append(one[0])
        at = one.end()
    return found
