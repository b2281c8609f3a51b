"""Numbers of variable length, as git writes them where it counts from one base to the next."""

from __future__ import annotations

_LONGEST = 10


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """The number that begins at ``position``, and where it ends. IndexError or ValueError when there is none."""
    byte = data[position]
    value, end = byte & 0x7F, position + 1
    while byte & 0x80:
        if end - position >= _LONGEST:
            raise ValueError("a number that is too long")
        byte = data[end]
        value, end = (value + 1) << 7 | byte & 0x7F, end + 1
    return value, end
