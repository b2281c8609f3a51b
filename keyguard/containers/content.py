"""The content of a container as its readers take it, what they return, and why something in it is not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from keyguard.containers.budget import Budget

#: returns the next piece, and nothing at the end
Read = Callable[[], bytes]

_PIECE = 1 << 18


class Entry(NamedTuple):
    """Something in a container. It has to be read before the next one is asked for."""

    name: bytes
    """Its path in the container; empty if that is the container's own name, without what says how it is compressed."""
    read: Read
    """Raises ``NotRead`` where it is damaged, and ``OverBudget``."""


class Unopened(NamedTuple):
    """Something in a container that cannot be read; ``name`` is empty if it is not known."""

    name: bytes
    reason: str


class NotRead(Exception):
    """A container, or something in it, cannot be read to its end: it is encrypted, damaged, or of an unknown kind."""


class Content:
    """What a container consists of: a stream, which is read once, from its beginning."""

    def __init__(self, read: Read, budget: Budget) -> None:
        self._source = read
        self._ended = False
        self._budget = budget
        self._first = b""
        self._held = 0

    def piece(self) -> bytes:
        """Return the next piece; nothing at the end."""
        first, self._first = self._first, b""
        return first or self._read()

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes, or what is left if that is less; the size has to be a small one."""
        data = self._first
        self._first = b""
        while len(data) < size and (more := self._read()):
            data += more
        self._first = data[size:]
        return data[:size]

    def peek(self, size: int) -> bytes:
        """Return what ``take`` would, and leave it to be read."""
        data = self.take(size)
        self._first = data + self._first
        return data

    def some(self, size: int) -> bytes:
        """Return at least one and at most ``size`` of the next bytes; nothing at the end."""
        data = self.piece()
        if len(data) > size:
            self._first = data[size:]
            return data[:size]
        return data

    def whole(self) -> bytes:
        """Return everything that is left, which is then held in memory until ``release``."""
        first = self.piece()
        more = self._read()
        if not more:
            return first
        pieces = [first, more]
        self._hold(len(first) + len(more))
        while more := self._read():
            pieces.append(more)
            self._hold(len(more))
        return b"".join(pieces)

    def release(self) -> None:
        """Give back the memory that ``whole`` took."""
        self._budget.hold(-self._held)
        self._held = 0

    def _read(self) -> bytes:
        """Return the next piece, and nothing for ever once the end is reached."""
        data = b"" if self._ended else self._source()
        self._ended = not data
        return data

    def _hold(self, size: int) -> None:
        self._held += size
        self._budget.hold(size)


def slices(data: bytes | memoryview, start: int, end: int) -> Read:
    """Return a reader of a part of ``data``."""
    at = start

    def read() -> bytes:
        nonlocal at
        piece = bytes(data[at : min(at + _PIECE, end)])
        at += len(piece)
        return piece

    return read
