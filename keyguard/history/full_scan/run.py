"""Read the histories of all stores that belong to the scanned paths, and the files of their git directories."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from keyguard.cache.cache import Cache, opened
from keyguard.containers.kinds import counted
from keyguard.containers.table import stamp as container_stamp
from keyguard.engine.compiled import Engine
from keyguard.git.emptiness import has_content
from keyguard.git.refs.tips import Tips, read_tips
from keyguard.history.caching.histories import defer_values, recall, refs_of, remember, state_of
from keyguard.history.full_scan.metadata_files import in_metadata_files
from keyguard.history.result import HistoryResult
from keyguard.history.stores import ScannedStore
from keyguard.history.unopened import absent_stores, absent_submodules, shortened
from keyguard.inspection import workers
from keyguard.model.finding import HistoryCoverage, Occurrence, Sighting, Skipped
from keyguard.support import digests
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.support.progress import Progress

#: kinds of traces whose path is that of a file in a tree
_FILES = ("blob", "name")


class Histories:
    """Reads these stores one after the other."""

    def __init__(
        self,
        homes: Iterable[ScannedStore],
        engine: Engine,
        jobs: int = 0,
        progress: Progress | None = None,
        *,
        authors: bool = False,
        cached: bool = False,
        refused_since: int | None = None,
    ) -> None:
        """``refused_since``: the current time, if blobs are to be marked that this user's commit hook refused."""
        found: dict[str, ScannedStore] = {}
        for home in homes:
            found.setdefault(home.repository.objects, home)
        self._homes = list(found.values())
        self._engine = engine
        self._jobs = jobs or workers.available_cpus()
        self._progress = progress
        self._authors = authors
        self._cached = cached and bool(engine.stamp)
        self._now = refused_since
        self._stores = [HistoryResult() for _ in self._homes]
        #: results for the files of the git directories
        self._own = [HistoryResult() for _ in self._homes]
        self._begun = self._finished = 0

    def have_content(self) -> bool:
        """Return whether any of the repositories has content."""
        return any(has_content(home.repository) for home in self._homes)

    def read(self) -> HistoryResult:
        """Return what all stores hold. A store that cannot be read at all becomes a gap."""
        with opened(_stamp(self._engine), enabled=self._cached) as cache:
            for at, home in enumerate(self._homes):
                self._begun = at + 1
                tips = read_tips(home.repository)
                try:
                    self._read(at, tips, cache)
                except GitError as error:
                    gap = Skipped(path=b"history", reason="unreadable", detail=str(error))
                    self._stores[at] = HistoryResult(skipped=[gap])
                self._own[at] = HistoryResult(*in_metadata_files(home.repository, refs_of(tips), self._engine))
                self._finished = at + 1
        return self._with_unopened(self._found())

    def so_far(self) -> HistoryResult:
        """Return what was found before ``read`` was interrupted or started, with a gap for the rest."""
        found = self._found()
        if self._finished < len(self._homes):
            found.skipped.append(Skipped(path=b"history", reason="interrupted", detail=self._rest(found.coverage)))
        return found

    def _with_unopened(self, found: HistoryResult) -> HistoryResult:
        """Add the commits of submodules that no store holds, and the counts of everything listed as unopened."""
        links = {oid: store.links[oid] for store in self._stores for oid in store.links}
        found.skipped += absent_submodules(links, [home.repository for home in self._homes])
        for home in self._homes:
            found.skipped += _unique(absent_stores(home.repository), home)
        found.coverage = msgspec.structs.replace(found.coverage, unopened=counted(found.skipped))
        found.skipped = shortened(found.skipped)
        return found

    def _rest(self, coverage: HistoryCoverage) -> str:
        """Return in words what was not read."""
        if not self._begun:
            return "nothing of it read"
        parts = []
        if self._begun > self._finished:
            whole = f"{coverage.unread:,} of {coverage.listed:,} objects not read"
            parts.append(whole if coverage.unread else "not looked at to the end")
        if self._begun < len(self._homes):
            parts.append(f"{len(self._homes) - self._begun} of {len(self._homes)} object stores not begun")
        return "; ".join(parts)

    def _found(self) -> HistoryResult:
        """Return the results of all stores together."""
        found = HistoryResult()
        for home, store, own in zip(self._homes, self._stores, self._own, strict=True):
            found.sightings += [_shown(one, home) for one in [*self._marked(home, store), *own.sightings]]
            found.skipped += _unique([*store.skipped, *own.skipped], home)
            found.coverage = found.coverage.plus(store.coverage)
            found.placeholders += store.placeholders
        return found

    def _marked(self, home: ScannedStore, store: HistoryResult) -> list[Sighting]:
        """Return the sightings of a store; those in blobs that this user's commit hook refused are marked."""
        loose = {trace.oid for one in store.sightings if (trace := one.occurrence.trace) and _is_loose(one.occurrence)}
        if self._now is None or not home.repository.top or not loose:
            return store.sightings
        from keyguard.cache.refused_blobs import recently_refused

        refused = recently_refused(home.repository.objects, loose, self._now)
        return [_as_refused(one) if _is_loose(one.occurrence, refused) else one for one in store.sightings]

    def _read(self, at: int, tips: Tips, cache: Cache) -> None:
        """Read one store, or take its result from the cache."""
        repository = self._homes[at].repository
        try:
            state = state_of(repository, tips, authors=self._authors) if self._cached else b""
        except OSError:
            state = b""
        known = recall(cache, state) if state else None
        if known is not None:
            self._stores[at] = known
            defer_values(repository, known.sightings, self._engine)
            return
        from keyguard.history.full_scan.survey import survey

        keep = partial(self._stores.__setitem__, at)
        survey(repository, tips, self._engine, self._jobs, cache, self._progress, authors=self._authors, keep=keep)
        defer_values(repository, self._stores[at].sightings, self._engine)
        if state:
            remember(cache, state, self._stores[at], self._engine)


