"""Files that are one compressed stream, or several that follow each other: gzip, bzip2, xz, lzma, zlib, zstd.

What is in them has no name of its own: it is called like the file, without what says how it is compressed.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.containers import codecs
from keyguard.containers.budget import Budget
from keyguard.containers.codecs import BZIP2, GZIP, XZ, ZLIB, ZSTD, Codec, outputs, pieces
from keyguard.containers.content import Content, Entry, NotRead

#: a frame of zstd, and frames that are to be skipped
_ZSTD = (b"(\xb5/\xfd", *(bytes((byte,)) + b"*M\x18" for byte in range(0x50, 0x60)))


def read_gzip(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the one entry of a gzip file (RFC 1952)."""
    return _one(content, budget, GZIP, (b"\x1f\x8b",))


def read_bzip2(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the one entry of a bzip2 file."""
    return _one(content, budget, BZIP2, (b"BZh",))


def read_xz(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the one entry of an xz file."""
    return _one(content, budget, XZ, (b"\xfd7zXZ\0",))


def read_lzma(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the one entry of a file in the format that lzma had before xz."""
    return _one(content, budget, XZ)


def read_zlib(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the one entry of a zlib stream (RFC 1950)."""
    return _one(content, budget, ZLIB)


def read_zstd(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the one entry of a file in the format of zstd (RFC 8878).

    Raise ``NotRead`` if nothing that is installed reads it.
    """
    if codecs.zstd_module() is None:
        raise NotRead(codecs.WITHOUT_ZSTD)
    return _one(content, budget, ZSTD, _ZSTD)


def _one(content: Content, budget: Budget, codec: Codec, magic: tuple[bytes, ...] = ()) -> Iterator[Entry]:
    yield Entry(b"", pieces(outputs(content.piece, codec, magic, budget)))
