"""Unpack what is compressed or in wide characters, and was itself decoded: gzip, zlib, UTF-16."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from keyguard.decoding.derived_text import DerivedText, Piece

#: bytes of an unpacked text that are read
MOST = 1 << 20
_GZIP, _ZLIB = 31, 15
#: how what ``gzip`` and ``zlib`` write begins
HEADS = b"\x1f\x8b\x08", b"x\x01", b"x\x5e", b"x\x9c", b"x\xda"
#: characters of keys: at the end of a text that is cut off they may be the first ones of a longer key
_KEY = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-.~"


def unpacked(data: bytes) -> Iterator[DerivedText]:
    """Yield what a decoded text is if it is compressed, or if most of it is ASCII in UTF-16."""
    if data.startswith(b"\x1f\x8b\x08"):
        yield from _inflated(data, _GZIP, "gzip")
    elif data[:1] == b"x" and len(data) > 2 and int.from_bytes(data[:2], "big") % 31 == 0:
        yield from _inflated(data, _ZLIB, "deflate")
    elif data.count(0) * 3 >= len(data) > 0:
        for first in (0, 1):
            narrow, others = data[first::2], data[1 - first :: 2]
            if others.count(0) * 3 >= len(others) * 2 > 0:
                yield DerivedText(narrow, "UTF-16", (Piece(0, len(narrow), first, first + 2 * len(narrow)),))


def _inflated(data: bytes, kind: int, way: str) -> Iterator[DerivedText]:
    """Yield the beginning of a compressed text, as far as it is whole."""
    machine = zlib.decompressobj(kind)
    try:
        text = machine.decompress(data, MOST)
    except zlib.error:
        return
    if not machine.eof:
        text = text.rstrip(_KEY)
    if text:
        pieces = (Piece(0, len(text), 0, len(data)),)
        yield DerivedText(text, way, pieces, solid=True, is_beginning=bool(machine.unconsumed_tail))
