"""Results of earlier scans, so that nothing is read twice: values under keys, and sets of ids without values.

It contains no secret; whoever stores something ensures that. Everything is stored under a stamp, which identifies the
rules and the engine, so that a changed rule starts with an empty cache. If there is no cache, it acts as if empty.
"""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Collection, Iterable
from types import TracebackType
from typing import TYPE_CHECKING

from keyguard.cache.sections import PREFIX, Section
from keyguard.support import digests

if TYPE_CHECKING:
    from keyguard.cache.file_rotation import RotatingStore

_DIGEST = 16
_PLAIN, _DEFLATED = b"p", b"z"
#: values below this size, and those that shrink by less than an eighth, are stored uncompressed
_WORTH = 128
_LEVEL = 1


class Cache:
    """A cache for one stamp. All methods may be called from any thread, and on both sides of a fork."""

    def __init__(self, stamp: str, *, enabled: bool = True) -> None:
        """See ``opened``."""
        self._stamp = stamp
        self._enabled = enabled
        self._sections: dict[str, Section] = {}
        self._store: RotatingStore | None = None

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files. After that nothing is known or stored."""
        with _LOCK:
            self._enabled = False
            self._disconnect()

    def get(self, kind: str, key: bytes) -> bytes | None:
        """Return the value stored under this key; None if there is none or it is damaged."""
        with _LOCK:
            store, section = self._opened(kind)
            packed = store.value(section, key) if store else None
        return None if packed is None else _unpacked(section.prefix + key, packed)

    def put(self, kind: str, key: bytes, value: bytes) -> None:
        """Store a value."""
        if not self._enabled:
            return
        packed = _packed(self._section(kind).prefix + key, value)
        with _LOCK:
            store, section = self._opened(kind)
            if store:
                store.put(section, key, packed)

    def known(self, kind: str, keys: Collection[bytes]) -> set[bytes]:
        """Return the keys that ``put_many`` stored."""
        with _LOCK:
            store, section = self._opened(kind)
            return store.known(section, keys) if store and keys else set()

    def put_many(self, kind: str, keys: Iterable[bytes]) -> None:
        """Store keys without values: hashes of 2 to 255 bytes. ``known`` returns them, ``get`` does not."""
        found = set(keys)  # before locking: the iterable may itself use this cache
        with _LOCK:
            store, section = self._opened(kind)
            if store and found:
                store.keep(section, found)

    def _opened(self, kind: str) -> tuple[RotatingStore | None, Section]:
        """Return the files, opened if necessary, and the section for a kind."""
        if self._enabled and self._store is None:
            # imported on demand: a clean commit does not need SQLite
            from keyguard.cache.file_rotation import RotatingStore

            self._store = RotatingStore()
            _CONNECTED.add(self)
        return self._store, self._section(kind)

    def _disconnect(self) -> None:
        _CONNECTED.discard(self)
        if self._store is not None:
            self._store.close()
            self._store = None

    def _section(self, kind: str) -> Section:
        """Return the section of a kind. Its prefix is the same for the same stamp and kind only."""
        if kind not in self._sections:
            name = b"%d:%b%b" % (len(self._stamp), _encoded(self._stamp), _encoded(kind))
            self._sections[kind] = Section(digests.new("sha256", name).digest()[:PREFIX], self._stamp, kind)
        return self._sections[kind]


def opened(stamp: str, *, enabled: bool = True) -> Cache:
    """Return the user's cache as a context manager: values stored under another ``stamp`` are not visible.

    If it is not ``enabled`` or not available, it returns None and stores nothing. Files are opened on first use.
    """
    return Cache(stamp, enabled=enabled)


def _packed(key: bytes, value: bytes) -> bytes:
    """Return the value in its stored form: a digest, a letter, and the value, compressed if that pays off."""
    form, body = _PLAIN, value
    if len(value) >= _WORTH:
        deflated = zlib.compress(value, _LEVEL)
        if len(deflated) <= len(value) * 7 // 8:
            form, body = _DEFLATED, deflated
    return _digest(key, form + body) + form + body


def _unpacked(key: bytes, packed: bytes) -> bytes | None:
    """Return the value, if the stored data is intact and was stored under this key."""
    digest, form, body = packed[:_DIGEST], packed[_DIGEST : _DIGEST + 1], packed[_DIGEST + 1 :]
    if digest != _digest(key, form + body):
        return None
    return zlib.decompress(body) if form == _DEFLATED else body


def _digest(key: bytes, content: bytes) -> bytes:
    digest = digests.new("blake2b", b"%d:%b" % (len(key), key), len(content))
    digest.update(content)
    return digest.digest()[:_DIGEST]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


#: held while files are used, by one thread at a time, and while the process forks
_LOCK = threading.Lock()
_CONNECTED: set[Cache] = set()


def _before_fork() -> None:
    """Close all files before a fork: SQLite would lose its locks in the child. Both sides open them again on demand."""
    _LOCK.acquire()
    for cache in list(_CONNECTED):
        cache._disconnect()


def _after_fork() -> None:
    _LOCK.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
