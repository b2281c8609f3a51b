"""Find the entries that many trees add to the trees that they are deltas of, from partial results, all at once.

Nearly always a delta replaces one id by another; one byte before it and a few after it prove this if the id contains no
mode. For other insertions, and where two copies meet, the entries around are parsed: from the nearest entry boundary
before to the first one after. Whatever does not end at a boundary is left to ``tree_deltas``, tree by tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from keyguard.odb.arrays import Array, distinct, np
from keyguard.odb.deltas import Operations, parse_deltas, words_of
from keyguard.odb.partial_results import PartialResults, feasible, partial_results
from keyguard.odb.tree_spans import MODE, REACH, Spans, spans_of

#: how git begins entries
_MODES = (b"100644 ", b"100755 ", b"100664 ", b"120000 ", b"160000 ", b"040000 ", b"40000 ")
_MODE_WORDS = [(np.uint64((1 << 8 * len(mode)) - 1), np.uint64(int.from_bytes(mode, "little"))) for mode in _MODES]
#: length of the shortest
_SHORTEST = 6
#: bytes that are searched at a time for the end of a name, and how often
_STRIDE, _STRIDES = 48, 6
#: with this many ranges or fewer left, parsing entries one by one is faster
_FEW = 64
#: padding: more than is ever read beyond either end of the text
_MARGIN = _STRIDE * (_STRIDES + 1) + REACH


class NewEntries(NamedTuple):
    """The new entries in a batch of trees, which are given by their places in the batch."""

    trees: Array
    """int64: for each id, the tree that it is in."""
    ids: Array
    """uint8, one row per id."""
    open: Array
    """int64: trees that have to be read one by one; some of their ids may be missing."""
    sizes: Array
    """int64, one element per tree: the size that it claims."""
    text: bytes
    """Contains every new name, among other bytes."""
    bounds: Array
    """int64: where the bytes of each tree begin in ``text``, in the order of ``order``."""
    order: Array
    """int64: the trees, in the order of ``text``."""

    def at(self, places: Sequence[int]) -> Array:
        """Return the trees that these positions in the text belong to, each once."""
        inside = np.searchsorted(self.bounds, np.array(places, np.int64), side="right") - 1
        return distinct(self.order[inside[(inside >= 0) & (inside < len(self.order))]])


def new_entries(stored: Sequence[bytes], bases: Sequence[bytes | None], size: int) -> NewEntries:
    """Return what these trees add: deltas against ``bases``, or whole trees for None. ``size`` is that of an id in
    bytes.
    """
    deltas = np.array([at for at, base in enumerate(bases) if base is not None], np.int64)
    wholes = np.array([at for at, base in enumerate(bases) if base is None], np.int64)
    under = [base for base in bases if base is not None]
    operations = parse_deltas([stored[at] for at in deltas.tolist()], list(map(len, under)))
    spans = spans_of(operations, size)
    sound = feasible(operations, spans.cuts)
    spans = spans.without(operations, ~sound)
    cut = partial_results(operations, under, spans.cuts)
    page = _Text(operations, spans, cut, [stored[at] for at in wholes.tolist()], size)
    order = np.concatenate([deltas, wholes])
    trees, ids, open_ = page.read()
    sizes = np.empty(len(stored), np.int64)
    sizes[order] = np.concatenate([operations.results, np.diff(page.bounds[len(deltas) :])])
    open_ = distinct(np.concatenate([order[open_], deltas[~sound]]))
    return NewEntries(order[trees], ids, open_, sizes, page.data, page.bounds, order)


class _Ranges(NamedTuple):
    """Ranges of the text with new entries; arrays with one element per range, int64 unless stated otherwise."""

    trees: Array
    starts: Array
    left: Array
    """The tree's bytes in the text begin here."""
    firm: Array
    """bool: an entry begins at ``left``, if the bytes there look like one."""
    ends: Array
    right: Array
    """The tree's bytes in the text end here."""
    met: Array
    """bool: at ``right``, an id is left out since all about it is known."""
    closes: Array
    """Where the tree ends; -1 if its end is not in the text."""


