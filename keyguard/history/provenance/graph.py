"""Commits, what leads to them, and how far away they are: the graph of one store, by the commits' places in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone

from keyguard.git.refs.tips import Tip
from keyguard.model.finding import REACHES
from keyguard.odb.commits import Commits
from keyguard.odb.store import Store
from keyguard.odb.vectors import Array, np

#: a tag may be put on a tag; longer chains are no accident
_TAGS = 64
DANGLING = len(REACHES) - 1


class Graph:
    """The commits of a store. ``place`` below is a commit's place in the columns, -1 for one that is not there."""

    def __init__(self, store: Store, commits: Commits, tags: dict[int, str]) -> None:
        """``tags``: number of a tag -> id of what it is put on."""
        self.commits = commits
        self.tags = tags
        self._store = store
        places = np.full(len(store) + 1, -1, np.int64)
        places[commits.numbers] = np.arange(len(commits.numbers))
        self._places = places
        self.trees: Array = store.table.find(commits.trees)
        """int64: number of each commit's tree, -1 where that is nowhere."""
        self.parent_numbers: Array = store.table.find(commits.parents)
        """int64: numbers of all parents, as ``commits.starts`` parts them; -1 for those that are nowhere."""
        named = [(number, target) for number, target in tags.items() if target]
        found = store.table.find_hex([target for _, target in named])
        self._targets = {number: target for (number, _), target in zip(named, found, strict=True)}
        self._parents: list[int] = places[self.parent_numbers].tolist()
        self._starts: list[int] = commits.starts.tolist()

    def __len__(self) -> int:
        return len(self.commits.numbers)

    def place(self, number: int) -> int:
        """The place of the commit with this number, or -1."""
        return int(self._places[number]) if number >= 0 else -1

    def parents(self, place: int) -> Sequence[int]:
        """The places of a commit's parents, -1 for one that is not there."""
        return self._parents[self._starts[place] : self._starts[place + 1]]

    def parent_places(self) -> list[int]:
        """The places of all parents, as ``commits.starts`` parts them."""
        return self._parents

    def oid(self, place: int) -> str:
        """The id of a commit."""
        return self._store.oid(int(self.commits.numbers[place]))

    def date(self, place: int) -> str:
        """When a commit was written, as its author's clock showed it; empty where that cannot be told."""
        seconds, minutes = int(self.commits.times[place]), int(self.commits.zones[place])
        try:
            zone = timezone(timedelta(minutes=minutes))
            return datetime.fromtimestamp(seconds, zone).isoformat() if seconds else ""
        except (ValueError, OverflowError, OSError):
            return ""

    def _peeled(self, number: int) -> list[int]:
        """The number of an object, and if it is a tag, of all that it leads to; what is nowhere is left out."""
        found: list[int] = []
        while number >= 0 and number not in found and len(found) < _TAGS:
            found.append(number)
            number = self._targets.get(number, -1)
        return found

    def reaches(self, tips: Iterable[tuple[Tip, list[int]]]) -> list[int]:
        """For each commit, how it can be reached at best from these (as ``numbered`` gives them): in ``REACHES``."""
        near: list[list[int]] = [[] for _ in REACHES]
        for tip, peeled in tips:
            near[REACHES.index(tip.reach)] += [self._places.item(number) for number in peeled]
        found = [DANGLING] * len(self)
        parents, starts = self._parents, self._starts
        for reach, waiting in enumerate(near[:DANGLING]):
            while waiting:
                place = waiting.pop()
                if place >= 0 and found[place] == DANGLING:
                    found[place] = reach
                    waiting += parents[starts[place] : starts[place + 1]]
        return found

    def numbered(self, tips: Iterable[Tip]) -> list[tuple[Tip, list[int]]]:
        """Tips whose object is there, with its number and those of what it leads to, if it is a tag."""
        listed = list(tips)
        numbers = self._store.table.find_hex([tip.oid for tip in listed])
        found = []
        for tip, number in zip(listed, numbers, strict=True):
            if number >= 0:
                found.append((tip, self._peeled(number)))
        return found

    def marks(self, places: Iterable[int]) -> Marks:
        """Which of these commits lead to which others, for all at once."""
        own = {place: 1 << at for at, place in enumerate(dict.fromkeys(places))}
        parents, starts = self._parents, self._starts
        found: list[int] = [-1] * len(self)
        for place in range(len(self)):
            waiting = [place]
            while waiting:
                at = waiting[-1]
                if found[at] >= 0:
                    waiting.pop()
                    continue
                above = [one for one in parents[starts[at] : starts[at + 1]] if one >= 0]
                # a commit comes after itself only in a store that lies: what is under way (-2) is not waited for
                open_ = [one for one in above if found[one] == -1]
                if open_:
                    found[at] = -2
                    waiting += open_
                    continue
                mark = own.get(at, 0)
                for one in above:
                    mark |= max(found[one], 0)
                found[at] = mark
                waiting.pop()
        return Marks(own, found)


class Marks:
    """A bit for each of some commits, handed down to all that come after it."""

    def __init__(self, own: dict[int, int], found: list[int]) -> None:
        self._own = own
        self._found = found

    def leads(self, older: int, newer: int) -> bool:
        """Whether a commit (one of those that were marked) is the other, or is among what that comes after."""
        return newer >= 0 and bool(self._found[newer] & self._own[older])
