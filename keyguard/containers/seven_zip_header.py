"""The header of a 7z archive: its folders, which are compressed streams, and the files in each.

Format: 7zFormat.txt of the LZMA SDK. A header may be compressed itself; then it is a folder like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import DAMAGED
from keyguard.containers.content import NotRead

_END, _HEADER, _ARCHIVE, _ADDITIONAL, _MAIN, _FILES = range(6)
_PACK, _UNPACK, _SUB, _SIZE, _CRC, _FOLDER, _SIZES, _COUNTS = range(6, 14)
_EMPTY_STREAM, _NAMES, _ENCODED = 0x0E, 0x11, 0x17
#: more coders, or streams of one, than any program writes
_MOST_CODERS = 32
#: entries of an archive, and files that are listed in its header
_MOST = 1 << 20


class Coder(NamedTuple):
    """One step of unpacking."""

    method: bytes
    properties: bytes
    inputs: int
    outputs: int


class Folder(NamedTuple):
    """A compressed stream, with the files that are in it one behind the other."""

    coders: tuple[Coder, ...]
    bonds: tuple[tuple[int, int], ...]
    """(input, output) that are connected."""
    packed: tuple[int, ...]
    """The inputs that are packed streams."""
    start: int = 0
    """Where the first packed stream begins."""
    size: int = 0
    """Of the first packed stream."""
    unpacked: int = 0
    files: tuple[int, ...] = ()
    """The sizes of the files in it."""


class Header(NamedTuple):
    """What an archive consists of."""

    folders: list[Folder]
    names: list[bytes]
    """Of the files that are not empty, in the order of the folders."""


def header_of(data: bytes, unpack: Callable[[Folder], bytes], budget: Budget) -> Header:
    """Return the header of an archive; ``unpack`` returns the content of a folder.

    Raise ``NotRead`` if it is damaged, and ``OverBudget``.
    """
    if len(data) < 32:
        raise NotRead(f"{DAMAGED}: it ends early")
    offset, size = (int.from_bytes(data[at : at + 8], "little") for at in (12, 20))
    text = data[32 + offset : 32 + offset + size]
    if len(text) < size:
        raise NotRead(f"{DAMAGED}: it ends early")
    try:
        for _ in range(4):
            if not text:
                return Header([], [])
            reader = _Reader(text, budget)
            kind = reader.number()
            if kind == _HEADER:
                return _header(reader)
            if kind != _ENCODED:
                break
            (folder, *_) = _streams(reader)
            text = unpack(folder)
    except (IndexError, ValueError):
        raise NotRead(f"{DAMAGED}: its header is") from None
    raise NotRead(f"{DAMAGED}: it has no header")


class _Reader:
    """Reads numbers and bytes; raises ``IndexError`` at the end."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._data, self._at = data, 0
        self.budget = budget

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def bytes(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        self._at += size
        if len(found) < size:
            raise IndexError
        return found

    def number(self) -> int:
        """Return a number of up to 64 bits: the leading ones of the first byte count the bytes that follow."""
        first = self.byte()
        more = next((count for count in range(8) if not first & (0x80 >> count)), 8)
        low = int.from_bytes(self.bytes(more), "little")
        return low | ((first & ((0x80 >> more) - 1)) << 8 * more if more < 8 else 0)

    def count(self, most: int = _MOST) -> int:
        """Return a number of things, each of which costs as an entry does."""
        found = self.number()
        if found > most:
            raise ValueError
        for _ in range(found):
            self.budget.entry()
        return found

    def bits(self, count: int) -> list[bool]:
        """Return that many bits, the highest of each byte first."""
        data = self.bytes(-(-count // 8))
        return [bool(data[at // 8] & (0x80 >> at % 8)) for at in range(count)]

    def skip_digests(self, count: int) -> int:
        """Skip checksums; return how many there are."""
        defined = count if self.byte() else sum(self.bits(count))
        self.bytes(4 * defined)
        return defined

    def rest(self, size: int) -> _Reader:
        """Return a reader of the next bytes."""
        return _Reader(self.bytes(size), self.budget)


def _header(reader: _Reader) -> Header:
    folders, names = list[Folder](), list[bytes]()
    while (kind := reader.number()) != _END:
        if kind == _ARCHIVE:
            while reader.number() != _END:
                reader.bytes(reader.number())
        elif kind == _ADDITIONAL:
            _streams(reader)
        elif kind == _MAIN:
            folders = _streams(reader)
        elif kind == _FILES:
            names = _names(reader)
        else:
            raise ValueError
    return Header(folders, names)


def _streams(reader: _Reader) -> list[Folder]:
    """Return the folders, with their places and the sizes of their files."""
    start, packed, folders = 0, list[int](), list[Folder]()
    while (kind := reader.number()) != _END:
        if kind == _PACK:
            start, packed = _packed(reader)
        elif kind == _UNPACK:
            folders = _placed(_folders(reader), 32 + start, packed)
        elif kind == _SUB:
            folders = _with_files(reader, folders)
        else:
            raise ValueError
    return [one if one.files else one._replace(files=(one.unpacked,)) for one in folders]


def _packed(reader: _Reader) -> tuple[int, list[int]]:
    start, count, sizes = reader.number(), reader.count(), list[int]()
    while (kind := reader.number()) != _END:
        if kind == _SIZE:
            sizes = [reader.number() for _ in range(count)]
        elif kind == _CRC:
            reader.skip_digests(count)
        else:
            raise ValueError
    return start, sizes


def _folders(reader: _Reader) -> list[Folder]:
    folders = list[Folder]()
    while (kind := reader.number()) != _END:
        if kind == _FOLDER:
            count = reader.count()
            if reader.byte():  # kept elsewhere, which nobody does
                raise ValueError
            folders = [_folder(reader) for _ in range(count)]
        elif kind == _SIZES:
            folders = [_with_size(one, [reader.number() for _ in range(_outputs(one))]) for one in folders]
        elif kind == _CRC:
            reader.skip_digests(len(folders))
        else:
            raise ValueError
    return folders


def _folder(reader: _Reader) -> Folder:
    coders = list[Coder]()
    for _ in range(reader.count(_MOST_CODERS)):
        flags = reader.byte()
        method = reader.bytes(flags & 15)
        inputs, outputs = (reader.count(_MOST_CODERS), reader.count(_MOST_CODERS)) if flags & 0x10 else (1, 1)
        coders.append(Coder(method, reader.bytes(reader.number()) if flags & 0x20 else b"", inputs, outputs))
    inputs, outputs = sum(one.inputs for one in coders), sum(one.outputs for one in coders)
    bonds = tuple((reader.number(), reader.number()) for _ in range(outputs - 1))
    bound = {one for one, _ in bonds}
    free = inputs - len(bonds)
    packed = [one for one in range(inputs) if one not in bound] if free == 1 else [reader.number() for _ in range(free)]
    return Folder(tuple(coders), bonds, tuple(packed))


def _outputs(folder: Folder) -> int:
    return sum(one.outputs for one in folder.coders)


def _with_size(folder: Folder, sizes: list[int]) -> Folder:
    """Return a folder with the size of the output that is connected to no input."""
    bound = {output for _, output in folder.bonds}
    free = [size for output, size in enumerate(sizes) if output not in bound]
    return folder._replace(unpacked=free[0])


def _placed(folders: list[Folder], start: int, sizes: list[int]) -> list[Folder]:
    """Return the folders with the places of their packed streams, which follow each other."""
    found, at = list[Folder](), 0
    for one in folders:
        count = len(one.packed)
        found.append(one._replace(start=start, size=sizes[at]))
        start += sum(sizes[at : at + count])
        at += count
    return found


def _with_files(reader: _Reader, folders: list[Folder]) -> list[Folder]:
    """Return the folders with the sizes of the files in each."""
    counts, found = [1] * len(folders), list[Folder]()
    kind = reader.number()
    if kind == _COUNTS:
        counts = [reader.count() for _ in folders]
        kind = reader.number()
    for folder, count in zip(folders, counts, strict=True):
        sizes = [reader.number() for _ in range(count - 1)] if kind == _SIZE and count else []
        last = folder.unpacked - sum(sizes)
        if last < 0:
            raise ValueError
        found.append(folder._replace(files=(*sizes, last) if count else ()))
    kind = reader.number() if kind == _SIZE else kind
    while kind != _END:
        if kind != _CRC:
            raise ValueError
        reader.skip_digests(sum(counts))
        kind = reader.number()
    return found


def _names(reader: _Reader) -> list[bytes]:
    """Return the names of the files that have a content."""
    count = reader.count()
    names, empty = [b""] * count, [False] * count
    while (kind := reader.number()) != _END:
        part = reader.rest(reader.number())
        if kind == _EMPTY_STREAM:
            empty = part.bits(count)
        elif kind == _NAMES and not part.byte():
            names = [*_texts(part, count)]
    return [name for name, is_empty in zip(names, empty, strict=True) if not is_empty]


def _texts(reader: _Reader, count: int) -> Iterator[bytes]:
    """Yield names in UTF-16, each with a NUL at its end, as UTF-8 with slashes."""
    for _ in range(count):
        name = bytearray()
        while (pair := reader.bytes(2)) != b"\0\0":
            name += pair
        yield bytes(name).decode("utf-16-le", "replace").encode("utf-8", "replace").replace(b"\\", b"/")