class _Text:
    """Partial results of trees, then whole trees. Places are positions in ``data``."""

    def __init__(
        self, operations: Operations, spans: Spans, cut: PartialResults, wholes: Sequence[bytes], size: int
    ) -> None:
        self._operations, self._spans, self._cut, self._size = operations, spans, cut, size
        self._starts = cut.starts + _MARGIN
        self.data = b"".join([b"\xff" * _MARGIN, cut.text, *wholes, b"\xff" * _MARGIN])
        self._text = np.frombuffer(self.data, np.uint8)
        self._words = words_of(self._text, 8)
        ends = self._starts[-1] + np.cumsum(np.fromiter(map(len, wholes), np.int64, len(wholes)))
        self.bounds = np.concatenate([self._starts[operations.starts], ends])
        """int64: where each tree begins, and where the last one ends."""

    def read(self) -> tuple[Array, Array, Array]:
        """Return for each id its tree, and the id; and the trees that have to be read one by one."""
        trees, ids, odd = self._singles()
        ranges = self._joined([self._spread(), self._wholes()])
        begins = self._begins(ranges)
        others, places, wrong = self._entries(begins, ranges)
        ids = np.concatenate([ids, self._rows(self._text, places)])
        return np.concatenate([trees, others]), ids, np.concatenate([odd, wrong])

    def _rows(self, text: Array, places: Array) -> Array:
        """Return the ids at these positions."""
        view = np.ndarray(max(0, len(text) - self._size + 1), f"V{self._size}", text.data, strides=(1,))
        found: Array = view[places].view(np.uint8).reshape(-1, self._size)
        return found

    def _opens(self, places: Array) -> Array:
        """Return whether the bytes at these positions look like the beginning of an entry."""
        words = self._words[places]
        found = np.zeros(len(places), bool)
        for mask, mode in _MODE_WORDS:
            found |= (words & mask) == mode
        return found

    def _singles(self) -> tuple[Array, Array, Array]:
        """Return ids that replace another one, with their trees; and trees in which such an insertion is something
        else.
        """
        operations, single = self._operations, self._spans.single
        places, trees = self._starts[single], operations.deltas[single]
        last = single + 1 == operations.starts[trees + 1]
        ids = self._rows(operations.text, operations.at[single] + 1)
        # the NUL before it may be part of an id: then these bytes are the rest of that id, and the mode and name of an
        # entry
        mode = ((ids[:, :-1] & 0xF8) == 0x30) & (ids[:, 1:] == 0x20)
        good = (self._text[places - 1] == 0) & (last | self._opens(places)) & ~mode.any(axis=1)
        return trees[good], ids[good], trees[~good]

    # --- everything else that is new --------------------------------------------------------------------------------

    def _spread(self) -> _Ranges:
        """Return the ranges of all other spans."""
        spans, starts = self._spans, self._starts
        low = np.concatenate([2 * spans.begins, 2 * spans.meetings, 2 * spans.closings + 1])
        high = np.concatenate([2 * spans.ends, low[len(spans.ends) :]])
        slots, places, firm, met = self._borders()
        before = np.cumsum(slots)
        left, right = before[low] - 1, before[high]
        trees = self._operations.deltas[low >> 1]
        begins = np.concatenate([starts[spans.begins], starts[spans.meetings], starts[spans.closings + 1]])
        ends = np.concatenate([starts[spans.ends + 1], begins[len(spans.ends) :]])
        closes = self._closes()[trees]
        return _Ranges(trees, begins, places[left], firm[left], ends, places[right], met[right], closes)

    def _borders(self) -> tuple[Array, Array, Array, Array]:
        """Return where the text does not continue as the tree does: (slots, places, firm, met).

        A slot is twice the number of the operation before which bytes are left out, plus one if the gap is within it.
        """
        operations, single = self._operations, self._spans.single
        count = len(operations.at)
        slots = np.zeros(2 * count + 2, bool)
        slots[2 * operations.starts] = True
        slots[1:-1:2] = self._cut.broken
        slots[2 * single + 1] = True
        keys = np.flatnonzero(slots)
        which, inside = keys >> 1, (keys & 1).astype(bool)
        heads = np.append(self._cut.heads, 0)
        alone = np.zeros(count + 1, bool)
        alone[single] = True
        met = inside & alone[which]
        firm = met | (~inside & (np.append(~operations.copies, False)[which] | (heads[which] > 0)))
        return slots, self._starts[which] + np.where(inside, heads[which], 0), firm, met

    def _closes(self) -> Array:
        """Return for each delta where the tree ends, or -1."""
        operations, cuts = self._operations, self._spans.cuts
        last = np.maximum(operations.starts[1:] - 1, 0)
        if not len(operations.at):
            return np.full(len(last), -1, np.int64)
        there = np.where(operations.copies, ~self._cut.broken | (cuts.tails > 0), cuts.kept)[last]
        found: Array = np.where(there, self._starts[operations.starts[1:]], -1)
        return found

    def _wholes(self) -> _Ranges:
        """Return the ranges of trees that are not deltas."""
        first = len(self._operations.sources)
        begins, ends = self.bounds[first:-1], self.bounds[first + 1 :]
        trees = np.arange(first, first + len(begins))
        some = begins < ends
        trees, begins, ends = trees[some], begins[some], ends[some]
        yes = np.ones(len(trees), bool)
        return _Ranges(trees, begins, begins, yes, ends, ends, ~yes, ends)

    def _joined(self, parts: Sequence[_Ranges]) -> _Ranges:
        return _Ranges(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def _begins(self, ranges: _Ranges) -> Array:
        """Return for each range the nearest place at or before its start where an entry begins; -1 if none is
        visible.
        """
        size, starts = self._size, ranges.starts
        shape = (len(self._text) - REACH, REACH - size)
        view = np.lib.stride_tricks.as_strided(self._text, shape, (1, 1))
        row, column = np.nonzero(view[starts - REACH] == 0)
        # a NUL ends a name, an id follows, and then an entry begins; unless the NUL is something else
        ends = starts[row] - REACH + column
        places = ends + 1 + size
        good = (ends >= ranges.left[row]) & (self._opens(places) | (places == ranges.closes[row]))
        found = np.full(len(starts), -1, np.int64)
        found[row[good]] = places[good]  # the last one in a row is the nearest
        near = (found < 0) & ranges.firm & (starts - ranges.left <= REACH) & self._opens(ranges.left)
        return np.where(near, ranges.left, found)

    def _entries(self, begins: Array, ranges: _Ranges) -> tuple[Array, Array, Array]:
        """Return the entries from these places to the ends of the ranges: trees, places of ids; and trees whose entries
        do not end at a boundary.
        """
        none = np.zeros(0, np.int64)
        trees, places, wrong = [none], [none], [ranges.trees[begins < 0]]
        going = np.flatnonzero((begins >= 0) & (begins < ranges.ends))
        at = begins[going]
        while len(going) > _FEW:
            end = self._name_end(at + _SHORTEST)
            behind, right = end + 1 + self._size, ranges.right[going]
            fits = (end >= 0) & (behind <= right)
            behind = np.where(fits, behind, 0)
            good = (behind == ranges.closes[going]) | ((behind + MODE <= right) & self._opens(behind))
            good &= fits
            wrong.append(ranges.trees[going[~(good | ((end + 1 == right) & ranges.met[going]))]])
            trees.append(ranges.trees[going[good]])
            places.append(end[good] + 1)
            good &= behind < ranges.ends[going]
            going, at = going[good], behind[good]
        for which, place in zip(going.tolist(), at.tolist(), strict=True):
            found, even = self._rest(place, *(column[which].item() for column in ranges[-4:]))
            trees.append(np.full(len(found), ranges.trees[which]))
            places.append(np.array(found, np.int64))
            if not even:
                wrong.append(ranges.trees[which : which + 1])
        return np.concatenate(trees), np.concatenate(places), np.concatenate(wrong)

    def _rest(self, at: int, end: int, right: int, met: bool, closes: int) -> tuple[list[int], bool]:
        """Return the same for one range, entry by entry, and whether the entries end at a boundary."""
        data, found = self.data, list[int]()
        while at < end:
            close = data.find(b"\0", at + _SHORTEST, right)
            at = close + 1 + self._size
            if close < 0 or at > right or (at != closes and not data.startswith(_MODES, at, right)):
                return found, met and close + 1 == right
            found.append(close + 1)
        return found, True

    def _name_end(self, places: Array) -> Array:
        """Return the first NUL at or after each of these positions; -1 if it is too far away."""
        view = np.lib.stride_tricks.as_strided(self._text, (len(self._text) - _STRIDE, _STRIDE), (1, 1))
        found, open_ = np.full(len(places), -1, np.int64), np.arange(len(places))
        for stride in range(_STRIDES):
            if not len(open_):
                break
            at = places[open_] + stride * _STRIDE
            is_end = view[at] == 0
            column = is_end.argmax(axis=1)
            there = is_end[np.arange(len(at)), column]
            found[open_[there]] = at[there] + column[there]
            open_ = open_[~there]
        return found
