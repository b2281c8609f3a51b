"""Parse one table of the reftable format: refs and reflogs (git's ``Documentation/technical/reftable``).

Its indexes and offsets are not trusted: blocks are read one after the other.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.git.layout.varint import read_varint
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

#: limit in bytes for the decompressed logs and the reconstructed names of one table
_UNPACKED = 256 << 20
_HEADERS = {1: (24, 68), 2: (28, 72)}
_ID, _PEELED, _SYMBOLIC = 1, 2, 3
_FIRST_PIECE = 512
#: entries of a reflog are numbered down from here, so that the newest comes first
_LAST = (1 << 64) - 1
_PADDING = expression(rb"\0*")


class RefRecord(NamedTuple):
    """One ref: an id as bytes, or the name of another ref; neither if it is deleted."""

    name: bytes
    oid: bytes = b""
    target: bytes = b""


class LogRecord(NamedTuple):
    """One entry of a reflog; without ids if it is deleted."""

    name: bytes
    number: int
    """The update index: identifies an entry of a ref; a later table can replace the entry."""
    old: bytes = b""
    new: bytes = b""
    text: bytes = b""
    """Author and message, as far as a person wrote them."""


def records(data: bytes) -> Iterator[RefRecord | LogRecord]:
    """Yield everything in a table, in order. Raise GitError if it is damaged, after what precedes the damage."""
    try:
        yield from _Table(data).records()
    except (IndexError, ValueError, zlib.error) as problem:
        raise GitError(f"damaged: {problem}") from None


class _Table:
    """A whole table, and how many bytes may still be made of it."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"REFT" or data[4:5] not in (b"\1", b"\2"):
            raise GitError("damaged, or a reftable of a version that is not known")
        self._header, footer = _HEADERS[data[4]]
        self._id = 32 if self._header == 28 and data[24:28] == b"s256" else 20
        self._end = len(data) - footer
        if self._end < self._header or zlib.crc32(data[self._end : -4]) != int.from_bytes(data[-4:], "big"):
            raise GitError("damaged: its checksum is wrong")
        self._data = data
        self._left = _UNPACKED

    def records(self) -> Iterator[RefRecord | LogRecord]:
        position, skip = self._header, self._header
        while position < self._end:
            kind, length = self._data[position : position + 1], self._length(position) - skip
            if kind == b"\0" and (padding := _PADDING.match(self._data, position, self._end)):
                position = padding.end()
            elif kind == b"g":
                block, position = self._unpack(position + 4, length - 4)
                yield from self._logs(block)
            elif kind in (b"r", b"o", b"i"):
                if length < 6 or position + length > self._end:
                    raise ValueError("a block of an impossible length")
                if kind == b"r":
                    yield from self._refs(self._data[position + 4 : position + length])
                position += length
            else:
                raise ValueError("a block of a kind that is not known")
            skip = 0

    def _length(self, position: int) -> int:
        """Return the length that a block claims; that of the first one includes the file header."""
        return int.from_bytes(self._data[position + 1 : position + 4], "big")

    def _unpack(self, position: int, length: int) -> tuple[bytes, int]:
        """Return a decompressed block and where it ends. It is fed in pieces, since zlib copies the rest of a piece."""
        self._spend(max(length, 1))
        inflater, found, piece = zlib.decompressobj(), b"", _FIRST_PIECE
        while not inflater.eof and position < self._end and len(found) <= length:
            fed = self._data[position : min(position + piece, self._end)]
            found += inflater.decompress(fed, length + 1 - len(found))
            position += len(fed) - len(inflater.unconsumed_tail)
            piece *= 2
        if not inflater.eof or len(found) != length:
            raise ValueError("a block of logs that does not unpack to what it says")
        return found, position - len(inflater.unused_data)

    def _refs(self, block: bytes) -> Iterator[RefRecord]:
        position, end, name = 0, _end_of_records(block), b""
        while position < end:
            name, kind, position = self._key(block, position, end, name)
            _, position = read_varint(block, position)
            if kind == _SYMBOLIC:
                target, position = _text(block, position, end)
                yield RefRecord(name, target=target)
            elif kind <= _PEELED:
                # the second id is the target of the tag, which is not a ref
                oid, position = block[position : position + self._id if kind else position], position + kind * self._id
                _check(position <= end)
                yield RefRecord(name, oid)
            else:
                raise ValueError("a ref of a kind that is not known")

    def _logs(self, block: bytes) -> Iterator[LogRecord]:
        position, end, key = 0, _end_of_records(block), b""
        while position < end:
            key, kind, position = self._key(block, position, end, key)
            name, number = key[:-9], _LAST - int.from_bytes(key[-8:], "big")
            _check(key[-9:-8] == b"\0" and kind <= _ID)
            if not kind:
                yield LogRecord(name, number)
                continue
            old, new = block[position : position + self._id], block[position + self._id : position + 2 * self._id]
            who, position = _text(block, position + 2 * self._id, end)
            mail, position = _text(block, position, end)
            _, position = read_varint(block, position)
            why, position = _text(block, position + 2, end)  # 2 bytes of time zone
            yield LogRecord(name, number, old, new, b"%s <%s>\t%s" % (who, mail, why.removesuffix(b"\n")))

    def _key(self, block: bytes, position: int, end: int, last: bytes) -> tuple[bytes, int, int]:
        """Return the key of a record, which is stored as its difference from the previous key, its kind, and where it
        ends.
        """
        shared, position = read_varint(block, position)
        length, position = read_varint(block, position)
        kind, length = length & 7, length >> 3
        _check(shared <= len(last) and position + length <= end)
        self._spend(shared + length)
        return last[:shared] + block[position : position + length], kind, position + length

    def _spend(self, size: int) -> None:
        """Subtract ``size`` from the limit; raise ValueError if it is exceeded."""
        self._left -= size
        if self._left < 0:
            raise ValueError(f"it unpacks to more than {_UNPACKED} bytes")


def _end_of_records(block: bytes) -> int:
    """Return where the restart points begin."""
    return len(block) - 2 - 3 * int.from_bytes(block[-2:], "big")


def _text(block: bytes, position: int, end: int) -> tuple[bytes, int]:
    length, position = read_varint(block, position)
    _check(position + length <= end)
    return block[position : position + length], position + length


def _check(holds: bool) -> None:
    if not holds:
        raise ValueError("a record that is larger than its block, or otherwise impossible")
