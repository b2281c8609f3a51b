"""SHA-1, SHA-256 and BLAKE2 without OpenSSL: loading that, which is what ``hashlib`` does, costs a commit hook 3 ms.

Python carries code of its own for all of them. It is slower on much data, so whoever has much to hash says so.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Protocol

#: what the standard library itself falls back to; a build may have been made without
_PLAIN = {"blake2b": "_blake2", "sha1": "_sha1", "sha256": "_sha2" if sys.version_info >= (3, 12) else "_sha256"}
_MUCH = 1 << 20


class Digest(Protocol):
    """A hash that grows."""

    def update(self, data: bytes, /) -> None:
        """Add ``data``."""

    def digest(self) -> bytes:
        """The hash of all that was added."""

    def hexdigest(self) -> str:
        """The same in hex."""


def new(name: str, data: bytes = b"", size: int = 0) -> Digest:
    """A hash of ``data``: ``name`` is one of ``_PLAIN``, ``size`` how many bytes will be added, if many."""
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
