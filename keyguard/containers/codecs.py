"""Decompressors behind one interface: each raises ``NotRead`` for damaged input, and spends what its output costs."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from keyguard.containers.budget import Budget
from keyguard.containers.content import NotRead, Read

#: bytes that a decompressor returns at a time
_PIECE = 1 << 18
#: bytes that tell whether another stream follows
_MAGIC = 6
#: bytes of memory that a stream may ask its decompressor for
_MEMORY = 128 << 20
#: bytes before a stream of LZMA in a zip archive: two of a version, two of a size, five of properties
_LZMA_HEAD = 9
DAMAGED = "damaged"
WITHOUT_ZSTD = "pip install 'keyguard-lint[containers]' to open it"


class Machine(Protocol):
    """A decompressor of one stream, as those of the standard library."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""

    @property
    def unused_data(self) -> bytes:
        """What was read and follows the stream."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most so many bytes of output."""


class _Inflater:
    """Deflate with the interface of the other decompressors, which keep their input themselves."""

    def __init__(self, bits: int) -> None:
        self._machine = _fast.decompressobj(wbits=bits)
        self.eof = False
        self.unused_data = b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        machine = self._machine
        left = machine.unconsumed_tail
        found: bytes = machine.decompress(left + data if left else data, max_length)
        self.eof, self.unused_data = machine.eof, machine.unused_data
        return found


def _loaded() -> Any:
    try:
        return import_module("isal.isal_zlib")
    except ImportError:
        return zlib


_fast: Any = _loaded()


def _inflater(bits: int) -> Callable[[], Machine]:
    """Return what makes decompressors of deflate; ``bits`` as in ``zlib.decompressobj``."""
    return lambda: _Inflater(bits)


def output(read: Read, codec: Codec, budget: Budget) -> Iterator[bytes]:
    """Yield what a codec makes of one stream; ignore what follows it.

    Raise ``NotRead`` if it is damaged or ends early.
    """
    return _output(read, codec.make(), budget, codec)


def _output(read: Read, machine: Machine, budget: Budget, codec: Codec) -> Iterator[bytes]:
    errors = _errors()
    data, found = read(), b""
    while not machine.eof:
        if not data and len(found) < _PIECE:
            data = read()
            if not (data or found or codec.marked):
                return
            if not (data or found):
                raise NotRead(f"{DAMAGED}: it ends early")
        try:
            found = machine.decompress(data, _PIECE)
        except errors as error:
            raise NotRead(DAMAGED) from error
        if found:
            budget.spend(len(found) * codec.cost)
            yield found
        data = b""


def outputs(read: Read, codec: Codec, magic: tuple[bytes, ...], budget: Budget) -> Iterator[bytes]:
    """Yield the output of streams that follow each other, each beginning with one of ``magic``.

    What follows the last one is ignored.
    """
    while True:
        machine = codec.make()
        yield from _output(read, machine, budget, codec)
        rest = machine.unused_data
        while len(rest) < _MAGIC and (more := read()):
            rest += more
        rest = rest.lstrip(b"\0")
        if not rest.startswith(magic):
            return
        read = _before(rest, read)


def pieces(found: Iterator[bytes]) -> Read:
    """Return a reader of what an iterator yields."""
    return lambda: next(found, b"")


class Codec(NamedTuple):
    """A way to compress."""

    make: Callable[[], Machine]
    """Returns a decompressor. Raises ``NotRead`` if what it takes is not installed."""
    cost: int = 1
    """What a byte of output costs, compared to one of deflate."""
    marked: bool = True
    """Whether a stream tells where it ends; else it ends with its input."""


def _bzip2() -> Machine:
    import bz2

    return bz2.BZ2Decompressor()


@cache
def zstd_module() -> Any:
    """Return the module for zstd: that of the standard library since 3.14, else one that is installed; None without."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


def _zstd() -> Machine:
    found = zstd_module()
    if found is None:
        raise NotRead(WITHOUT_ZSTD)
    most = {found.DecompressionParameter.window_log_max: _MEMORY.bit_length() - 1}
    machine: Machine = found.ZstdDecompressor(options=most)
    return machine


def _xz() -> Machine:
    import lzma

    return lzma.LZMADecompressor(memlimit=_MEMORY)


class _LzmaInZip:
    """LZMA as zip archives have it: a version and the size of the properties stand before these.

    Format: APPNOTE.TXT of PKWARE, 6.3.10, section 5.8.8.
    """

    def __init__(self) -> None:
        self._head = b""
        self._machine: Machine | None = None
        self.eof = False
        self.unused_data = b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._machine is None:
            self._head += data
            if len(self._head) < _LZMA_HEAD:
                return b""
            self._machine, data = _raw_lzma(self._head[4:_LZMA_HEAD]), self._head[_LZMA_HEAD:]
        found = self._machine.decompress(data, max_length)
        self.eof = self._machine.eof
        return found


def _raw_lzma(properties: bytes) -> Machine:
    """Return a decompressor of LZMA. Raise ``NotRead`` if it asks for too much memory."""
    import lzma

    lc, size = properties[0], int.from_bytes(properties[1:], "little")
    values = {"lc": lc % 9, "lp": lc // 9 % 5, "pb": lc // 45}
    return _raw_machine([{"id": lzma.FILTER_LZMA1, "dict_size": size, **values}])


def _raw_machine(filters: list[dict[str, Any]]) -> Machine:
    import lzma

    last = filters[-1]
    if last["dict_size"] > _MEMORY:
        raise NotRead(f"it takes more than {_MEMORY >> 20} MiB of memory to open")
    last["dict_size"] = max(last["dict_size"], 4096)
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except lzma.LZMAError:
        raise NotRead(DAMAGED) from None


def raw_lzma(filters: list[dict[str, Any]], *, ends: bool) -> Codec:
    """Return LZMA with these filters, as ``lzma.LZMADecompressor`` takes them; whether a stream tells where it ends."""
    return Codec(lambda: _raw_machine(filters), cost=3, marked=ends)


def lzma_in_zip(*, marked: bool) -> Codec:
    """Return LZMA as zip archives have it: a mark ends it, or it ends with the entry."""
    return Codec(_LzmaInZip, cost=3, marked=marked)


#: measured on texts: 300, 60, 90 and 400 MB/s
DEFLATE, ZLIB, GZIP = (Codec(_inflater(bits)) for bits in (-15, 15, 31))
BZIP2, XZ, ZSTD = Codec(_bzip2, cost=5), Codec(_xz, cost=3), Codec(_zstd)


def _before(first: bytes, read: Read) -> Read:
    left = [first]
    return lambda: left.pop() if left else read()


@cache
def _errors() -> tuple[type[Exception], ...]:
    """Return the exceptions for damaged data."""
    from lzma import LZMAError

    zstd = zstd_module()
    known = (zlib.error, _fast.error, LZMAError, OSError, EOFError, ValueError, MemoryError)
    return known if zstd is None else (*known, zstd.ZstdError)
