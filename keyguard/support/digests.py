"""SHA-1, SHA-256 and BLAKE2 without OpenSSL, which ``hashlib`` loads: that would cost a commit hook 3 ms.

Python includes implementations of its own. They are slower on much data, so callers with much to hash say so.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Protocol

#: the modules that ``hashlib`` itself falls back to; a build of Python may lack them
_PLAIN = {"blake2b": "_blake2", "sha1": "_sha1", "sha256": "_sha2" if sys.version_info >= (3, 12) else "_sha256"}
_MUCH = 1 << 20
#: bytes of a block of SHA-256, and what HMAC does to those of a key
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class Digest(Protocol):
    """An incremental hash."""

    def update(self, data: bytes, /) -> None:
        """Add ``data``."""

    def digest(self) -> bytes:
        """Return the hash of everything added so far."""

    def hexdigest(self) -> str:
        """Return the hash in hex."""


def new(name: str, data: bytes = b"", size: int = 0) -> Digest:
    """Return a hash of ``data``.

    ``name`` is a key of ``_PLAIN``; ``size`` is the number of bytes that will be added, if that is much.
    """
    if "_hashlib" not in sys.modules and max(size, len(data)) < _MUCH:
        try:
            module = import_module(_PLAIN[name])
        except ImportError:
            pass
        else:
            plain: Digest = getattr(module, name)(data, usedforsecurity=False)
            return plain
    import hashlib

    return hashlib.new(name, data, usedforsecurity=False)


def keyed(key: bytes, data: bytes) -> str:
    """Return the HMAC of ``data`` with SHA-256 in hex (RFC 2104)."""
    block = (new("sha256", key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = new("sha256", block.translate(_INNER) + data).digest()
    return new("sha256", block.translate(_OUTER) + inner).hexdigest()
