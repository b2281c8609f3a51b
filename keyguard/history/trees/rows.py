"""What trees reference, in columns: as one process reads it, as the cache holds it for a pack, and all together."""

from __future__ import annotations

import mmap
from functools import cached_property

import msgspec

from keyguard.odb.arrays import Array, np
from keyguard.odb.store import Store

#: maximal number of rows of ``Connections.planes``
_PLANES = 8


class TreeRows(msgspec.Struct, array_like=True):
    """What one process read in trees, in columns."""

    names: list[bytes] = []
    parents: bytes = b""
    """uint32 each: numbers of trees."""
    children: bytes = b""
    """uint32 each: for each of ``parents``, a tree or wanted object that it names and its base may not."""
    missing: list[tuple[bytes, int]] = []
    """Ids that are missing from the store, and the trees that name them."""
    outside: list[tuple[bytes, int]] = []
    """Ids that exist, but not in the pack of the tree that names them."""
    lost: list[int] = []
    malformed: list[int] = []
    """Trees that do not consist of valid entries only; their entries up to the first invalid one were read."""
    size: int = 0
    links: list[tuple[bytes, bytes]] = []
    """Ids of submodule commits that are not in this store, and the names under which they are linked."""


class PackTrees(msgspec.Struct, array_like=True):
    """What the trees of one pack reference, in the numbers of the pack."""

    parents: bytes
    children: bytes
    named: bytes
    """One bit for each object of the pack: a tree names it."""
    outside: list[tuple[bytes, int]]
    """Ids that are not in the pack, and the trees that name them."""
    size: int
    links: list[tuple[bytes, bytes]]
    """As in ``TreeRows``."""


class Connections:
    """What all trees together reference."""

    def __init__(self, store: Store) -> None:
        self.names: set[bytes] = set()
        self.missing: dict[bytes, set[int]] = {}
        """Id of a missing object -> the trees that name it."""
        self.links: dict[bytes, bytes] = {}
        """Id of a submodule commit that is not in this store -> a name under which it is linked."""
        self.lost: list[int] = []
        self.malformed: list[int] = []
        self.size = 0
        rows = min(len(store.packs), _PLANES - 1) + 1
        self._shared = mmap.mmap(-1, rows * len(store) + 1)
        self.planes: Array = np.frombuffer(self._shared, np.uint8, rows * len(store)).reshape(rows, len(store))
        """uint8, one row for each of the first packs and one for all other trees; nonzero for the objects that they
        name.

        The memory is shared: worker processes write into it.
        """
        self._parents: list[bytes] = []
        self._children: list[bytes] = []

    def add(self, rows: TreeRows) -> None:
        """Add what one process read."""
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
        """Return a bool array, one element per object: a tree names it."""
        found: Array = np.any(self.planes, axis=0).reshape(-1)
        return found

    @cached_property
    def edges(self) -> tuple[Array, Array]:
        """int64 arrays of trees and of what each leads to, sorted by the latter. Use it only after the last ``add``."""
        parents, children = (
            np.frombuffer(b"".join(parts), np.uint32).astype(np.int64) for parts in (self._parents, self._children)
        )
        order = np.argsort(children)
        return parents[order], children[order]
