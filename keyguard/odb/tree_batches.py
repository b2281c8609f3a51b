"""What many trees bring that the trees they are deltas on have not: read from excerpts of them, all at once.

Nearly always a delta puts one id in the place of another; one byte before it and a few behind show that it is so, if
no mode stands in it. For what else is new, and where two copies meet, the entries around it are read: from the
nearest place before it where one begins to the first behind it where one ends. Whatever does not come out even is
left to ``treedelta``, tree by tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from keyguard.odb.arrays import Array, distinct, np
from keyguard.odb.deltas import Operations, parse_deltas, words_of
from keyguard.odb.partial_results import PartialResults, feasible, partial_results
from keyguard.odb.tree_spans import MODE, REACH, Spans, spans_of

#: how entries begin, as git writes them
_MODES = (b"100644 ", b"100755 ", b"100664 ", b"120000 ", b"160000 ", b"040000 ", b"40000 ")
_MODE_WORDS = [(np.uint64((1 << 8 * len(mode)) - 1), np.uint64(int.from_bytes(mode, "little"))) for mode in _MODES]
#: the shortest of them
_SHORTEST = 6
#: so many bytes are looked at for the end of a name, and again so often
_STRIDE, _STRIDES = 48, 6
#: when no more ranges than this are left, their entries are faster read one by one
_FEW = 64
#: more than is ever looked at beyond either end of the text
_MARGIN = _STRIDE * (_STRIDES + 1) + REACH


class NewEntries(NamedTuple):
    """What is new in a batch of trees, which are named by their places in it."""

    trees: Array
    """int64: for each id, which tree it is in."""
    ids: Array
    """uint8, one row each."""
    open: Array
    """int64: trees that have to be read one by one; of theirs some may be missing."""
    sizes: Array
    """int64, one a tree; what it says of itself."""
    text: bytes
    """In which every name stands that is new somewhere, beside other things, and …"""
    bounds: Array
    """… int64: where what is from each tree begins in it, in the order of …"""
    order: Array
    """… int64: these trees."""

    def at(self, places: Sequence[int]) -> Array:
        """The trees that these places in the text are from; each once."""
        inside = np.searchsorted(self.bounds, np.array(places, np.int64), side="right") - 1
        return distinct(self.order[inside[(inside >= 0) & (inside < len(self.order))]])


def new_entries(stored: Sequence[bytes], bases: Sequence[bytes | None], size: int) -> NewEntries:
    """What these trees bring; they are deltas on ``bases``, or whole where there is none. ``size``: of an id."""
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
    """Stretches of the text in which entries are new. int64, one element each."""

    trees: Array
    starts: Array
    left: Array
    """Before this place there is something else."""
    firm: Array
    """bool: at that place an entry begins, if what stands there looks like it."""
    ends: Array
    right: Array
    """From this place on there is something else."""
    met: Array
    """bool: that is one of those ids that are left out since all about them is known."""
    closes: Array
    """Where the tree ends; -1 where its end is not in the text."""


class _Text:
    """Excerpts of trees, then whole trees. Places are those in ``text``."""

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
        """int64: where each tree begins, and the last one ends."""

    def read(self) -> tuple[Array, Array, Array]:
        """For each id its tree, and the id; and trees that have to be read one by one."""
        trees, ids, odd = self._singles()
        ranges = self._joined([self._spread(), self._wholes()])
        begins = self._begins(ranges)
        others, places, wrong = self._entries(begins, ranges)
        ids = np.concatenate([ids, self._rows(self._text, places)])
        return np.concatenate([trees, others]), ids, np.concatenate([odd, wrong])

    def _rows(self, text: Array, places: Array) -> Array:
        """The ids that stand there."""
        view = np.ndarray(max(0, len(text) - self._size + 1), f"V{self._size}", text.data, strides=(1,))
        found: Array = view[places].view(np.uint8).reshape(-1, self._size)
        return found

    def _opens(self, places: Array) -> Array:
        """Whether what stands there looks like the beginning of an entry."""
        words = self._words[places]
        found = np.zeros(len(places), bool)
        for mask, mode in _MODE_WORDS:
            found |= (words & mask) == mode
        return found

    def _singles(self) -> tuple[Array, Array, Array]:
        """Ids in the place of others; and trees in which such a thing turns out to be something else."""
        operations, single = self._operations, self._spans.single
        places, trees = self._starts[single], operations.deltas[single]
        last = single + 1 == operations.starts[trees + 1]
        ids = self._rows(operations.text, operations.at[single] + 1)
        # the NUL before it may be one within an id: then this is the rest of that, and the mode and name of an entry
        mode = ((ids[:, :-1] & 0xF8) == 0x30) & (ids[:, 1:] == 0x20)
        good = (self._text[places - 1] == 0) & (last | self._opens(places)) & ~mode.any(axis=1)
        return trees[good], ids[good], trees[~good]

    # --- everything else that is new --------------------------------------------------------------------------------

    def _spread(self) -> _Ranges:
        """All other spans."""
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
        """Where the text does not go on as the tree does: (slots, places, firm, met).

        A slot is twice the number of the operation before which something is left out, and one more if it is within it.
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
        """For each delta where the tree ends, or -1."""
        operations, cuts = self._operations, self._spans.cuts
        last = np.maximum(operations.starts[1:] - 1, 0)
        if not len(operations.at):
            return np.full(len(last), -1, np.int64)
        there = np.where(operations.copies, ~self._cut.broken | (cuts.tails > 0), cuts.kept)[last]
        found: Array = np.where(there, self._starts[operations.starts[1:]], -1)
        return found

    def _wholes(self) -> _Ranges:
        """Trees that are no deltas."""
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
        """For each the nearest place at or before its start where an entry begins; -1 where none is to be seen."""
        size, starts = self._size, ranges.starts
        shape = (len(self._text) - REACH, REACH - size)
        view = np.lib.stride_tricks.as_strided(self._text, shape, (1, 1))
        row, column = np.nonzero(view[starts - REACH] == 0)
        # behind the end of a name stands an id, and behind that an entry begins; if it is the end of a name
        ends = starts[row] - REACH + column
        places = ends + 1 + size
        good = (ends >= ranges.left[row]) & (self._opens(places) | (places == ranges.closes[row]))
        found = np.full(len(starts), -1, np.int64)
        found[row[good]] = places[good]  # the last of a row is the nearest
        near = (found < 0) & ranges.firm & (starts - ranges.left <= REACH) & self._opens(ranges.left)
        return np.where(near, ranges.left, found)

    def _entries(self, begins: Array, ranges: _Ranges) -> tuple[Array, Array, Array]:
        """The entries from these places to the ends of the ranges: trees, places of ids; and trees in which they do not
        come out even.
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
        """The same for one range, entry by entry; and whether they come out even."""
        data, found = self.data, list[int]()
        while at < end:
            close = data.find(b"\0", at + _SHORTEST, right)
            at = close + 1 + self._size
            if close < 0 or at > right or (at != closes and not data.startswith(_MODES, at, right)):
                return found, met and close + 1 == right
            found.append(close + 1)
        return found, True

    def _name_end(self, places: Array) -> Array:
        """The first NUL at or behind each of these; -1 where it is too far away."""
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
