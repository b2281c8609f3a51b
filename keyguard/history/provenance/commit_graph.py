"""The graph of the commits of one store, and how each commit can be reached from the tips.

A ``place`` is the position of a commit in the columns of ``Commits``, or -1 for a commit that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone

from keyguard.git.refs.tips import Tip
from keyguard.model.finding import REACHES
from keyguard.odb.arrays import Array, np
from keyguard.odb.commits import Commits
from keyguard.odb.store import Store

#: a tag may point to a tag; a longer chain is not an accident
_TAGS = 64
DANGLING = len(REACHES) - 1


class CommitGraph:
    """The commits of a store with their parents and trees."""

    def __init__(self, store: Store, commits: Commits, tags: dict[int, str]) -> None:
        """``tags`` maps the number of a tag to the id of the object that it points to."""
        self.commits = commits
        self.tags = tags
        self._store = store
        places = np.full(len(store) + 1, -1, np.int64)
        places[commits.numbers] = np.arange(len(commits.numbers))
        self._places = places
        self.trees: Array = store.table.find(commits.trees)
        """int64: the number of each commit's tree, -1 if the tree is missing."""
        self.parent_numbers: Array = store.table.find(commits.parents)
        """int64: the numbers of all parents, divided by ``commits.starts``; -1 for a missing parent."""
        named = [(number, target) for number, target in tags.items() if target]
        found = store.table.find_hex([target for _, target in named])
        self._targets = {number: target for (number, _), target in zip(named, found, strict=True)}
        self._parents: list[int] = places[self.parent_numbers].tolist()
        self._starts: list[int] = commits.starts.tolist()

    def __len__(self) -> int:
        return len(self.commits.numbers)

    def place(self, number: int) -> int:
        """Return the place of the commit with this number, or -1."""
        return int(self._places[number]) if number >= 0 else -1

    def parents(self, place: int) -> Sequence[int]:
        """Return the places of a commit's parents, -1 for a missing one."""
        return self._parents[self._starts[place] : self._starts[place + 1]]

    def parent_places(self) -> list[int]:
        """Return the places of all parents, divided by ``commits.starts``."""
        return self._parents

    def oid(self, place: int) -> str:
        """Return the id of a commit."""
        return self._store.oid(int(self.commits.numbers[place]))

    def date(self, place: int) -> str:
        """Return the author date of a commit in ISO 8601 with its own UTC offset; empty if it is invalid."""
        seconds, minutes = int(self.commits.times[place]), int(self.commits.zones[place])
        try:
            zone = timezone(timedelta(minutes=minutes))
            return datetime.fromtimestamp(seconds, zone).isoformat() if seconds else ""
        except (ValueError, OverflowError, OSError):
            return ""

    def _peeled(self, number: int) -> list[int]:
        """Return the number of an object and, if it is a tag, of everything that it points to; missing objects are left
        out.
        """
        found: list[int] = []
        while number >= 0 and number not in found and len(found) < _TAGS:
            found.append(number)
            number = self._targets.get(number, -1)
        return found

    def reaches(self, tips: Iterable[tuple[Tip, list[int]]]) -> list[int]:
        """Return the best entry of ``REACHES`` for each commit, as an index; ``tips`` as ``numbered`` returns them."""
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
        """Return the tips whose object exists, with its number and, if it is a tag, those of what it points to."""
        listed = list(tips)
        numbers = self._store.table.find_hex([tip.oid for tip in listed])
        found = []
        for tip, number in zip(listed, numbers, strict=True):
            if number >= 0:
                found.append((tip, self._peeled(number)))
        return found

    def ancestry(self, places: Iterable[int]) -> Ancestry:
        """Determine for all commits which of ``places`` are among their ancestors."""
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
                # only in a tampered store is a commit its own ancestor: do not wait for one in progress (-2)
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
        return Ancestry(own, found)


class Ancestry:
    """A bit for each of some commits, inherited by all their descendants."""

    def __init__(self, own: dict[int, int], found: list[int]) -> None:
        self._own = own
        self._found = found

    def is_ancestor(self, older: int, newer: int) -> bool:
        """Return whether ``older``, one of the commits with a bit, is ``newer`` or one of its ancestors."""
        return newer >= 0 and bool(self._found[newer] & self._own[older])
