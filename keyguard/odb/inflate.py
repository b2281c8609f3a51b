"""Decompress zlib streams and apply deltas, with compiled code if available, and within limits whatever the headers
say.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from dulwich.errors import ApplyDeltaError

from keyguard.support.errors import GitError


def _loaded(*names: str) -> Any:
    """Return the first of these modules that can be imported: not every platform has a wheel with compiled code."""
    for name in names[:-1]:
        try:
            return import_module(name)
        except ImportError:
            continue
    return import_module(names[-1])


fast: Any = _loaded("isal.isal_zlib", "zlib")
#: (base, delta) -> the pieces of the result
apply_delta: Callable[[bytes, bytes], list[bytes]] = _loaded("dulwich._pack", "dulwich.pack").apply_delta

#: exceptions for damaged data
DAMAGE: tuple[type[Exception], ...] = (
    *(zlib.error, fast.error, ApplyDeltaError),
    *(ValueError, AssertionError, IndexError, MemoryError, OSError),
)
#: a deflate stream expands at most about a thousandfold: a smaller stream cannot be a decompression bomb
_HARMLESS = 16 << 10
_PIECE = 1 << 18


def inflate(stream: bytes, size: int) -> bytes:
    """Return the content of a zlib stream; ignore bytes after it. Raise one of ``DAMAGE`` if it is not ``size``
    bytes.
    """
    if len(stream) <= _HARMLESS:
        data: bytes = fast.decompress(stream, 15, size or 1)
    else:
        machine = fast.decompressobj()
        data = machine.decompress(stream, size + 1)
        if not machine.eof:
            raise ValueError
    if len(data) != size:
        raise ValueError
    return data


def inflated(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield the content of a zlib stream in pieces. Raise GitError if it is damaged or not ``size`` bytes."""
    machine, left = fast.decompressobj(), size
    try:
        for piece in pieces:
            for data in drained(machine, piece):
                left -= len(data)
                if left < 0:
                    raise GitError("it is larger than it says")
                yield data
            if machine.eof:
                break
    except DAMAGE as error:
        raise GitError("its zlib stream is damaged") from error
    if left or not machine.eof:
        raise GitError("it ends before its end")


def drained(machine: Any, data: bytes) -> Iterator[bytes]:
    """Yield what a decompressor returns for this input, in pieces. Raise one of ``DAMAGE`` for an invalid stream."""
    while not machine.eof:
        out = machine.decompress(data, _PIECE)
        if out:
            yield out
        data = machine.unconsumed_tail
        # a decompressor may have consumed all input, and still hold back output
        if not data and len(out) < _PIECE:
            return


def result_size(delta: bytes) -> int:
    """Return the size that a delta claims for its result. Raise one of ``DAMAGE`` if it is malformed."""
    at = 0
    while delta[at] & 0x80:
        at += 1
    at += 1
    size = shift = 0
    while True:
        byte = delta[at]
        size |= (byte & 0x7F) << shift
        if byte < 0x80:
            return size
        at, shift = at + 1, shift + 7
        if shift > 63:
            raise ValueError
