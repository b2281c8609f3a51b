"""Extract what a delta inserts, with some bytes of the copies next to it, without the rest of its result.

Format of a delta: see ``keyguard.odb.deltas``, which parses thousands of them at once. For blobs, one delta after the
other is faster: their deltas have few operations, and insert much.
"""

from __future__ import annotations


def inserted_text(delta: bytes, base: bytes, reach: int, most: int) -> tuple[bytes, int]:
    """Return what a delta inserts, with up to ``reach`` bytes of each copy next to an insertion or another copy, and
    the size of its result in bytes.

    Raise ValueError or IndexError if the delta is damaged, or if the text has more than ``most`` bytes.
    """
    source, at = _size(delta, 0)
    size, at = _size(delta, at)
    end, made, taken, head = len(delta), 0, 0, 0
    pieces = []
    while at < end:
        code = delta[at]
        at += 1
        if code & 0x80:
            start, length, at = _copy(delta, at, code)
            if start + length > source:
                raise ValueError("it copies what is not there")
            tail = reach if at < end else 0
            if head + tail >= length:
                pieces.append(base[start : start + length])
            else:
                pieces.append(base[start : start + head])
                pieces.append(base[start + length - tail : start + length])
            taken += head + tail
        else:
            if not code:
                raise ValueError("no such operation")
            length = code
            pieces.append(delta[at : at + code])
            at += code
            taken += code
        head = reach
        made += length
        if taken > most:
            raise ValueError("more than can be held")
    if at != end or made != size or source != len(base):
        raise ValueError("it does not make what it says")
    return b"".join(pieces), size


def _copy(delta: bytes, at: int, code: int) -> tuple[int, int, int]:
    """Return the offset and size of a copy operation, and where it ends."""
    start = size = 0
    if code & 0x01:
        start, at = delta[at], at + 1
    if code & 0x02:
        start, at = start | delta[at] << 8, at + 1
    if code & 0x04:
        start, at = start | delta[at] << 16, at + 1
    if code & 0x08:
        start, at = start | delta[at] << 24, at + 1
    if code & 0x10:
        size, at = delta[at], at + 1
    if code & 0x20:
        size, at = size | delta[at] << 8, at + 1
    if code & 0x40:
        size, at = size | delta[at] << 16, at + 1
    return start, size or 0x10000, at


def _size(delta: bytes, at: int) -> tuple[int, int]:
    """Return the size that begins at ``at``, seven bits per byte, and where it ends."""
    size = shift = 0
    while True:
        byte = delta[at]
        at += 1
        size |= (byte & 0x7F) << shift
        if byte < 0x80:
            return size, at
        shift += 7
        if shift > 63:
            raise ValueError("a size without an end")
