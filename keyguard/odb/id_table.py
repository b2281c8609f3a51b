"""Look up many object ids in a table at once."""

from __future__ import annotations

from keyguard.odb.arrays import Array, np, sorting

#: number of leading bits that index the start of a search; see ``find``
_BITS = 20
#: linear steps before a binary search: ids are random unless somebody crafted them
_STEPS = 8


class IdTable:
    """A table of ids (uint8, one row each, in any order, possibly with a few duplicates)."""

    def __init__(self, ids: Array) -> None:
        self.ids = ids
        first = heads(ids)
        if len(first) and (first[1:] < first[:-1]).any():
            self._order = sorting(first)
            self._heads = first[self._order]
        else:
            self._order, self._heads = np.arange(len(first)), first
        self._shift = np.uint64(64 - min(_BITS, max(1, len(first).bit_length())))
        beginnings = np.arange(1 << (64 - int(self._shift)), dtype=np.uint64) << self._shift
        self._fan = np.searchsorted(self._heads, beginnings)
        self.repeats = bool((self._heads[1:] == self._heads[:-1]).any())
        """Whether an id may occur more than once."""

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, wanted: Array) -> Array:
        """Return for each of these ids (rows of uint8) the number of the first equal one, or -1; int64."""
        found = np.full(len(wanted), -1, np.int64)
        if not len(self.ids) or not len(wanted):
            return found
        looked = heads(wanted)
        at = self._first_at(looked)
        open_ = np.arange(len(wanted))
        while len(open_):  # nearly always a single pass: two ids with the same first eight bytes are not an accident
            place = at[open_]
            inside = place < len(self._heads)
            open_, place = open_[inside], place[inside]
            same = self._heads[place] == looked[open_]
            open_, place = open_[same], place[same]
            number = self._order[place]
            equal = (self.ids[number] == wanted[open_]).all(axis=1)
            found[open_[equal]] = number[equal]
            open_ = open_[~equal]
            at[open_] += 1
        return found

    def _first_at(self, looked: Array) -> Array:
        """Return what ``searchsorted`` returns, in an eighth of the time: a binary search misses the memory cache at
        each step.
        """
        last = len(self._heads) - 1
        at: Array = self._fan[looked >> self._shift]
        for _ in range(_STEPS):
            less = self._heads[np.minimum(at, last)] < looked
            less &= at <= last
            if not less.any():
                return at
            at += less
        late = np.flatnonzero(less)
        at[late] = np.searchsorted(self._heads, looked[late])
        return at

    def find_hex(self, names: list[str]) -> list[int]:
        """Return the same for ids in hex."""
        size = self.ids.shape[1]
        rows = np.frombuffer(bytes.fromhex("".join(names)), np.uint8).reshape(len(names), size)
        return [int(number) for number in self.find(rows)]


def heads(ids: Array) -> Array:
    """Return the first eight bytes of each id as a uint64; these sort in the same order as the ids."""
    words = np.ascontiguousarray(ids).view(">u4").reshape(len(ids), ids.shape[1] // 4)
    found: Array = (words[:, 0].astype(np.uint64) << np.uint64(32)) | words[:, 1]
    return found
