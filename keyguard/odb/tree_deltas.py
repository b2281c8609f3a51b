"""Which entries of a tree are new against the tree that it is a delta on: told from the delta, without parsing either.

A history holds the same few names over and over: parsing every tree whole takes a hundred times as long as looking at
what its delta puts in. Whatever is put in, or comes to stand side by side, is looked at with the entries around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: an entry: mode, name, id. Modes as git writes them, and as old or odd writers do; names as anybody could
_MODES = rb"(?:100644|100755|100664|120000|160000|040000|40000|[0-7]{5,6})"
ENTRY = {size: re.compile(rb"(%s) ([^\0]*)\0(.{%d})" % (_MODES, size), re.DOTALL) for size in (20, 32)}

#: what an id seldom has in it; what is put in behind a NUL within an id, as its rest and an entry, always has it
_MODE = re.compile(rb"[0-7] ")
#: what an entry begins with, or the end of the tree: five bytes
_BEGINNINGS = frozenset((b"10064", b"10075", b"10066", b"40000", b"04000", b"12000", b"16000", b""))
#: bytes before and after what is new in which the entries around it are looked for; longer names cost a second look
_REACH = 96


def _copies() -> list[tuple[int, int, int, int]]:
    """For each operation that copies: its length, where its size begins and ends in it, and a shift for that."""
    table = [(0, 0, 0, 0)] * 256
    for code in range(0x80, 0x100):
        offset, size = bin(code & 0x0F).count("1"), bin(code & 0x70).count("1")
        shift = 8 if code & 0x70 in (0x20, 0x60) else 16 if code & 0x70 == 0x40 else 0
        table[code] = (1 + offset + size, 1 + offset, 1 + offset + size, shift)
    return table


_COPY = _copies()


def inserted_spans(delta: bytes) -> Iterator[tuple[int, int]]:
    """The ranges of the result that a delta puts in (in a row: one range), and where two copies meet (empty ranges)."""
    at = 0
    for _ in range(2):  # the sizes of base and result
        while delta[at] & 0x80:
            at += 1
        at += 1
    end, place, copied = len(delta), 0, False
    while at < end:
        code = delta[at]
        if code & 0x80:
            if copied:
                yield place, place
            length, low, high, shift = _COPY[code]
            if code & 0x70 == 0x50:  # the first and the third byte
                size = delta[at + low] | delta[at + low + 1] << 16
            else:
                size = int.from_bytes(delta[at + low : at + high], "little") << shift
            place += size or 0x10000
            at += length
            copied = True
        else:
            start = place
            while True:
                place += code
                at += code + 1
                if at >= end:
                    break
                code = delta[at]
                if code & 0x80:
                    break
            yield start, place
            copied = False


class NewEntryCollector:
    """Collects ids and names from trees, each tree against its base."""

    def __init__(self, id_size: int) -> None:
        self._size = id_size
        self._entry = ENTRY[id_size]
        self.names: set[bytes] = set()
        """Names that are new somewhere."""
        self.malformed = False
        """Whether a tree was seen that is not made of entries from beginning to end. To be reset by who asks."""

    def of_whole(self, tree: bytes) -> list[bytes]:
        """The ids in a tree that is no delta."""
        found = self._entry.findall(tree, 0, _behind_last(tree, len(tree), self._size))
        if self._length(found) != len(tree):
            self.malformed = True
            found = found[: self._leading(tree)]
        self.names.update([name for _, name, _ in found])
        return [oid for _, _, oid in found]

    def _length(self, entries: list[tuple[bytes, bytes, bytes]]) -> int:
        """How many bytes of a tree these take."""
        return sum([len(mode) + len(name) for mode, name, _ in entries]) + len(entries) * (self._size + 2)

    def _leading(self, tree: bytes) -> int:
        """How many entries there are before the first thing that is none."""
        count = at = 0
        while found := self._entry.match(tree, at):
            count, at = count + 1, found.end()
        return count

    def of_delta(self, tree: bytes, delta: bytes) -> list[bytes]:
        """The ids in a tree that may be new against what it is a delta on; some that are not may be among them."""
        size, ids = self._size, []
        if tree[:5] not in _BEGINNINGS or (tree and tree[-size - 1 : -size] != b"\0"):
            return self.of_whole(tree)
        low = high = -1
        for start, end in inserted_spans(delta):
            # the usual case: an id in place of another
            alone = end - start == size and not tree[start - 1] and tree[end : end + 5] in _BEGINNINGS
            if alone and not _MODE.search(tree, start, end):
                ids.append(tree[start:end])
            elif low < 0:
                low, high = start, end
            elif start - high < _REACH:
                high = end
            else:
                around = self._around(tree, low, high)
                if around is None:  # once: every range may be such
                    return self.of_whole(tree)
                ids += around
                low, high = start, end
        around = self._around(tree, low, high) if low >= 0 else []
        return self.of_whole(tree) if around is None else ids + around

    def _around(self, tree: bytes, start: int, end: int) -> list[bytes] | None:
        """The ids of the entries that a range touches, and of some beside it; None where they do not come out even."""
        low = max(0, start - _REACH)
        found = self._entry.findall(tree, low, _behind_last(tree, min(len(tree), end + _REACH), self._size))
        first = self._entry.search(tree, low, _behind_last(tree, len(tree), self._size))
        last = tree.rfind(found[-1][2], low, end + _REACH) if found else -1
        begin, behind = first.start() if first else -1, last + self._size
        # what looks like an entry may be the end of a name, unless it begins the tree or stands behind an id
        sound = not begin or (self._size < begin <= start and not tree[begin - self._size - 1])
        if not sound or behind < min(end, len(tree)) or begin + self._length(found) != behind:
            return None
        if behind != len(tree) and not self._entry.match(tree, behind):
            return None
        self.names.update([name for _, name, _ in found])
        return [oid for _, _, oid in found]


def tree_entries(tree: bytes, id_size: int) -> list[tuple[bytes, bytes, bytes]]:
    """Mode, name and id of every entry of a tree."""
    return ENTRY[id_size].findall(tree, 0, _behind_last(tree, len(tree), id_size))


def _behind_last(tree: bytes, stop: int, size: int) -> int:
    """Behind the last id that may end before there: a search beyond it costs the square of what has no NUL."""
    return tree.rfind(b"\0", 0, max(0, stop - size)) + 1 + size
