"""Read one object store completely: contents, tree connections, gaps, and the provenance of hits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from keyguard.cache.cache import Cache
from keyguard.engine.compiled import Engine
from keyguard.git.layout.alternates import alternates
from keyguard.git.layout.repository import Repository
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.process.opening import open_objects
from keyguard.git.refs.tips import Tips
from keyguard.history.caching.packs import PackCache
from keyguard.history.contents.inspection import ContentInspector
from keyguard.history.contents.results import ContentResults
from keyguard.history.hit import UNNAMED, Hit, merged
from keyguard.history.interruption import sightings_by_object
from keyguard.history.provenance.commit_graph import DANGLING, CommitGraph
from keyguard.history.provenance.gaps import Gaps, Numbered
from keyguard.history.provenance.occurrences import OccurrenceBuilder
from keyguard.history.provenance.provenance import KeyPaths
from keyguard.history.provenance.staged_paths import staged_paths
from keyguard.history.provenance.unreachable_paths import UnreachablePaths
from keyguard.history.result import HistoryResult
from keyguard.history.sightings_by_path import SightingsByPath
from keyguard.history.trees.ancestors import TreeAncestors
from keyguard.history.trees.reader import TreeReader
from keyguard.history.trees.rows import Connections
from keyguard.history.unopened import unopened_in
from keyguard.inspection.filenames import Names
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import HistoryCoverage, Sighting, Where
from keyguard.odb.arrays import np
from keyguard.odb.commits import author_of, join_rows, select_commits
from keyguard.odb.entry_headers import BLOB, COMMIT, TAG, TREE
from keyguard.odb.object_reader import ObjectReader
from keyguard.odb.store import Store
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.support.progress import Progress

#: bytes that an object outside of packs counts for in progress: its size is not known in advance
_EACH = 4096
#: names of the kinds of objects that have no path
_WORDS = {COMMIT: "commit", TAG: "tag"}


def survey(
    repository: Repository,
    tips: Tips,
    engine: Engine,
    jobs: int,
    cache: Cache,
    progress: Progress | None = None,
    *,
    authors: bool = False,
    keep: Callable[[HistoryResult], None],
) -> None:
    """Read the store of a repository. Raise GitError if it cannot be read at all.

    Call ``keep`` with the result, or on ^C with what was found until then, before cleaning up.
    """
    with open_objects(repository) as git:
        store = _open(repository, git)
        work = _Survey(repository, store, tips, git, engine, jobs, progress, cache, authors=authors)
        try:
            keep(work.run())
        except KeyboardInterrupt:
            keep(work.so_far())
            raise
        finally:
            store.close()


def _open(repository: Repository, git: IsolatedGit) -> Store:
    """Open the store with its alternates; packs without a usable index get a temporary one."""
    made = 0

    def reindex(path: str) -> str:
        nonlocal made
        made += 1
        index = os.path.join(git.path, f"made-{made}.idx")
        git.run("index-pack", "-o", index, path)
        return index

    folders = (repository.objects, *alternates(repository.objects))
    return Store(folders, repository.object_format, reindex)


class _Survey:
    """One store while it is read."""

    def __init__(
        self,
        repository: Repository,
        store: Store,
        tips: Tips,
        git: IsolatedGit,
        engine: Engine,
        jobs: int,
        progress: Progress | None,
        cache: Cache,
        *,
        authors: bool,
    ) -> None:
        self._repository = repository
        self._store = store
        self._engine = engine
        self._jobs = jobs
        self._progress = progress
        self._authors = authors
        self._inspector = Inspector(engine)
        self._objects = ObjectReader(store, git)
        self._tips = tips
        self._gaps = Gaps(store, self._tips)
        self._memory = PackCache(cache, store)
        #: bool, one element per object: it was read
        self._read = np.zeros(len(store), bool)
        # what there is to report when ^C arrives
        self._contents = ContentInspector(store, self._inspector)
        self._names: dict[bytes, list[Sighting]] = {}
        self._sightings: list[Sighting] = []

    def run(self) -> HistoryResult:
        """Run all phases, and return the result."""
        self._begin("contents")
        contents = self._read_contents()
        commits = join_rows(contents.commits, self._store.id_size)
        # a commit that is stored twice counts once
        commits = select_commits(commits, self._store.first[commits.numbers])
        graph = CommitGraph(self._store, commits, dict(contents.tags))
        hits = merged(contents.hits, self._store.firsts)
        wanted = np.zeros(len(self._store), bool)
        wanted[[hit.number for hit in hits]] = True
        reader = TreeReader(self._store, self._objects, wanted, self._named, self._engine.prefilter.anchor_offsets)
        self._begin("trees")
        connections = reader.read_all(self._memory, self._jobs, self._read, self._progress)
        names = self._names = self._named(connections.names)
        self._begin("provenance")
        given = reader.entries_named(names, self._jobs) if names else []
        there = graph.numbered(self._tips.tips)
        reaches = graph.reaches(there)
        self._gaps.find(graph, connections, there, reaches, self._tree_ancestors(connections))
        if hits or given:
            ancestors = self._tree_ancestors(connections)
            judged = (hit.number for hit in hits if not (hit.sightings or hit.doubtful))
            ancestors.trace([hit.number for hit in hits], given, judged)
            keys_by_path = SightingsByPath(
                hits, names, self._objects, self._inspector, self._engine.ruleset.vendors.values()
            )
            unreachable_paths = UnreachablePaths(partial(staged_paths, self._repository))
            builder = OccurrenceBuilder(
                self._store, graph, there, reaches, keys_by_path, unreachable_paths, author=self._author
            )
            paths = KeyPaths(ancestors.trees, keys_by_path.keys, ancestors.aside)
            self._sightings.extend(builder.sightings(paths))
            self._gaps.add_history_gap("too-deep", paths.problem or ancestors.problem)
        unreachable = self._unreachable(connections, graph, there, reaches)
        coverage = self._coverage(contents.size + connections.size, unreachable)
        listed = unopened_in(self._store, contents.unread, b".git/" if self._repository.top else b"")
        links = {oid.hex(): connections.links[oid] for oid in sorted(connections.links)}
        return HistoryResult(self._sightings, [*self._gaps.skipped(), *listed], coverage, contents.placeholders, links)

    def so_far(self) -> HistoryResult:
        """Return what is known when ``run`` is interrupted. Hits without provenance are reported by their object
        ids.
        """
        parts = self._contents.parts
        hits = merged((hit for part in parts for hit in part.hits), self._store.firsts)
        kinds = (_WORDS.get(int(self._store.kinds[hit.number]), "blob") for hit in hits)
        named = zip(kinds, (self._store.oid(hit.number) for hit in hits), hits, strict=True)
        sightings = [*self._sightings, *sightings_by_object(named, self._names, self._sightings)]
        coverage = self._coverage(sum(part.size for part in parts), 0)
        damaged = sum(not self._read[number] for number in self._gaps.damaged)
        unread = coverage.unreadable - damaged
        coverage = msgspec.structs.replace(coverage, unreadable=damaged, unread=unread)
        return HistoryResult(sightings, self._gaps.skipped(), coverage, sum(part.placeholders for part in parts))

    def _begin(self, phase: str) -> None:
        if self._progress:
            self._progress.begin(phase, "bytes")

    def _tree_ancestors(self, connections: Connections) -> TreeAncestors:
        return TreeAncestors(self._store, self._objects, connections.edges, self._jobs, self._progress)

    # --- reading ------------------------------------------------------------------------------------------------

    def _read_contents(self) -> ContentResults:
        """Inspect everything but trees, of which only the kind is recorded."""
        store, reader = self._store, self._contents
        contents = reader.read_packs(self._memory, self._jobs, self._read, self._progress)
        self._inspect_again(contents)
        self._read[contents.lost] = False
        others, reported = [*contents.lost, *range(store.loose_from, len(store))], len(contents.hits)
        if self._progress:
            self._progress.expect(len(others) * _EACH)
        for number, content in self._objects.read(others):
            store.kinds[number] = content.kind
            try:
                if content.problem:
                    raise GitError(content.detail or content.problem)
                if content.kind != TREE:
                    reader.note(number, content.kind, content.pieces(), content.size, contents)
                self._read[number] = True
            except GitError as error:
                store.kinds[number] = 0
                if store.first[number]:
                    self._gaps.add_unreadable(number, content.problem, str(error))
            if self._progress:
                self._progress.advance(_EACH, contents.keys(reported))
                reported = len(contents.hits)
        for number in contents.malformed:
            self._gaps.add_unreadable(number, "corrupt", "does not say, as git would, what it leads to")
        return contents

    def _inspect_again(self, contents: ContentResults) -> None:
        """Add the hits that the cache does not store; objects that cannot be read any more are lost."""
        for number, content in self._objects.read(contents.again):
            try:
                seen = self._inspector.inspect_stream(UNNAMED, partial(next, content.pieces(), b""))
            except GitError:
                contents.lost.append(number)
            else:
                contents.hits.append(Hit(number, seen.sightings, seen.doubtful, seen.judged))
        contents.again.clear()

    def _named(self, names: Iterable[bytes]) -> dict[bytes, list[Sighting]]:
        """Return the names that contain keys, with the sightings in them."""
        found: dict[bytes, list[Sighting]] = {}
        for one in Names(self._engine).sightings(sorted(names), Where.HISTORY):
            found.setdefault(one.occurrence.path, []).append(one)
        return found

    # --- on demand ----------------------------------------------------------------------------------------------

    def _author(self, number: int) -> str:
        """Return the author of a commit; empty if authors were not asked for or the commit cannot be read."""
        if not self._authors:
            return ""
        for _, content in self._objects.read([number]):
            try:
                return author_of(content.whole()).decode("utf-8", "replace")
            except GitError:
                break
        return ""

    # --- accounting ---------------------------------------------------------------------------------------------

    def _coverage(self, size: int, unreachable: int) -> HistoryCoverage:
        store = self._store
        stored, read = int(store.first.sum()), self._read & store.first
        counts = np.bincount(store.kinds[read], minlength=TAG + 1).tolist()
        return HistoryCoverage(
            repositories=1,
            listed=stored + self._gaps.missing,
            read=sum(counts),
            commits=counts[COMMIT],
            trees=counts[TREE],
            blobs=counts[BLOB],
            tags=counts[TAG],
            missing=self._gaps.missing,
            unreadable=stored - sum(counts),
            unreachable=unreachable,
            refs=self._tips.refs,
            reflogs=self._tips.reflogs,
            bytes=size,
            shallow=self._gaps.shallow,
            partial=self._gaps.partial,
        )

    def _unreachable(self, connections: Connections, graph: CommitGraph, there: Numbered, reaches: list[int]) -> int:
        """Count the commits and tags that are not reachable from a tip, and the trees and blobs that nothing
        references.
        """
        named = connections.named()
        named[graph.trees[graph.trees >= 0]] = True
        led = np.array([number for _, numbers in there for number in numbers], np.int64)
        named[led] = True
        named[graph.commits.numbers[np.array(reaches, np.int64) != DANGLING]] = True
        return int((~named & self._store.first).sum())
