"""Every blob, commit and tag of an object store, inspected once: in pack space, shared out among processes.

What a worker answers holds no secret: sightings are masked already. Where a key is from is not known yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from keyguard.errors import GitError
from keyguard.history.tasks import Progress, Task, planned, shared
from keyguard.inspector import Inspector, Sighted
from keyguard.model import Blob, Sighting, Where
from keyguard.odb.commits import CommitNotes, CommitRows, target_of
from keyguard.odb.headers import BLOB, COMMIT, TAG
from keyguard.odb.pack import LARGEST
from keyguard.odb.store import Store

_KINDS = (BLOB, COMMIT, TAG)
#: what is inspected before it is known where it is from
UNNAMED = Blob(path=b"", where=Where.HISTORY)


class Hit(msgspec.Struct, frozen=True, array_like=True):
    """An object with keys in it."""

    number: int
    sightings: list[Sighting]
    doubtful: bool
    """Whether its path could tell more: whose a key is, or whether it is one."""


class Contents(msgspec.Struct, array_like=True):
    """What one process read, or all together."""

    hits: list[Hit] = []
    commits: list[CommitRows] = []
    tags: list[tuple[int, str]] = []
    """Number of a tag, and the id of what it is put on."""
    lost: list[int] = []
    """Numbers of what has to be read in another way."""
    malformed: list[int] = []
    """Numbers of commits and tags that were read, and do not say (or not all) what they lead to."""
    counts: dict[int, int] = {}
    """Kind of object -> how many were read."""
    size: int = 0
    """In bytes, unpacked."""
    placeholders: int = 0

    def add(self, other: Contents) -> None:
        """Take over what another process read."""
        self.hits += other.hits
        self.commits += other.commits
        self.tags += other.tags
        self.lost += other.lost
        self.malformed += other.malformed
        for kind, count in other.counts.items():
            self.count(kind, count)
        self.size += other.size
        self.placeholders += other.placeholders

    def count(self, kind: int, count: int = 1) -> None:
        """So many objects of a kind were read."""
        self.counts[kind] = self.counts.get(kind, 0) + count


class ContentReader:
    """A store and what inspects it."""

    def __init__(self, store: Store, inspector: Inspector) -> None:
        self._store = store
        self._inspector = inspector

    def read_packs(self, jobs: int, progress: Progress | None = None) -> Contents:
        """All that is in packs, but for ``lost``, which is to be read in another way."""
        found = Contents(lost=list(range(self._store.packed, self._store.loose_from)))
        plan = planned(self._store, _KINDS, jobs)
        for task, part in shared(self.read_task, Contents, plan, jobs, progress):
            found.add(part or Contents(lost=[number for low, high in task for number in range(low, high)]))
        found.lost = [number for number in found.lost if self._store.first[number]]
        return found

    def read_task(self, task: Task) -> Contents:
        """What a few trees of the forest hold."""
        found, commits = Contents(), CommitNotes(self._store.id_size)
        for begin, end in task:
            self._read_range(begin, end, found, commits)
        found.commits.append(commits.rows())
        return found

    def note(self, number: int, kind: int, pieces: Iterable[bytes], size: int, into: Contents) -> None:
        """Take in an object that was read in another way. GitError from ``pieces`` passes, once that is noted
        which was seen before it.
        """
        counts = bool(self._store.first[number])
        if size <= LARGEST:
            commits = CommitNotes(self._store.id_size)
            self._inspect(kind, number, b"".join(pieces), into, commits, counts=counts)
            into.commits.append(commits.rows())
        else:
            self._stream(number, kind, iter(pieces), into, counts=counts)

    def _read_range(self, begin: int, end: int, found: Contents, commits: CommitNotes) -> None:
        """One tree of the forest: all of one kind."""
        place = self._store.place(begin)
        if place is None:
            return
        pack, entry = place
        offset = begin - entry
        first = self._store.first[begin:end].tolist()
        kind = int(self._store.kinds[begin])
        lost: list[tuple[int, int]] = []
        for at, data, _ in pack.walk(entry, entry + end - begin, lost):
            # what has the id of another need not have its content
            self._inspect(kind, at + offset, data, found, commits, counts=first[at - entry])
        for low, high in lost:
            whole = not pack.forest.depths[low] and pack.sizes[low] > LARGEST
            if whole:
                try:
                    self._stream(low + offset, kind, pack.stream(low), found, counts=first[low - entry])
                    low += 1
                except GitError:
                    pass  # git may know better
            found.lost += range(low + offset, high + offset)

    def _inspect(
        self, kind: int, number: int, data: bytes, found: Contents, commits: CommitNotes, *, counts: bool = True
    ) -> None:
        seen = self._inspector.inspect(UNNAMED, data)
        if not counts:
            self._keep(number, seen, found)
            return
        self._take(number, kind, seen, found)
        if kind == COMMIT:
            if not commits.add(number, data):
                found.malformed.append(number)
        elif kind == TAG:
            target = target_of(data, self._store.id_size)
            found.tags.append((number, target))
            if not target:
                found.malformed.append(number)

    def _stream(self, number: int, kind: int, pieces: Iterator[bytes], found: Contents, *, counts: bool) -> None:
        problem: list[GitError] = []

        def read() -> bytes:
            try:
                return next(pieces, b"")
            except GitError as error:
                problem.append(error)
                return b""

        seen = self._inspector.inspect_stream(UNNAMED, read)
        if problem:
            self._keep(number, seen, found)
            raise problem[0]
        if not counts:
            self._keep(number, seen, found)
            return
        self._take(number, kind, seen, found)
        if kind != BLOB:  # too large to be taken apart
            found.malformed.append(number)

    def _take(self, number: int, kind: int, seen: Sighted, found: Contents) -> None:
        found.count(kind)
        found.size += seen.size
        found.placeholders += seen.placeholders
        self._keep(number, seen, found)

    def _keep(self, number: int, seen: Sighted, found: Contents) -> None:
        if seen.sightings or seen.doubtful:
            found.hits.append(Hit(number, seen.sightings, seen.doubtful))
