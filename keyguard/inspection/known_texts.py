"""Texts in containers in which nothing was found: versions of an archive hold mostly the same files."""

from __future__ import annotations

from keyguard.support import digests

#: texts that are remembered, by 16 bytes each
_MOST = 1 << 18
_SIZE = 16


class KnownTexts:
    """The texts without a hit of the prefilter, and those of a path in which all hits were none."""

    def __init__(self) -> None:
        self._empty: set[bytes] = set()

    def holds(self, digest: bytes, path: bytes) -> bool:
        """Whether there is nothing in the text with a digest if that is its path."""
        return digest in self._empty or digest + path in self._empty

    def add(self, digest: bytes, path: bytes = b"") -> None:
        """Remember a text, for that path alone if one is given. If there are too many, all are forgotten."""
        if len(self._empty) >= _MOST:
            self._empty.clear()
        self._empty.add(digest + path)


def digest_of(text: bytes) -> bytes:
    """Return the digest by which a text is remembered."""
    return digests.new("blake2b", text).digest()[:_SIZE]
