"""Tar archives: the formats of POSIX (ustar, pax), of GNU and of old Unix.

Format: tar(5) of libarchive. Nothing that a header says is believed beyond the bytes that follow it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import DAMAGED
from keyguard.containers.content import Content, Entry, NotRead, Read
from keyguard.support.regex import expression

_BLOCK = 512
_PIECE = 1 << 18
_EMPTY = bytes(_BLOCK)
#: bytes of a long name, or of the records of an extended header
_LONGEST = 1 << 20
_RECORD = expression(rb"\d{1,9} ([A-Za-z.]{1,40})=")
_FILES = b"\0" + b"07S"
_LONG_NAME, _EXTENDED = b"L", b"x"
#: headers whose content is not the content of a file
_OTHERS = b"KgXVMND"


class _Header(NamedTuple):
    kind: bytes
    name: bytes
    size: int
    #: more headers of a sparse file follow
    more: bool


def read_tar(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the files of an archive. Raise ``NotRead`` where a header is damaged, and ``OverBudget``."""
    name, size = b"", None
    while block := content.take(_BLOCK):
        if block == _EMPTY:
            continue
        budget.entry()
        header = _header(block)
        data = _Data(content, header.size if size is None else size)
        if header.kind == _LONG_NAME:
            name = data.small().rstrip(b"\0")
        elif header.kind == _EXTENDED:
            name, size = _records(data.small(), name, size)
        elif header.kind not in _OTHERS:
            if header.more:
                _skip_map(content)
            if header.kind in _FILES:
                yield Entry(name or header.name, data.read)
            name, size = b"", None
        data.skip()


class _Data:
    """The content of one entry, and what fills its last block."""

    def __init__(self, content: Content, size: int) -> None:
        self._content = content
        self._left = size
        self._fill = -size % _BLOCK

    @property
    def read(self) -> Read:
        """Returns the next piece; raises ``NotRead`` if the archive ends early."""
        return self._piece

    def small(self) -> bytes:
        """Return all of it. Raise ``NotRead`` if it is too long for what it is."""
        if self._left > _LONGEST:
            raise NotRead(f"{DAMAGED}: a name of {self._left:,} bytes")
        return b"".join(iter(self._piece, b""))

    def skip(self) -> None:
        """Read to the end."""
        while self._piece():
            pass
        while self._fill and (data := self._content.some(self._fill)):
            self._fill -= len(data)

    def _piece(self) -> bytes:
        data = self._content.some(min(self._left, _PIECE)) if self._left else b""
        if self._left and not data:
            self._left = self._fill = 0
            raise NotRead(f"{DAMAGED}: it ends early")
        self._left -= len(data)
        return data


def _header(block: bytes) -> _Header:
    if len(block) < _BLOCK:
        raise NotRead(f"{DAMAGED}: it ends early")
    total = sum(block) - sum(block[148:156]) + 8 * 32
    if _number(block[148:156]) != total:
        raise NotRead(f"{DAMAGED}: the checksum of a header is wrong")
    size, kind = _number(block[124:136]), block[156:157]
    name = block[:100].partition(b"\0")[0]
    if block.startswith(b"ustar\0", 257) and (prefix := block[345:500].partition(b"\0")[0]):
        name = prefix + b"/" + name
    # links, folders and devices have no content, whatever they say
    has_content = kind not in b"123456"
    return _Header(kind, name, size if has_content else 0, more=kind == b"S" and block[482] != 0)


def _number(field: bytes) -> int:
    """Return a number in octal digits, or in binary if the first bit is set. Raise ``NotRead`` for anything else."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b"\0 ")
    try:
        return int(digits.partition(b"\0")[0], 8) if digits else 0
    except ValueError:
        raise NotRead(f"{DAMAGED}: a header with something else than a number") from None


def _records(data: bytes, name: bytes, size: int | None) -> tuple[bytes, int | None]:
    """Return the name and the size in the records of an extended header; those given where they are not in it."""
    at = 0
    while found := _RECORD.match(data, at):
        length = int(data[at : data.index(b" ", at)])
        value = data[found.end() : at + length - 1]
        if found[1] in (b"path", b"GNU.sparse.name"):
            name = value
        elif found[1] == b"size" and value.isdigit() and len(value) < 20:
            size = int(value)
        if length <= 0:
            break
        at += length
    return name, size


def _skip_map(content: Content) -> None:
    """Skip the further headers of a sparse file."""
    while len(block := content.take(_BLOCK)) == _BLOCK and block[504]:
        pass
