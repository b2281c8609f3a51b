"""Many object ids, and which of them others are: whole arrays at a time."""

from __future__ import annotations

from keyguard.odb.arrays import Array, np, sorting

#: ids are looked for from where the first of those begins whose first so many bits are the same; see ``find``
_BITS = 20
#: steps from there: ids are as good as random, unless somebody made them up
_STEPS = 8


class IdTable:
    """Ids (uint8, one row each, in any order, each at most once or a few times) that can be looked up."""

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
        """Whether an id may be there more than once."""

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, wanted: Array) -> Array:
        """For each of these ids (rows of uint8) the number of the first that is equal, or -1. int64."""
        found = np.full(len(wanted), -1, np.int64)
        if not len(self.ids) or not len(wanted):
            return found
        looked = heads(wanted)
        at = self._first_at(looked)
        open_ = np.arange(len(wanted))
        while len(open_):  # once nearly always: two ids that begin with the same eight bytes are no accident
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
        """As ``searchsorted``, in an eighth of the time: that would be in all the wrong places of memory first."""
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
        """The same for ids in hex."""
        size = self.ids.shape[1]
        rows = np.frombuffer(bytes.fromhex("".join(names)), np.uint8).reshape(len(names), size)
        return [int(number) for number in self.find(rows)]


def heads(ids: Array) -> Array:
    """The first eight bytes of each id as a number; these sort as the ids do. uint64."""
    words = np.ascontiguousarray(ids).view(">u4").reshape(len(ids), ids.shape[1] // 4)
    found: Array = (words[:, 0].astype(np.uint64) << np.uint64(32)) | words[:, 1]
    return found
