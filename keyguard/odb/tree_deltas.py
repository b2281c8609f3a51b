"""Find the entries of a tree that are new against its delta base, from the delta, without parsing either tree.

A history holds the same few names over and over: parsing every tree completely takes a hundred times as long as reading
what its delta inserts. Insertions, and places where two copies meet, are parsed with the entries around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: an entry: mode, name, id. Modes as git writes them, or old or unusual writers; any name
_MODES = rb"(?:100644|100755|100664|120000|160000|040000|40000|[0-7]{5,6})"
ENTRY = {size: re.compile(rb"(%s) ([^\0]*)\0(.{%d})" % (_MODES, size), re.DOTALL) for size in (20, 32)}

#: rarely part of an id, but always part of an insertion after a NUL within an id: the rest of that id and an entry
_MODE = re.compile(rb"[0-7] ")
#: the first five bytes of an entry, or the end of the tree
_BEGINNINGS = frozenset((b"10064", b"10075", b"10066", b"40000", b"04000", b"12000", b"16000", b""))
#: bytes around an insertion in which entries are searched; longer names cost a second search
_REACH = 96


def _copies() -> list[tuple[int, int, int, int]]:
    """Return for each copy operation: its length, where its size begins and ends in it, and a shift for the size."""
    table = [(0, 0, 0, 0)] * 256
    for code in range(0x80, 0x100):
        offset, size = bin(code & 0x0F).count("1"), bin(code & 0x70).count("1")
        shift = 8 if code & 0x70 in (0x20, 0x60) else 16 if code & 0x70 == 0x40 else 0
        table[code] = (1 + offset + size, 1 + offset, 1 + offset + size, shift)
    return table


_COPY = _copies()


def inserted_spans(delta: bytes) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the result that a delta inserts (consecutive ones as one range), and empty ranges where
    copies meet.
    """
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
            if code & 0x70 == 0x50:  # the first and the third byte are present
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
    """Collects ids and names from trees, each against its base."""

    def __init__(self, id_size: int) -> None:
        self._size = id_size
        self._entry = ENTRY[id_size]
        self.names: set[bytes] = set()
        """Names that are new in some tree."""
        self.malformed = False
        """Whether a tree did not consist of valid entries only. The caller resets it."""

    def of_whole(self, tree: bytes) -> list[bytes]:
        """Return the ids in a tree that is not a delta."""
        found = self._entry.findall(tree, 0, _behind_last(tree, len(tree), self._size))
        if self._length(found) != len(tree):
            self.malformed = True
            found = found[: self._leading(tree)]
        self.names.update([name for _, name, _ in found])
        return [oid for _, _, oid in found]

    def _length(self, entries: list[tuple[bytes, bytes, bytes]]) -> int:
        """Return the number of bytes that these entries take."""
        return sum([len(mode) + len(name) for mode, name, _ in entries]) + len(entries) * (self._size + 2)

    def _leading(self, tree: bytes) -> int:
        """Return the number of entries before the first invalid one."""
        count = at = 0
        while found := self._entry.match(tree, at):
            count, at = count + 1, found.end()
        return count

    def of_delta(self, tree: bytes, delta: bytes) -> list[bytes]:
        """Return the ids in a tree that may be new against its base; some of them may not be new."""
        size, ids = self._size, []
        if tree[:5] not in _BEGINNINGS or (tree and tree[-size - 1 : -size] != b"\0"):
            return self.of_whole(tree)
        low = high = -1
        for start, end in inserted_spans(delta):
            # the usual case: an id replaces another
            alone = end - start == size and not tree[start - 1] and tree[end : end + 5] in _BEGINNINGS
            if alone and not _MODE.search(tree, start, end):
                ids.append(tree[start:end])
            elif low < 0:
                low, high = start, end
            elif start - high < _REACH:
                high = end
            else:
                around = self._around(tree, low, high)
                if around is None:  # at most once: every range could be like this
                    return self.of_whole(tree)
                ids += around
                low, high = start, end
        around = self._around(tree, low, high) if low >= 0 else []
        return self.of_whole(tree) if around is None else ids + around

    def _around(self, tree: bytes, start: int, end: int) -> list[bytes] | None:
        """Return the ids of the entries that overlap a range and of some beside it; None if they do not end at a
        boundary.
        """
        low = max(0, start - _REACH)
        found = self._entry.findall(tree, low, _behind_last(tree, min(len(tree), end + _REACH), self._size))
        first = self._entry.search(tree, low, _behind_last(tree, len(tree), self._size))
        last = tree.rfind(found[-1][2], low, end + _REACH) if found else -1
        begin, behind = first.start() if first else -1, last + self._size
        # what looks like an entry may be the end of a name, unless it begins the tree or follows an id
        sound = not begin or (self._size < begin <= start and not tree[begin - self._size - 1])
        if not sound or behind < min(end, len(tree)) or begin + self._length(found) != behind:
            return None
        if behind != len(tree) and not self._entry.match(tree, behind):
            return None
        self.names.update([name for _, name, _ in found])
        return [oid for _, _, oid in found]


def tree_entries(tree: bytes, id_size: int) -> list[tuple[bytes, bytes, bytes]]:
    """Return mode, name and id of every entry of a tree."""
    return ENTRY[id_size].findall(tree, 0, _behind_last(tree, len(tree), id_size))


def _behind_last(tree: bytes, stop: int, size: int) -> int:
    """Return the end of the last id that may end before ``stop``: searching further takes quadratic time in a text
    without NULs.
    """
    return tree.rfind(b"\0", 0, max(0, stop - size)) + 1 + size
