"""A part of a history, from what was asked for to what it brings. Only what is new in it is read, by git's own hand.

To open the packs of a large repository would take longer than all that a pull request is made of.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from keyguard.engine.compiled import Engine
from keyguard.engine.containers import counted
from keyguard.git.layout.head import checked_out
from keyguard.git.layout.repository import Repository, discover
from keyguard.git.refs.tips import FULL_DEPTH, Tip, read_refs
from keyguard.history.outcome import Surveyed, placed
from keyguard.history.ranges.ends import Ends, Listed, commits_between, find_ends
from keyguard.history.ranges.excerpt import excerpt, is_worth_it
from keyguard.history.ranges.fetched import Fetched
from keyguard.history.ranges.opened import Opened
from keyguard.history.ranges.range_commits import Stretch
from keyguard.history.ranges.reachability import Reaching
from keyguard.history.request import Range
from keyguard.history.unopened import shortened, submodules_moved, unopened_blobs
from keyguard.history.unplaced import unplaced
from keyguard.inspection.filenames import Names
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import HistoryCoverage, Sighting, Skipped, Trace, Where
from keyguard.support.errors import GitError, UsageError

if TYPE_CHECKING:
    from keyguard.history.whole.run import Histories
    from keyguard.support.progress import Progress

_SHALLOW = f"shallow clone: the history before {{commits}} is not here: {FULL_DEPTH}, or --allow-incomplete"
_PARTIAL = "partial clone: {objects} are not here: fetch them (git fetch --refetch --no-filter), or --allow-incomplete"


def repository_of(path: str) -> Repository:
    """The repository that a path lies in. ``UsageError`` where there is none."""
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
    most: int | None = None,
    opened: Opened | None = None,
    keep: Callable[[Surveyed], None],
) -> None:
    """What a range of a repository brings; ``now`` is what a time so long ago is counted from, ``most`` the size in
    bytes beyond which a file is left out. The repository that is ``opened`` already is closed in the end.

    ``UsageError`` where it names what is not there. What cannot be read is a gap. ``keep`` is handed what was found,
    or on ^C what was found until then.
    """

    def everything() -> Histories:
        from keyguard.history.scope import Home
        from keyguard.history.whole.run import Histories

        return Histories([Home(repository, b"", b"")], engine, jobs, progress, authors=authors, cached=cached)

    tips = opened.tips if opened else read_refs(repository)
    try:
        found = opened or Opened(repository, asked)
        with closing(found):
            reader = _RangeReader(found, asked, engine, authors=authors, most=most)
            try:
                keep(reader.run(int(time.time()) if now is None else now, everything))
            except KeyboardInterrupt:
                keep(reader.so_far())
                raise
    except GitError as error:
        gap = Skipped(path=b"history", reason="unreadable", detail=str(error))
        coverage = HistoryCoverage(repositories=1, refs=tips.refs, range=asked.said)
        keep(Surveyed(skipped=[*tips.skipped, gap], coverage=coverage))


class _RangeReader:
    """One range that is being read."""

    def __init__(self, opened: Opened, asked: Range, engine: Engine, *, authors: bool, most: int | None) -> None:
        repository = self._repository = opened.repository
        self._tips = opened.tips
        self._asked = asked
        self._shadow = opened.shadow
        self._engine = engine
        self._authors = authors
        self._id_size = 32 if repository.object_format == "sha256" else 20
        self._revisions = opened.revisions
        self._inspector = Inspector(engine)
        self._fetched = Fetched(opened.shadow, self._inspector, most)
        # what there is when ^C comes
        self._ends, self._listed = Ends(), Listed([], [])
        self._histories: Histories | None = None
        self._read: list[int] | None = None
        self._names: dict[bytes, list[Sighting]] = {}
        self._sightings: list[Sighting] = []
        self._links: dict[str, bytes] = {}

    def run(self, now: int, everything: Callable[[], Histories]) -> Surveyed:
        """Read it, and say where its keys are from; everything is read where that is faster."""
        ends = find_ends(self._asked, self._tips, self._revisions, self._shadow, now)
        listed = self._listed = commits_between(ends, self._tips, self._revisions, self._shadow)
        if not (self._asked.borrowed or ends.trees or ends.blobs) and is_worth_it(
            self._repository, len(listed.commits)
        ):
            self._ends, self._histories = ends, everything()
            return self._excerpt(self._histories.read(), ends, listed)
        fetched, stretch = self._fetched, Stretch(self._fetched, listed.commits, self._id_size)
        fetched.tags(ends.tags)
        pairs = [stretch.pair(oid) for oid in stretch.commits] + [(tree, ()) for tree in ends.trees]
        stretch.novelty.look(pairs)
        fetched.blobs(dict.fromkeys([*stretch.novelty.blobs(pairs), *ends.blobs]))
        # a key that was seen in a text is known by it in a name, whatever it touches there
        self._sightings.extend(self._in_refs(ends))
        self._links = stretch.novelty.links()
        trees, size = stretch.novelty.counted()
        names = self._names = self._named(stretch.novelty.names())
        # to say where keys are from, more is read
        self._read = list(fetched.hits)
        if fetched.hits or names:
            self._sightings.extend(self._placed(ends, stretch, names))
        coverage = self._coverage(listed, trees, size)
        return Surveyed(self._sightings, self._gaps(listed), coverage, fetched.placeholders)

    def so_far(self) -> Surveyed:
        """What is known when ``run`` is interrupted: nothing of trees, and hits may be named by their objects."""
        if self._histories:
            return self._excerpt(self._histories.so_far(), self._ends, self._listed)
        fetched = self._fetched
        numbers = list(fetched.kinds) if self._read is None else self._read
        hits = ((fetched.kinds[number], fetched.oid(number), fetched.hits[number]) for number in numbers)
        sightings = [*self._sightings, *unplaced(hits, self._names, self._sightings)]
        gaps = [*self._gaps(self._listed), _whole("interrupted", "not looked at to the end")]
        return Surveyed(sightings, gaps, self._coverage(self._listed, 0, 0), fetched.placeholders)

    def _excerpt(self, found: Surveyed, ends: Ends, listed: Listed) -> Surveyed:
        parts = excerpt(found.sightings, frozenset(listed.commits), frozenset(ends.tags))
        blobs = {trace.oid for one in parts if (trace := one.occurrence.trace) and trace.kind == "blob"}
        large = self._fetched.too_large(blobs)
        kept = [one for one in parts if not ((trace := one.occurrence.trace) and trace.oid in large)]
        found.sightings = [*self._in_refs(ends), *kept]
        found.skipped += self._fetched.left_out()
        words = f"{self._asked.said}, told from everything"
        found.coverage = msgspec.structs.replace(found.coverage, range=words)
        return found

    def _named(self, names: Iterable[bytes]) -> dict[bytes, list[Sighting]]:
        """Those of these names with keys in them."""
        found: dict[bytes, list[Sighting]] = {}
        for one in Names(self._engine).sightings(sorted(names), Where.HISTORY):
            found.setdefault(one.occurrence.path, []).append(one)
        return found

    def _in_refs(self, ends: Ends) -> Iterator[Sighting]:
        """The keys in the names of refs that are asked for, or new where they are pushed to."""
        asked = [name.encode("utf-8", "surrogateescape") for name in self._asked.names]
        named = [checked_out(self._repository) if name == b"HEAD" else name for name in ends.names]
        inside = b".git/" if self._repository.top else b""
        paths = [inside + name for name in dict.fromkeys([*asked, *named]) if name]
        for one in Names(self._engine).sightings(paths, Where.HISTORY):
            yield placed(one, one.occurrence.path, trace=Trace(kind="name"))

    def _placed(self, ends: Ends, stretch: Stretch, names: dict[bytes, list[Sighting]]) -> Iterator[Sighting]:
        from keyguard.history.ranges.occurrences import Settler

        tips = [Tip(one.oid, one.name.encode(), _reach(one.name)) for one in self._asked.pushed]
        settler = Settler(
            stretch, self._fetched, names, self._inspector, self._engine.ruleset.vendors.values(), authors=self._authors
        )
        reaching = Reaching(stretch.commits, tips if self._asked.refs else self._tips.tips, self._revisions)
        reaching.ask(self._shadow, ends)
        return settler.sightings(reaching, ends)

    # --- accounting ---------------------------------------------------------------------------------------------

    def _gaps(self, listed: Listed) -> list[Skipped]:
        found = list(self._tips.skipped)
        if listed.shallow:
            found.append(_whole("shallow", _SHALLOW.format(commits=_counted(len(listed.shallow), "commit"))))
        if self._partial:
            found.append(_whole("partial", _PARTIAL.format(objects=_counted(self._fetched.missing, "object"))))
        return shortened(found + self._fetched.gaps() + self._fetched.left_out() + self._unopened())

    def _unopened(self) -> list[Skipped]:
        """What is listed and not read: archives and the like, and what the commits of submodules hold."""
        return unopened_blobs(self._fetched.containers) + submodules_moved(self._links)

    @property
    def _partial(self) -> bool:
        return self._tips.partial and bool(self._fetched.missing)

    def _coverage(self, listed: Listed, trees: int, size: int) -> HistoryCoverage:
        fetched = self._fetched
        read = sum(fetched.counts.values()) + trees
        return HistoryCoverage(
            repositories=1,
            listed=read + fetched.missing + fetched.unreadable,
            read=read,
            commits=fetched.counts.get("commit", 0),
            trees=trees,
            blobs=fetched.counts.get("blob", 0),
            tags=fetched.counts.get("tag", 0),
            missing=fetched.missing,
            unreadable=fetched.unreadable,
            refs=self._tips.refs,
            bytes=fetched.size + size,
            shallow=bool(listed.shallow),
            partial=self._partial,
            range=self._asked.said,
            unopened=counted(self._unopened()),
        )


def _whole(reason: str, detail: str) -> Skipped:
    return Skipped(path=b"history", reason=reason, detail=detail)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def _reach(name: str) -> str:
    """What a ref is that is about to be."""
    kinds = (("refs/heads/", "branch"), ("refs/tags/", "tag"))
    return next((kind for prefix, kind in kinds if name.startswith(prefix)), "ref")
