"""What trees name, in columns: as one process reads it, as the cache holds it for a pack, and all together."""

from __future__ import annotations

import mmap
from functools import cached_property

import msgspec

from keyguard.odb.store import Store
from keyguard.odb.vectors import Array, np

#: rows of ``Connections.planes``
_PLANES = 8


class TreeRows(msgspec.Struct, array_like=True):
    """What one process read in trees, in columns."""

    names: list[bytes] = []
    parents: bytes = b""
    """Numbers of trees, uint32 each, and …"""
    children: bytes = b""
    """… of what each of them has that its base may not have: trees, and what was asked for."""
    missing: list[tuple[bytes, int]] = []
    """Ids that are nowhere, and trees that name them."""
    outside: list[tuple[bytes, int]] = []
    """Ids that are there, but not in the pack of the tree that names them."""
    lost: list[int] = []
    malformed: list[int] = []
    """Trees that are not made of entries only: what they name up to the first thing that is none was taken."""
    size: int = 0
    links: list[tuple[bytes, bytes]] = []
    """Ids of commits of submodules that are not in this store, and the names under which they stand."""


class PackTrees(msgspec.Struct, array_like=True):
    """What the trees of one pack say, in its own numbers."""

    parents: bytes
    children: bytes
    named: bytes
    """A bit for each object of the pack."""
    outside: list[tuple[bytes, int]]
    """Ids that are not in the pack, and trees that name them."""
    size: int
    links: list[tuple[bytes, bytes]]
    """As in ``TreeRows``."""


class Connections:
    """What all trees together say."""

    def __init__(self, store: Store) -> None:
        self.names: set[bytes] = set()
        self.missing: dict[bytes, set[int]] = {}
        """Id of what is nowhere -> trees that name it."""
        self.links: dict[bytes, bytes] = {}
        """Id of a commit of a submodule that is not in this store -> a name under which it stands."""
        self.lost: list[int] = []
        self.malformed: list[int] = []
        self.size = 0
        rows = min(len(store.packs), _PLANES - 1) + 1
        self._shared = mmap.mmap(-1, rows * len(store) + 1)
        self.planes: Array = np.frombuffer(self._shared, np.uint8, rows * len(store)).reshape(rows, len(store))
        """uint8, a row for each of the first packs, and one for all other trees: not 0 for what they name.

        Workers write into it, too.
        """
        self._parents: list[bytes] = []
        self._children: list[bytes] = []

    def add(self, rows: TreeRows) -> None:
        """Take over what one process read."""
        self.names.update(rows.names)
        for oid, number in rows.missing:
            self.missing.setdefault(oid, set()).add(number)
        for oid, name in rows.links:
            self.links[oid] = min(name, self.links.get(oid, name))
        self.lost += rows.lost
        self.malformed += rows.malformed
        self.size += rows.size
        self._parents.append(rows.parents)
        self._children.append(rows.children)

    def named(self) -> Array:
        """bool, one an object: a tree names it."""
        found: Array = np.any(self.planes, axis=0).reshape(-1)
        return found

    @cached_property
    def edges(self) -> tuple[Array, Array]:
        """Numbers of trees, and of what each of them leads to; int64, in the order of these. To be asked at the end."""
        parents, children = (
            np.frombuffer(b"".join(parts), np.uint32).astype(np.int64) for parts in (self._parents, self._children)
        )
        order = np.argsort(children)
        return parents[order], children[order]
