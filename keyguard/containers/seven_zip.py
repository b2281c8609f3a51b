"""7z archives: LZMA, LZMA2, bzip2, deflate, zstd and what is stored, with the filters for programs, without any library
but that of Python. What is encrypted, and what is compressed by PPMd, is listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import BZIP2, DAMAGED, DEFLATE, ZSTD, output, pieces, raw_lzma
from keyguard.containers.content import Content, Entry, NotRead, Read, Unopened, slices
from keyguard.containers.seven_zip_header import Coder, Folder, header_of

_COPY, _LZMA, _LZMA2, _AES = b"\0", b"\3\1\1", b"\x21", b"\6\xf1\7\1"
_CODECS = {b"\4\1\x08": DEFLATE, b"\4\2\2": BZIP2, b"\4\xf7\x11\1": ZSTD}
#: filters before LZMA: how far each value is from the last one, and addresses in programs of six kinds of processors
_FILTERS = {
    b"\3": "FILTER_DELTA",
    b"\4": "FILTER_X86",
    b"\3\3\1\3": "FILTER_X86",
    b"\3\3\2\5": "FILTER_POWERPC",
    b"\3\3\4\1": "FILTER_IA64",
    b"\3\3\5\1": "FILTER_ARM",
    b"\3\3\7\1": "FILTER_ARMTHUMB",
    b"\3\3\x08\5": "FILTER_SPARC",
}
_NAMES = {b"\3\3\1\x1b": "BCJ2", b"\3\4\1": "PPMd", b"\4\1\x09": "deflate64", b"\4\xf7\x11\4": "lz4"}
#: bytes of a header that is compressed
_LONGEST = 16 << 20


def read_7z(content: Content, budget: Budget) -> Iterator[Entry | Unopened]:
    """Yield the files of an archive. Raise ``NotRead`` if it is damaged as a whole, and ``OverBudget``."""
    data = content.whole()
    header = header_of(data, lambda folder: _whole(data, folder, budget), budget)
    names = iter(header.names)
    for folder in header.folders:
        try:
            stream = _Stream(_output(data, folder, budget))
        except (_Refused, NotRead) as refused:
            yield from (Unopened(next(names, b""), str(refused)) for _ in folder.files)
            continue
        for size in folder.files:
            part = stream.part(size)
            yield Entry(next(names, b""), part)
            _skip(part)


class _Refused(Exception):
    """A folder is not unpacked; the text says why."""


class _Stream:
    """The files in a folder, one behind the other."""

    def __init__(self, read: Read) -> None:
        self._read, self._rest = read, b""
        self._problem: NotRead | None = None

    def part(self, size: int) -> Read:
        """Return a reader of the next bytes, which raises ``NotRead`` if there are fewer."""
        left = size

        def read() -> bytes:
            nonlocal left
            if not left:
                return b""
            data, self._rest = self._rest or self._next(), b""
            if not data:
                left = 0
                raise NotRead(f"{DAMAGED}: it ends early")
            found, self._rest = data[:left], data[left:]
            left -= len(found)
            return found

        return read

    def _next(self) -> bytes:
        if self._problem:
            raise self._problem
        try:
            return self._read()
        except NotRead as problem:
            self._problem = problem
            raise


def _skip(read: Read) -> None:
    """Read to the end, or to where it is damaged: whoever reads the file is told."""
    try:
        while read():
            pass
    except NotRead:
        return


def _whole(data: bytes, folder: Folder, budget: Budget) -> bytes:
    """Return the content of a folder: of a header."""
    if folder.unpacked > _LONGEST:
        raise NotRead(f"{DAMAGED}: a header of {folder.unpacked:,} bytes")
    try:
        read = _Stream(_output(data, folder, budget)).part(folder.unpacked)
    except _Refused as refused:
        raise NotRead(str(refused)) from None
    return b"".join(iter(read, b""))


def _output(data: bytes, folder: Folder, budget: Budget) -> Read:
    """Return a reader of the content of a folder. Raise ``_Refused`` if nothing here unpacks it."""
    read = slices(data, folder.start, folder.start + folder.size)
    coders = _in_order(folder)
    while coders:
        coder = coders.pop(0)
        if coder.method in (_LZMA, _LZMA2):
            filters = [_lzma_filter(coder)]
            while coders and coders[0].method in _FILTERS:
                filters.insert(0, _filter(coders.pop(0)))
            read = pieces(output(read, raw_lzma(filters, ends=coder.method == _LZMA2), budget))
        elif coder.method in _CODECS:
            read = pieces(output(read, _CODECS[coder.method], budget))
        elif coder.method != _COPY:
            raise _refused(coder)
    return read


def _in_order(folder: Folder) -> list[Coder]:
    """Return the coders in the order in which they unpack."""
    for coder in folder.coders:
        if coder.method == _AES or coder.inputs != 1 or coder.outputs != 1:
            raise _refused(coder)
    at, order = folder.packed[0] if folder.packed else -1, list[Coder]()
    behind = {output: input for input, output in folder.bonds}
    while 0 <= at < len(folder.coders) and len(order) < len(folder.coders):
        order.append(folder.coders[at])
        at = behind.get(at, -1)
    if len(order) < len(folder.coders):
        raise _Refused("compressed in an unknown way")
    return order


def _refused(coder: Coder) -> _Refused:
    if coder.method == _AES:
        return _Refused("encrypted")
    return _Refused(f"compressed by {_NAMES.get(coder.method, f'method {coder.method.hex()}')}")


def _lzma_filter(coder: Coder) -> dict[str, Any]:
    import lzma

    if coder.method == _LZMA2:
        bits = coder.properties[0] if coder.properties else 0
        return {"id": lzma.FILTER_LZMA2, "dict_size": (2 | bits & 1) << bits // 2 + 11}
    lc, size = coder.properties[:1], int.from_bytes(coder.properties[1:5], "little")
    first = lc[0] if lc else 0x5D
    return {"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": first % 9, "lp": first // 9 % 5, "pb": first // 45}


def _filter(coder: Coder) -> dict[str, Any]:
    import lzma

    found = {"id": getattr(lzma, _FILTERS[coder.method])}
    return {**found, "dist": coder.properties[0] + 1} if coder.method == b"\3" and coder.properties else found
