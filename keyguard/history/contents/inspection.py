"""Every blob, commit and tag of an object store, inspected once: in pack space, shared out among processes.

What a worker answers holds no secret: sightings are masked already. Where a key is from is not known yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from keyguard.history.contents.blobs import BlobReader
from keyguard.history.contents.sieve import Sieve
from keyguard.history.hit import UNNAMED
from keyguard.history.inspected import Contents
from keyguard.history.memory.packs import CONTENTS, PackMemory
from keyguard.history.tasks import Task, mark, planned, shared
from keyguard.inspection.inspector import Inspector
from keyguard.odb.commits import CommitNotes, target_of
from keyguard.odb.headers import BLOB, COMMIT, TAG, TREE
from keyguard.odb.pack import LARGEST
from keyguard.odb.store import Store
from keyguard.odb.vectors import Array
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.support.progress import Progress

_KINDS = (BLOB, COMMIT, TAG)
#: bytes of commits and tags that are looked at together
_TOGETHER = 1 << 18


class ContentReader:
    """A store and what inspects it."""

    def __init__(self, store: Store, inspector: Inspector) -> None:
        self._store = store
        self._inspector = inspector
        self._sieve = Sieve(inspector.prefilter)
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
        if kind == BLOB:
            BlobReader(pack, self._inspector, self._sieve, found, lost).read(entry, entry + end - begin, offset)
        else:
            texts, held = list[tuple[int, bytes]](), 0
            for at, data, _ in pack.walk(entry, entry + end - begin, lost):
                texts.append((at + offset, data))
                held += len(data)
                if held > _TOGETHER:
                    self._inspect_all(kind, texts, found, commits)
                    texts, held = [], 0
            self._inspect_all(kind, texts, found, commits)
        for low, high in lost:
            whole = not pack.forest.depths[low] and pack.sizes[low] > LARGEST
            if whole:
                try:
                    self._stream(low + offset, kind, pack.stream(low), found)
                    low += 1
                except GitError:
                    pass  # git may know better
            found.lost += range(low + offset, high + offset)

    def _inspect_all(self, kind: int, texts: list[tuple[int, bytes]], found: Contents, commits: CommitNotes) -> None:
        """Small objects: at once, but for those in which there may be something."""
        suspects = set(self._inspector.suspects([data for _, data in texts]))
        for at, (number, data) in enumerate(texts):
            if at in suspects:
                self._inspect(kind, number, data, found, commits)
            else:
                found.size += len(data)
                self._note(kind, number, data, found, commits)

    def _inspect(self, kind: int, number: int, data: bytes, found: Contents, commits: CommitNotes) -> None:
        # what has the id of another need not have its content: it is looked at all the same
        found.keep(number, self._inspector.inspect(UNNAMED, data))
        self._note(kind, number, data, found, commits)

    def _note(self, kind: int, number: int, data: bytes, found: Contents, commits: CommitNotes) -> None:
        """What an object says of others."""
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

        found.keep(number, self._inspector.inspect_stream(UNNAMED, read))
        if problem:
            raise problem[0]
        if kind != BLOB:  # too large to be taken apart
            found.malformed.append(number)
