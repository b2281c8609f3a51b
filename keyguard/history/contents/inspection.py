"""Inspect every blob, commit and tag of an object store once, in the order of its packs and in several processes.

What a worker returns contains no secret: sightings are masked already. Provenance is looked up later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from keyguard.history.caching.packs import CONTENTS, PackCache
from keyguard.history.contents.blobs import PackBlobInspector
from keyguard.history.contents.delta_prefilter import DeltaPrefilter
from keyguard.history.contents.results import ContentResults
from keyguard.history.hit import UNNAMED
from keyguard.history.tasks import Task, mark, plan_tasks, run_tasks
from keyguard.inspection.inspector import Inspector
from keyguard.odb.arrays import Array
from keyguard.odb.commits import CommitNotes, target_of
from keyguard.odb.entry_headers import BLOB, COMMIT, TAG, TREE
from keyguard.odb.pack import LARGEST
from keyguard.odb.store import Store
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.engine.prefilter import Hits
    from keyguard.support.progress import Progress

_KINDS = (BLOB, COMMIT, TAG)
#: bytes of commits and tags that are inspected in one batch
_TOGETHER = 1 << 18


class ContentInspector:
    """Inspects the contents of one store."""

    def __init__(self, store: Store, inspector: Inspector) -> None:
        self._store = store
        self._inspector = inspector
        self._prefilter = DeltaPrefilter(inspector.prefilter, inspector.promising, inspector.genuine)
        self.parts: list[ContentResults] = []
        """Results so far; complete whenever ^C arrives."""

    def read_packs(self, memory: PackCache, jobs: int, read: Array, progress: Progress | None = None) -> ContentResults:
        """Return the results for all objects in packs. Packs that the cache knows are not read.

        Objects in ``lost`` have to be read in another way. Set ``read``, a bool array with one element per object, for
        those that were read.
        """
        store, found, fresh = (
            self._store,
            ContentResults(lost=list(range(self._store.packed, self._store.loose_from))),
            {},
        )
        for at, start in enumerate(store.starts[:-1]):
            known = memory.recall(CONTENTS, at, ContentResults)
            if known is None:
                fresh[at] = ContentResults()
            else:
                self.parts.append(known.moved(start))
                found.add(self.parts[-1])
                mark(read, store.kinds != TREE, [(start, store.starts[at + 1])])
        plan = plan_tasks(store, _KINDS, jobs, fresh)
        found_keys, prepare = ContentResults.keys, self._inspector.prepare
        for task, part in run_tasks(self.read_task, ContentResults, plan, jobs, progress, found_keys, prepare):
            one = part or ContentResults(lost=[number for low, high in task for number in range(low, high)])
            self.parts.append(one)
            mark(read, store.kinds != TREE, task)
            read[one.lost] = False
            fresh[store.pack_of(task[0][0])].add(one)
        for at, one in fresh.items():
            if not one.lost and not one.malformed:
                memory.keep(CONTENTS, at, one.storable().moved(-store.starts[at]))
            found.add(one)
        found.lost = [number for number in found.lost if store.first[number]]
        self.parts = [found]
        return found

    def read_task(self, task: Task) -> ContentResults:
        """Return the results for some delta trees."""
        found, commits = ContentResults(), CommitNotes(self._store.id_size)
        for begin, end in task:
            self._read_range(begin, end, found, commits)
        found.commits.append(commits.rows())
        return found

    def note(self, number: int, kind: int, pieces: Iterable[bytes], size: int, into: ContentResults) -> None:
        """Add an object that was read in another way to ``into``.

        Raise the GitError that ``pieces`` raises, after adding what was found before it.
        """
        if size <= LARGEST:
            commits = CommitNotes(self._store.id_size)
            self._inspect(kind, number, b"".join(pieces), into, commits)
            into.commits.append(commits.rows())
        else:
            self._stream(number, kind, iter(pieces), into)

    def _read_range(self, begin: int, end: int, found: ContentResults, commits: CommitNotes) -> None:
        """Inspect one range of delta trees, all of one kind."""
        place = self._store.place(begin)
        if place is None:
            return
        pack, entry = place
        offset = begin - entry
        kind = int(self._store.kinds[begin])
        lost: list[tuple[int, int]] = []
        if kind == BLOB:
            PackBlobInspector(pack, self._inspector, self._prefilter, found, lost).read(
                entry, entry + end - begin, offset
            )
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
                    pass  # git itself may be able to read it
            found.lost += range(low + offset, high + offset)

    def _inspect_all(
        self, kind: int, texts: list[tuple[int, bytes]], found: ContentResults, commits: CommitNotes
    ) -> None:
        """Inspect small objects in one batch, and those that may contain a key one by one."""
        suspects = self._inspector.suspects([data for _, data in texts])
        for at, (number, data) in enumerate(texts):
            if at in suspects:
                self._inspect(kind, number, data, found, commits, suspects[at])
            else:
                found.size += len(data)
                self._note(kind, number, data, found, commits)

    def _inspect(
        self,
        kind: int,
        number: int,
        data: bytes,
        found: ContentResults,
        commits: CommitNotes,
        hits: Hits | None = None,
    ) -> None:
        # not skipped if another object has the same id: in a tampered store its content can differ
        found.keep(number, self._inspector.inspect(UNNAMED, data, hits=hits))
        self._note(kind, number, data, found, commits)

    def _note(self, kind: int, number: int, data: bytes, found: ContentResults, commits: CommitNotes) -> None:
        """Record the references of a commit or a tag."""
        if kind == COMMIT:
            if not commits.add(number, data):
                found.malformed.append(number)
        elif kind == TAG:
            target = target_of(data, self._store.id_size)
            found.tags.append((number, target))
            if not target:
                found.malformed.append(number)

    def _stream(self, number: int, kind: int, pieces: Iterator[bytes], found: ContentResults) -> None:
        """Inspect a large object in pieces; raise GitError if it is damaged, after adding what was found."""
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
        if kind != BLOB:  # too large to be parsed
            found.malformed.append(number)
