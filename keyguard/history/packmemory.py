"""What is in a pack, as the cache holds it: after a fetch only new packs and loose objects are read.

A pack is found again by its file, not by the checksum that it claims: what was put in its place is read. Numbers are
those of its own entries. No secret is kept: sightings have been masked, and a pack in which the name of a file holds a
key is not remembered as far as its trees go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from keyguard.cache import Cache
from keyguard.odb.store import Store

if TYPE_CHECKING:
    from keyguard.history.contents import Contents
    from keyguard.history.treerows import PackTrees

#: change when what is read of a pack does
_CONTENTS, _TREES = "contents-1", "trees-1"

_Kept = TypeVar("_Kept", "Contents", "PackTrees")


class PackMemory:
    """The packs of one store, by their place in it."""

    def __init__(self, cache: Cache, store: Store) -> None:
        self._cache = cache
        self._store = store
        self._known: set[int] = set()

    @property
    def known(self) -> int:
        """How many objects in packs were known already."""
        return sum(len(self._store.packs[at]) for at in self._known)

    def contents(self, at: int) -> Contents | None:
        """What was found in a pack besides trees, if it is known."""
        from keyguard.history.contents import Contents

        found = self._recall(_CONTENTS, at, Contents)
        if found is not None:
            self._known.add(at)
        return found

    def keep_contents(self, at: int, found: Contents) -> None:
        """Keep it, if all of the pack was read."""
        if not found.lost and not found.malformed:
            self._keep(_CONTENTS, at, found)

    def trees(self, at: int) -> PackTrees | None:
        """What was found in its trees, if it is known."""
        from keyguard.history.treerows import PackTrees

        return self._recall(_TREES, at, PackTrees)

    def keep_trees(self, at: int, found: PackTrees) -> None:
        """Keep it, likewise."""
        self._keep(_TREES, at, found)

    def _recall(self, kind: str, at: int, what: type[_Kept]) -> _Kept | None:
        identity = self._store.packs[at].identity
        data = self._cache.get(kind, identity) if identity else None
        if data is None:
            return None
        try:
            return msgspec.msgpack.decode(data, type=what)
        except (msgspec.MsgspecError, ValueError):
            return None

    def _keep(self, kind: str, at: int, found: Contents | PackTrees) -> None:
        identity = self._store.packs[at].identity
        if identity:
            self._cache.put(kind, identity, msgspec.msgpack.encode(found))
