"""Check whether an index file is intact. Imports little: every commit waits for it."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.support import digests
from keyguard.support.errors import GitError

HEAD_SIZE = 12
_EXTENSION_HEAD = 8
EXTENDED, STAGE, NAME_LENGTH, INTENT_TO_ADD = 0x4000, 0x3000, 0xFFF, 0x2000
CUT_OFF = "damaged: it ends too early, or goes on behind its end"


def check_index(data: bytes, object_format: str) -> None:
    """Raise GitError if an index is damaged. git would take whatever follows as entries if some are missing at the end.

    Takes a third of the time of ``parse_index``, since every commit waits for it.
    """
    size = checked_size(data, object_format)
    magic, version, count = head_of(data)
    if not is_known(magic, version):
        return  # git rejects it as well
    try:
        position = _end_of_packed(data, size, count) if version == 4 else _end_of_entries(data, size, count)
    except (ValueError, IndexError):
        raise GitError(CUT_OFF) from None
    for _ in extensions_in(data, position, len(data) - size):
        pass


def checked_size(data: bytes, object_format: str) -> int:
    """Return the size of an object id in bytes. Raise GitError if the index is shorter than its header or its checksum
    is wrong.
    """
    size = 32 if object_format == "sha256" else 20
    end = len(data) - size
    # zeros: the user chose to save the time (index.skipHash)
    if end < HEAD_SIZE or (any(data[end:]) and digests.new(object_format, data[:end]).digest() != data[end:]):
        raise GitError("damaged: its checksum is wrong")
    return size


def head_of(data: bytes) -> tuple[bytes, int, int]:
    """Return the signature, the version and the number of entries of an index."""
    return data[:4], int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:HEAD_SIZE], "big")


def is_known(magic: bytes, version: int) -> bool:
    """Return whether git supports this kind of index."""
    return magic == b"DIRC" and version in (2, 3, 4)


def extensions_in(data: bytes, position: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and content of each extension. Raise GitError if they do not end exactly at ``end``."""
    while position + _EXTENSION_HEAD <= end:
        name, length = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "big")
        position += _EXTENSION_HEAD
        yield name, data[position : min(position + length, end)]
        position += length
    if position != end:
        raise GitError(CUT_OFF)


def _end_of_entries(data: bytes, size: int, count: int) -> int:
    """Return the position after the entries of version 2 or 3. Raise IndexError or ValueError if the index ends
    before.
    """
    position, flags_at = HEAD_SIZE, 40 + size
    for _ in range(count):
        at = position + flags_at
        high = data[at]
        length = (high << 8 | data[at + 1]) & NAME_LENGTH
        start = at + 4 if high & 0x40 else at + 2
        stop = start + length if length < NAME_LENGTH else data.index(b"\0", start)
        position += (stop - position + 8) & ~7
    return position


def _end_of_packed(data: bytes, size: int, count: int) -> int:
    """Return the same for version 4, in which each name is stored as its difference from the previous one."""
    from keyguard.git.layout.varint import read_varint

    position, flags_at = HEAD_SIZE, 40 + size
    for _ in range(count):
        at = position + flags_at
        _, start = read_varint(data, at + 4 if data[at] & 0x40 else at + 2)
        position = data.index(b"\0", start) + 1
    return position
