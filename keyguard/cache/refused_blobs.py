"""The blobs that this user's own commit hook refused within the last day, by repository and id.

``git add`` has written such a blob before the hook runs, and git keeps it, unreachable, until ``git gc``. Stored are
a digest of the repository's folder and the id, and the time: no path, and nothing of the content.
"""

from __future__ import annotations

from collections.abc import Iterable

from keyguard.cache.cache import opened
from keyguard.support import digests

_STAMP, _KIND = "commit hook", "refused blobs"
_DAY = 86_400


def remember_refused(objects: str, oids: Iterable[str], now: int) -> None:
    """Store blobs as refused at ``now``, in seconds since the epoch; ``objects`` is the folder of the object store."""
    with opened(_STAMP) as cache:
        for oid in oids:
            cache.put(_KIND, _key(objects, oid), b"%d" % now)


def recently_refused(objects: str, oids: Iterable[str], now: int) -> frozenset[str]:
    """Return those of the blobs that were refused within the day before ``now``."""
    with opened(_STAMP) as cache:
        return frozenset(oid for oid in oids if _is_recent(cache.get(_KIND, _key(objects, oid)), now))


def _is_recent(stored: bytes | None, now: int) -> bool:
    return stored is not None and stored.isdigit() and 0 <= now - int(stored) < _DAY


def _key(objects: str, oid: str) -> bytes:
    return digests.new("sha256", f"{objects}\0{oid}".encode("utf-8", "surrogateescape")).digest()
