"""What is in a pack, as the cache holds it: after a fetch only new packs and loose objects are read.

A pack is found again by its file, not by the checksum that it claims: what was put in its place is read. Numbers are
those of its own entries. No secret is kept: sightings have been masked, and a pack in which the name of a file holds a
key is not remembered as far as its trees go.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from keyguard.cache.cache import Cache
from keyguard.odb.store import Store

#: what is kept of a pack; the number changes when what is read of one does
CONTENTS, TREES = "contents-2", "trees-2"

_Kept = TypeVar("_Kept", bound=msgspec.Struct)


class PackMemory:
    """The packs of one store, by their place in it."""

    def __init__(self, cache: Cache, store: Store) -> None:
        self._cache = cache
        self._store = store

    def recall(self, kind: str, at: int, what: type[_Kept]) -> _Kept | None:
        """What is kept of a pack, if there is anything."""
        identity = self._store.packs[at].identity
        data = self._cache.get(kind, identity) if identity else None
        if data is None:
            return None
        try:
            return msgspec.msgpack.decode(data, type=what)
        except (msgspec.MsgspecError, ValueError):
            return None

    def keep(self, kind: str, at: int, found: msgspec.Struct) -> None:
        """Keep something of a pack that was read whole."""
        identity = self._store.packs[at].identity
        if identity:
            self._cache.put(kind, identity, msgspec.msgpack.encode(found))
