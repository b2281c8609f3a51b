"""Cache what is in a pack, so that after a fetch only new packs and loose objects are read.

The key is the identity of the file, not the checksum that the pack claims: a replaced pack is read again. Object
numbers are relative to the pack. No secret is stored: sightings are masked, and the trees of a pack in which the name
of a file contains a key are not cached.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from keyguard.cache.cache import Cache
from keyguard.odb.store import Store

#: kinds of cached data; increment the number when the data changes
CONTENTS, TREES = "contents-5", "trees-2"

_Kept = TypeVar("_Kept", bound=msgspec.Struct)


class PackCache:
    """Cached data of the packs of one store, by their place in it."""

    def __init__(self, cache: Cache, store: Store) -> None:
        self._cache = cache
        self._store = store

    def recall(self, kind: str, at: int, what: type[_Kept]) -> _Kept | None:
        """Return the cached data of a pack, or None."""
        identity = self._store.packs[at].identity
        data = self._cache.get(kind, identity) if identity else None
        if data is None:
            return None
        try:
            return msgspec.msgpack.decode(data, type=what)
        except (msgspec.MsgspecError, ValueError):
            return None

    def keep(self, kind: str, at: int, found: msgspec.Struct) -> None:
        """Store data of a pack that was read completely."""
        identity = self._store.packs[at].identity
        if identity:
            self._cache.put(kind, identity, msgspec.msgpack.encode(found))
