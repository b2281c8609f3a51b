"""Read git's variable-length offset encoding (gitformat-pack(5), gitformat-index(5))."""

from __future__ import annotations

_LONGEST = 10


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """Return the number that begins at ``position``, and where it ends. Raise IndexError or ValueError if there is
    none.
    """
    byte = data[position]
    value, end = byte & 0x7F, position + 1
    while byte & 0x80:
        if end - position >= _LONGEST:
            raise ValueError("a number that is too long")
        byte = data[end]
        value, end = (value + 1) << 7 | byte & 0x7F, end + 1
    return value, end