def _stamp(engine: Engine) -> str:
    """Return the part of the cache key that stands for everything deciding what is found, including the key of
    fingerprints.
    """
    key = os.fsencode(os.environ.get("KEYGUARD_FINGERPRINT_KEY", ""))
    opened = container_stamp() if engine.opens else "closed"
    return f"{engine.stamp}-{opened}" + (digests.new("sha256", b"fingerprints" + key).hexdigest() if key else "")


def _is_loose(place: Occurrence, among: Collection[str] | None = None) -> bool:
    """Return whether a place is in a blob that nothing reaches; one of these ids, if they are given."""
    trace = place.trace
    if trace is None or trace.kind != "blob" or trace.reach != "dangling" or place.commit:
        return False
    return among is None or trace.oid in among


def _as_refused(one: Sighting) -> Sighting:
    place = one.occurrence
    trace = msgspec.structs.replace(place.trace, refused=True) if place.trace else None
    return msgspec.structs.replace(one, occurrence=msgspec.structs.replace(place, trace=trace))


def _shown(one: Sighting, home: ScannedStore) -> Sighting:
    """Return the sighting with its path relative to the repository that the user named."""
    place = one.occurrence
    kind = place.trace.kind if place.trace else ""
    prefix = home.own_prefix if kind == "file" or place.path.startswith(b".git/") else home.prefix
    if not prefix or kind not in (*_FILES, "file") or place.path.startswith(b"blob:"):
        return one
    return msgspec.structs.replace(one, occurrence=msgspec.structs.replace(place, path=prefix + place.path))


def _unique(skipped: Iterable[Skipped], home: ScannedStore) -> list[Skipped]:
    """Return each gap once: objects and whole histories unchanged, files with their prefix."""
    found: dict[Skipped, None] = {}
    for gap in skipped:
        if gap.path.startswith(b"object:") or gap.path == b"history":
            found[gap] = None
        else:
            found[msgspec.structs.replace(gap, path=home.own_prefix + gap.path)] = None
    return list(found)
