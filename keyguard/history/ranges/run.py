"""Read a range, from what the user asked for to the keys that it introduces.

Only its new objects are read, and through git: opening the packs of a large repository would take longer than reading a
whole pull request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from keyguard.containers.kinds import counted
from keyguard.engine.compiled import Engine
from keyguard.git.layout.head import checked_out
from keyguard.git.layout.repository import Repository, discover
from keyguard.git.refs.tips import FULL_DEPTH, Tip, read_refs
from keyguard.history.interruption import sightings_by_object
from keyguard.history.ranges.commit_trees import RangeCommits
from keyguard.history.ranges.enumeration import CommitList, list_commits
from keyguard.history.ranges.long_ranges import is_survey_faster, select_range
from keyguard.history.ranges.objects import RangeObjects
from keyguard.history.ranges.reachability import Reachability
from keyguard.history.ranges.request import Range
from keyguard.history.ranges.selection import Selection, resolve_range
from keyguard.history.ranges.session import RepositorySession
from keyguard.history.result import HistoryResult, with_place
from keyguard.history.unopened import shortened, submodules_moved, unopened_blobs
from keyguard.inspection.filenames import Names
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import HistoryCoverage, Sighting, Skipped, Trace, Where
from keyguard.support.errors import GitError, UsageError

if TYPE_CHECKING:
    from keyguard.history.full_scan.run import Histories
    from keyguard.support.progress import Progress

_SHALLOW = f"shallow clone: the history before {{commits}} is not here: {FULL_DEPTH}, or --allow-incomplete"
_PARTIAL = "partial clone: {objects} not fetched: git fetch --refetch --no-filter, or --allow-incomplete"


def repository_of(path: str) -> Repository:
    """Return the repository that contains a path. Raise UsageError if there is none."""
    try:
        found = discover(path)
    except GitError as error:
        raise UsageError(str(error)) from error
    if found is None:
        raise UsageError(f"{path}: not in a git repository: there is no history")
    return found


def read_range(
    repository: Repository,
    asked: Range,
    engine: Engine,
    jobs: int = 0,
    progress: Progress | None = None,
    *,
    authors: bool = False,
    cached: bool = False,
    now: int | None = None,
    max_size: int | None = None,
    session: RepositorySession | None = None,
    keep: Callable[[HistoryResult], None],
) -> None:
    """Find the keys that a range of a repository introduces.

    ``now`` is the time, in seconds, that relative dates refer to; ``max_size`` the size in bytes above which a file is
    left out. A given ``session`` is closed at the end. Raise UsageError if the range names something that does not
    exist. What cannot be read is a gap. Call ``keep`` with the result, or on ^C with what was found until then.
    """

    def everything() -> Histories:
        from keyguard.history.full_scan.run import Histories
        from keyguard.history.stores import ScannedStore

        return Histories([ScannedStore(repository, b"", b"")], engine, jobs, progress, authors=authors, cached=cached)

    tips = session.tips if session else read_refs(repository)
    try:
        found = session or RepositorySession(repository, asked)
        with closing(found):
            reader = _RangeReader(found, asked, engine, authors=authors, max_size=max_size)
            try:
                keep(reader.run(int(time.time()) if now is None else now, everything))
            except KeyboardInterrupt:
                keep(reader.so_far())
                raise
    except GitError as error:
        gap = Skipped(path=b"history", reason="unreadable", detail=str(error))
        coverage = HistoryCoverage(repositories=1, refs=tips.refs, range=asked.description)
        keep(HistoryResult(skipped=[*tips.skipped, gap], coverage=coverage))


class _RangeReader:
    """One range while it is read."""

    def __init__(
        self, session: RepositorySession, asked: Range, engine: Engine, *, authors: bool, max_size: int | None
    ) -> None:
        repository = self._repository = session.repository
        self._tips = session.tips
        self._asked = asked
        self._git = session.git
        self._engine = engine
        self._authors = authors
        self._id_size = 32 if repository.object_format == "sha256" else 20
        self._revisions = session.revisions
        self._inspector = Inspector(engine)
        self._objects = RangeObjects(session.git, self._inspector, max_size)
        # what there is to report when ^C arrives
        self._selection, self._listed = Selection(), CommitList([], [])
        self._histories: Histories | None = None
        self._read: list[int] | None = None
        self._names: dict[bytes, list[Sighting]] = {}
        self._sightings: list[Sighting] = []
        self._links: dict[str, bytes] = {}

    def run(self, now: int, everything: Callable[[], Histories]) -> HistoryResult:
        """Read the range and the provenance of its keys; scan the whole store instead if that is faster."""
        selection = resolve_range(self._asked, self._tips, self._revisions, self._git, now)
        listed = self._listed = list_commits(selection, self._tips, self._revisions, self._git)
        if not (self._asked.borrowed or selection.trees or selection.blobs) and is_survey_faster(
            self._repository, len(listed.commits)
        ):
            self._selection, self._histories = selection, everything()
            return self._from_survey(self._histories.read(), selection, listed)
        objects, range_commits = self._objects, RangeCommits(self._objects, listed.commits, self._id_size)
        objects.tags(selection.tags)
        pairs = [range_commits.pair(oid) for oid in range_commits.commits] + [(tree, ()) for tree in selection.trees]
        range_commits.diffs.compare(pairs)
        objects.blobs(dict.fromkeys([*range_commits.diffs.blobs(pairs), *selection.blobs]))
        # after the texts: a key that occurs in a text is recognized in a name whatever characters are next to it
        self._sightings.extend(self._in_refs(selection))
        self._links = range_commits.diffs.links()
        trees, size = range_commits.diffs.counted()
        names = self._names = self._named(range_commits.diffs.names())
        # finding provenance reads more objects, which are not part of the range
        self._read = list(objects.hits)
        if objects.hits or names:
            self._sightings.extend(self._placed(selection, range_commits, names))
        coverage = self._coverage(listed, trees, size)
        return HistoryResult(self._sightings, self._gaps(listed), coverage, objects.placeholders)

    def so_far(self) -> HistoryResult:
        """Return what is known when ``run`` is interrupted: nothing of trees; hits may be reported by their object
        ids.
        """
        if self._histories:
            return self._from_survey(self._histories.so_far(), self._selection, self._listed)
        objects = self._objects
        numbers = list(objects.kinds) if self._read is None else self._read
        hits = ((objects.kinds[number], objects.oid(number), objects.hits[number]) for number in numbers)
        sightings = [*self._sightings, *sightings_by_object(hits, self._names, self._sightings)]
        gaps = [*self._gaps(self._listed), _whole("interrupted", "not looked at to the end")]
        return HistoryResult(sightings, gaps, self._coverage(self._listed, 0, 0), objects.placeholders)

    def _from_survey(self, found: HistoryResult, selection: Selection, listed: CommitList) -> HistoryResult:
        """Select the range from the result of a full scan."""
        parts = select_range(found.sightings, frozenset(listed.commits), frozenset(selection.tags))
        blobs = {trace.oid for one in parts if (trace := one.occurrence.trace) and trace.kind == "blob"}
        large = self._objects.too_large(blobs)
        kept = [one for one in parts if not ((trace := one.occurrence.trace) and trace.oid in large)]
        found.sightings = [*self._in_refs(selection), *kept]
        found.skipped += self._objects.too_large_files()
        label = f"{self._asked.description}, told from everything"
        found.coverage = msgspec.structs.replace(found.coverage, range=label)
        return found

    def _named(self, names: Iterable[bytes]) -> dict[bytes, list[Sighting]]:
        """Return the names that contain keys, with the sightings in them."""
        found: dict[bytes, list[Sighting]] = {}
        for one in Names(self._engine).sightings(sorted(names), Where.HISTORY):
            found.setdefault(one.occurrence.path, []).append(one)
        return found

    def _in_refs(self, selection: Selection) -> Iterator[Sighting]:
        """Yield the keys in the names of refs that the range includes or that are new to the remote."""
        asked = [name.encode("utf-8", "surrogateescape") for name in self._asked.names]
        named = [checked_out(self._repository) if name == b"HEAD" else name for name in selection.names]
        inside = b".git/" if self._repository.top else b""
        paths = [inside + name for name in dict.fromkeys([*asked, *named]) if name]
        for one in Names(self._engine).sightings(paths, Where.HISTORY):
            yield with_place(one, one.occurrence.path, trace=Trace(kind="name"))

    def _placed(
        self, selection: Selection, range_commits: RangeCommits, names: dict[bytes, list[Sighting]]
    ) -> Iterator[Sighting]:
        """Yield the sightings with their provenance."""
        from keyguard.history.ranges.occurrences import RangeOccurrenceBuilder

        tips = [Tip(one.oid, one.name.encode(), _reach(one.name)) for one in self._asked.pushed]
        builder = RangeOccurrenceBuilder(
            range_commits,
            self._objects,
            names,
            self._inspector,
            self._engine.ruleset.vendors.values(),
            authors=self._authors,
        )
        reachability = Reachability(
            range_commits.commits, tips if self._asked.refs else self._tips.tips, self._revisions
        )
        reachability.compute(self._git, selection)
        return builder.sightings(reachability, selection)

    # --- accounting ---------------------------------------------------------------------------------------------

    def _gaps(self, listed: CommitList) -> list[Skipped]:
        found = list(self._tips.skipped)
        if listed.shallow:
            found.append(_whole("shallow", _SHALLOW.format(commits=_counted(len(listed.shallow), "commit"))))
        if self._partial:
            found.append(_whole("partial", _PARTIAL.format(objects=_counted(self._objects.missing, "object"))))
        return shortened(found + self._objects.gaps() + self._objects.too_large_files() + self._unopened())

    def _unopened(self) -> list[Skipped]:
        """Return what is listed and not read: archives and the like, and submodule commits."""
        return unopened_blobs(self._objects.unread) + submodules_moved(self._links)

    @property
    def _partial(self) -> bool:
        return self._tips.partial and bool(self._objects.missing)

    def _coverage(self, listed: CommitList, trees: int, size: int) -> HistoryCoverage:
        objects = self._objects
        read = sum(objects.counts.values()) + trees
        return HistoryCoverage(
            repositories=1,
            listed=read + objects.missing + objects.unreadable,
            read=read,
            commits=objects.counts.get("commit", 0),
            trees=trees,
            blobs=objects.counts.get("blob", 0),
            tags=objects.counts.get("tag", 0),
            missing=objects.missing,
            unreadable=objects.unreadable,
            refs=self._tips.refs,
            bytes=objects.size + size,
            shallow=bool(listed.shallow),
            partial=self._partial,
            range=self._asked.description,
            unopened=counted(self._unopened()),
        )


def _whole(reason: str, detail: str) -> Skipped:
    return Skipped(path=b"history", reason=reason, detail=detail)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def _reach(name: str) -> str:
    """Return the reach of a ref that does not exist yet."""
    kinds = (("refs/heads/", "branch"), ("refs/tags/", "tag"))
    return next((kind for prefix, kind in kinds if name.startswith(prefix)), "ref")
