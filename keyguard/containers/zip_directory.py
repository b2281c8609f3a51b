"""The directory of a zip archive: what it says of each entry, held against where the entries are.

Format: APPNOTE.TXT of PKWARE, 6.3.10, section 4.3. Whoever unpacks an archive reads the directory at its end, so what
is in it counts; an archive without one, such as one that is cut off, is read by the headers before each entry.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import DAMAGED
from keyguard.containers.content import NotRead

LOCAL, _CENTRAL, _END, _END64, _LOCATOR = (b"PK" + bytes(mark) for mark in ((3, 4), (1, 2), (5, 6), (6, 6), (6, 7)))
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
_END_RECORD = struct.Struct("<4s4H2LH")
_END64_RECORD = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_RECORD = struct.Struct("<4sLQL")
_ENCRYPTED, _END_MARKED, _SIZE_BEHIND, _UTF8, _MASKED = 0x1, 0x2, 0x8, 0x800, 0x2000
_WIDE = 0xFFFFFFFF
_ZIP64_EXTRA = 1


class ZipEntry(NamedTuple):
    """One entry: its name, its method, and the span of its compressed content."""

    name: bytes
    method: int
    encrypted: bool
    start: int
    end: int
    listed: bool = True
    """Whether the directory has it: else it was deleted, or is none at all."""
    marked: bool = False
    """Whether LZMA has a mark at its end; else it ends with the entry."""


class _Row(NamedTuple):
    """What the directory says of an entry."""

    name: bytes
    flags: int
    method: int
    size: int
    offset: int


def entries_of(data: bytes, budget: Budget) -> tuple[list[ZipEntry], list[tuple[bytes, str]], str]:
    """Return the entries of an archive in the order in which they are stored, those that cannot be read (name and
    reason), and what is wrong with the archive as a whole.

    Raise ``NotRead`` if it is encrypted as a whole, and ``OverBudget``.
    """
    found: list[ZipEntry] = []
    refused: list[tuple[bytes, str]] = []
    problem, rows, at = "", list[_Row](), 0
    try:
        rows = sorted(set(_rows(data, budget)), key=lambda row: row.offset)
    except struct.error:
        problem = f"{DAMAGED}: its directory is cut off"
    except ValueError as error:
        problem = str(error)
    # entries may share bytes with others, which is how small archives become huge: each is read, and each costs
    for row in rows:
        start = _content_start(data, row.offset)
        if start is None or start + row.size > len(data):
            refused.append((row.name, f"{DAMAGED}: it is not where the directory says"))
            continue
        found += _between(data, at, row.offset, budget)
        found.append(_entry(row.name, row.flags, row.method, (start, start + row.size), listed=True))
        at = max(at, start + row.size)
    return [*found, *_between(data, at, len(data), budget)], refused, problem


def _between(data: bytes, at: int, end: int, budget: Budget) -> Iterator[ZipEntry]:
    """Yield the entries in a part of the archive of which the directory says nothing."""
    while 0 <= (at := data.find(LOCAL, at, end)) <= end - _LOCAL_HEADER.size:
        budget.entry()
        _, _, flags, method, _, _, _, packed, _, name, extra = _LOCAL_HEADER.unpack_from(data, at)
        named = at + _LOCAL_HEADER.size
        start = named + name + extra
        stop = start + packed
        if flags & _SIZE_BEHIND or packed == _WIDE or stop > end:
            # it ends somewhere before the next one: deflate says itself where
            following = data.find(b"PK", start, end) if method == 0 else -1
            stop = following if following >= 0 else end
        if start <= end:
            yield _entry(_name(data[named : named + name], flags), flags, method, (start, stop), listed=False)
        at = max(at + 4, start + packed if not flags & _SIZE_BEHIND and start + packed <= end else at + 4)


def _entry(name: bytes, flags: int, method: int, span: tuple[int, int], *, listed: bool) -> ZipEntry:
    return ZipEntry(name, method, bool(flags & _ENCRYPTED), *span, listed, bool(flags & _END_MARKED))


def _content_start(data: bytes, offset: int) -> int | None:
    """Return where the content of the entry with its header at ``offset`` begins; None if there is no header."""
    if not data.startswith(LOCAL, offset) or offset + _LOCAL_HEADER.size > len(data):
        return None
    *_, name, extra = _LOCAL_HEADER.unpack_from(data, offset)
    return offset + _LOCAL_HEADER.size + int(name) + int(extra)


def _rows(data: bytes, budget: Budget) -> Iterator[_Row]:
    """Yield what the directory says of each entry."""
    at, end, shift = _directory(data)
    while at + _CENTRAL_HEADER.size <= end and data.startswith(_CENTRAL, at):
        budget.entry()
        head = _CENTRAL_HEADER.unpack_from(data, at)
        flags, method, packed, unpacked, offset = head[3], head[4], head[8], head[9], head[16]
        name_at = at + _CENTRAL_HEADER.size
        extra_at = name_at + head[10]
        if flags & _MASKED:
            raise NotRead("encrypted, with its directory")
        extra = data[extra_at : extra_at + head[11]]
        packed, offset = _wide(extra, packed, unpacked, offset)
        yield _Row(_name(data[name_at:extra_at], flags), flags, method, packed, offset + shift)
        at = extra_at + head[11] + head[12]


def _directory(data: bytes) -> tuple[int, int, int]:
    """Return the span of the directory, and the number of bytes that stand before the archive.

    Raise ``ValueError`` if there is none.
    """
    at = data.rfind(_END)
    if at < 0 or at + _END_RECORD.size > len(data):
        raise ValueError(f"{DAMAGED}: it has no directory")
    *_, size, offset, _ = _END_RECORD.unpack_from(data, at)
    end = at
    locator = at - _LOCATOR_RECORD.size
    if _WIDE in (size, offset) or (locator >= 0 and data.startswith(_LOCATOR, locator)):
        end64 = _end64(data, locator)
        if end64 is not None:
            end, size, offset = end64
    start = end - size
    if start < 0:
        raise ValueError(f"{DAMAGED}: its directory is larger than the archive")
    # a directory that is where it says needs no shift; one behind a program has one
    return (offset, end, 0) if data.startswith(_CENTRAL, offset) else (start, end, start - offset)


def _end64(data: bytes, locator: int) -> tuple[int, int, int] | None:
    """Return where the end record of a large archive is, and the size and the offset of the directory in it."""
    at = data.rfind(_END64, 0, locator) if locator > 0 else -1
    if at < 0 or at + _END64_RECORD.size > len(data):
        return None
    *_, size, offset = _END64_RECORD.unpack_from(data, at)
    return at, size, offset


def _wide(extra: bytes, packed: int, unpacked: int, offset: int) -> tuple[int, int]:
    """Return the packed size and the offset, from the extra field of large entries where they stand in it."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64_EXTRA:
            numbers = iter(struct.unpack_from(f"<{min(size, len(extra) - at - 4) // 8}Q", extra, at + 4))
            if unpacked == _WIDE:
                next(numbers, 0)
            packed = next(numbers, packed) if packed == _WIDE else packed
            offset = next(numbers, offset) if offset == _WIDE else offset
            break
        at += 4 + size
    return packed, offset


def _name(name: bytes, flags: int) -> bytes:
    """Return a name in UTF-8, with slashes. Names in another encoding are in that of MS-DOS by definition."""
    if not (flags & _UTF8 or name.isascii()):
        try:
            name.decode()
        except UnicodeDecodeError:
            name = name.decode("cp437").encode()
    return name.replace(b"\\", b"/")
