"""What is known from scans before this one, so that nothing is read twice: opaque values, and ids without one.

It holds no secret: whoever puts something in sees to that. Everything is kept under a stamp, which names the rules and
what runs them, so a changed rule finds an empty cache. Where none can be had nothing fails: it knows nothing.
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
#: below this, and where it saves less than an eighth, a value is kept as it is
_WORTH = 128
_LEVEL = 1


class Cache:
    """A store for one stamp. All its methods may be called from any thread, and on both sides of a fork."""

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
        """Let go of the files. From here on nothing is known, and nothing stored."""
        with _LOCK:
            self._enabled = False
            self._disconnect()

    def get(self, kind: str, key: bytes) -> bytes | None:
        """The value that was put under this key; None if there is none that is whole."""
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
        """Which of the keys ``put_many`` stored."""
        with _LOCK:
            store, section = self._opened(kind)
            return store.known(section, keys) if store and keys else set()

    def put_many(self, kind: str, keys: Iterable[bytes]) -> None:
        """Store keys without a value: hashes of 2 to 255 bytes. It is ``known`` that tells of them, not ``get``."""
        found = set(keys)  # whatever yields them may itself ask this cache
        with _LOCK:
            store, section = self._opened(kind)
            if store and found:
                store.keep(section, found)

    def _opened(self, kind: str) -> tuple[RotatingStore | None, Section]:
        """The files, opened where they are not, and the shelf for a kind."""
        if self._enabled and self._store is None:
            # SQLite is loaded by who needs it: a clean commit does not
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
        """The same stamp and kind make the same prefix, and no other do."""
        if kind not in self._sections:
            name = b"%d:%b%b" % (len(self._stamp), _encoded(self._stamp), _encoded(kind))
            self._sections[kind] = Section(digests.new("sha256", name).digest()[:PREFIX], self._stamp, kind)
        return self._sections[kind]


def opened(stamp: str, *, enabled: bool = True) -> Cache:
    """The user's cache, as a context manager: what was stored under another ``stamp`` is not there.

    One that is not ``enabled``, or cannot be had, answers None and stores nothing. Nothing is opened before it is used.
    """
    return Cache(stamp, enabled=enabled)


def _packed(key: bytes, value: bytes) -> bytes:
    """The value as it is stored: a digest, a letter, and the value, deflated where that pays."""
    form, body = _PLAIN, value
    if len(value) >= _WORTH:
        deflated = zlib.compress(value, _LEVEL)
        if len(deflated) <= len(value) * 7 // 8:
            form, body = _DEFLATED, deflated
    return _digest(key, form + body) + form + body


def _unpacked(key: bytes, packed: bytes) -> bytes | None:
    """The value, if what is stored is what was stored under this very key."""
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


#: held while files are used: by one thread at a time, and by none while the process forks
_LOCK = threading.Lock()
_CONNECTED: set[Cache] = set()


def _before_fork() -> None:
    """No open file goes into a child: SQLite forgets its locks there. Both sides open it again when they need it."""
    _LOCK.acquire()
    for cache in list(_CONNECTED):
        cache._disconnect()


def _after_fork() -> None:
    _LOCK.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
