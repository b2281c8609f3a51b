"""Every blob, commit and tag of an object store, inspected once: in pack space, shared out among processes.

What a worker answers holds no secret: sightings are masked already. Where a key is from is not known yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from keyguard.errors import GitError
from keyguard.history.hits import UNNAMED, Hit
from keyguard.history.packmemory import CONTENTS, PackMemory
from keyguard.history.tasks import Task, mark, planned, shared
from keyguard.inspector import Inspector, Sighted
from keyguard.odb.commits import CommitNotes, CommitRows, moved, target_of
from keyguard.odb.headers import BLOB, COMMIT, TAG, TREE
from keyguard.odb.pack import LARGEST
from keyguard.odb.store import Store
from keyguard.odb.vectors import Array

if TYPE_CHECKING:
    from keyguard.progress import Progress

_KINDS = (BLOB, COMMIT, TAG)


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
    size: int = 0
    """Of what was read, in bytes, unpacked."""
    placeholders: int = 0

    def add(self, other: Contents) -> None:
        """Take over what another process read."""
        self.hits += other.hits
        self.commits += other.commits
        self.tags += other.tags
        self.lost += other.lost
        self.malformed += other.malformed
        self.size += other.size
        self.placeholders += other.placeholders

    def keys(self, since: int = 0) -> Iterator[str]:
        """The fingerprints of what was found, after so many hits."""
        return (one.fingerprint for hit in self.hits[since:] for one in hit.sightings)

    def moved(self, distance: int) -> Contents:
        """The same with other numbers."""
        return Contents(
            hits=[Hit(hit.number + distance, hit.sightings, hit.doubtful) for hit in self.hits],
            commits=[moved(rows, distance) for rows in self.commits],
            tags=[(number + distance, target) for number, target in self.tags],
            lost=[number + distance for number in self.lost],
            malformed=[number + distance for number in self.malformed],
            size=self.size,
            placeholders=self.placeholders,
        )


class ContentReader:
    """A store and what inspects it."""

    def __init__(self, store: Store, inspector: Inspector) -> None:
        self._store = store
        self._inspector = inspector
        self.parts: list[Contents] = []
        """What was found so far: all of it, whenever ^C comes."""

    def read_packs(self, memory: PackMemory, jobs: int, read: Array, progress: Progress | None = None) -> Contents:
        """All that is in packs, but for ``lost``, which is to be read in another way. What is known is not read.

        What was read is noted in ``read``: bool, one an object.
        """
        store, found, fresh = self._store, Contents(lost=list(range(self._store.packed, self._store.loose_from))), {}
        for at, start in enumerate(store.starts[:-1]):
            known = memory.recall(CONTENTS, at, Contents)
            if known is None:
                fresh[at] = Contents()
            else:
                self.parts.append(known.moved(start))
                found.add(self.parts[-1])
                mark(read, store.kinds != TREE, [(start, store.starts[at + 1])])
        plan = planned(store, _KINDS, jobs, fresh)
        for task, part in shared(self.read_task, Contents, plan, jobs, progress, Contents.keys):
            one = part or Contents(lost=[number for low, high in task for number in range(low, high)])
            self.parts.append(one)
            mark(read, store.kinds != TREE, task)
            read[one.lost] = False
            fresh[store.pack_of(task[0][0])].add(one)
        for at, one in fresh.items():
            if not one.lost and not one.malformed:
                memory.keep(CONTENTS, at, one.moved(-store.starts[at]))
            found.add(one)
        found.lost = [number for number in found.lost if store.first[number]]
        self.parts = [found]
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
        if size <= LARGEST:
            commits = CommitNotes(self._store.id_size)
            self._inspect(kind, number, b"".join(pieces), into, commits)
            into.commits.append(commits.rows())
        else:
            self._stream(number, kind, iter(pieces), into)

    def _read_range(self, begin: int, end: int, found: Contents, commits: CommitNotes) -> None:
        """One tree of the forest: all of one kind."""
        place = self._store.place(begin)
        if place is None:
            return
        pack, entry = place
        offset = begin - entry
        kind = int(self._store.kinds[begin])
        lost: list[tuple[int, int]] = []
        for at, data, _ in pack.walk(entry, entry + end - begin, lost):
            # what has the id of another need not have its content: it is looked at all the same
            self._inspect(kind, at + offset, data, found, commits)
        for low, high in lost:
            whole = not pack.forest.depths[low] and pack.sizes[low] > LARGEST
            if whole:
                try:
                    self._stream(low + offset, kind, pack.stream(low), found)
                    low += 1
                except GitError:
                    pass  # git may know better
            found.lost += range(low + offset, high + offset)

    def _inspect(self, kind: int, number: int, data: bytes, found: Contents, commits: CommitNotes) -> None:
        self._keep(number, self._inspector.inspect(UNNAMED, data), found)
        if kind == COMMIT:
            if not commits.add(number, data):
                found.malformed.append(number)
        elif kind == TAG:
            target = target_of(data, self._store.id_size)
            found.tags.append((number, target))
            if not target:
                found.malformed.append(number)

    def _stream(self, number: int, kind: int, pieces: Iterator[bytes], found: Contents) -> None:
        problem: list[GitError] = []

        def read() -> bytes:
            try:
                return next(pieces, b"")
            except GitError as error:
                problem.append(error)
                return b""

        self._keep(number, self._inspector.inspect_stream(UNNAMED, read), found)
        if problem:
            raise problem[0]
        if kind != BLOB:  # too large to be taken apart
            found.malformed.append(number)

    def _keep(self, number: int, seen: Sighted, found: Contents) -> None:
        if seen.sightings or seen.doubtful:
            found.hits.append(Hit(number, seen.sightings, seen.doubtful))
        found.size += seen.size
        found.placeholders += seen.placeholders
