"""Histories at work: every store that belongs to what was asked for, and git's own files beside it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from keyguard.cache.cache import Cache, opened
from keyguard.engine.compiled import Engine
from keyguard.engine.containers import counted
from keyguard.git.emptiness import has_content
from keyguard.git.refs.tips import Tips, read_tips
from keyguard.history.memory.histories import recall, refs_of, remember, state_of, values_later
from keyguard.history.outcome import Surveyed
from keyguard.history.scope import Home
from keyguard.history.unopened import absent_submodules, shortened
from keyguard.history.whole.own_files import in_own_files
from keyguard.inspection import workers
from keyguard.model.finding import HistoryCoverage, Sighting, Skipped
from keyguard.support import digests
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.support.progress import Progress

#: kinds of places with a path that is one of a file
_FILES = ("blob", "name")


class Histories:
    """The stores of these homes, read one after the other."""

    def __init__(
        self,
        homes: Iterable[Home],
        engine: Engine,
        jobs: int = 0,
        progress: Progress | None = None,
        *,
        authors: bool = False,
        cached: bool = False,
    ) -> None:
        found: dict[str, Home] = {}
        for home in homes:
            found.setdefault(home.repository.objects, home)
        self._homes = list(found.values())
        self._engine = engine
        self._jobs = jobs or workers.available_cpus()
        self._progress = progress
        self._authors = authors
        self._cached = cached and bool(engine.stamp)
        self._stores = [Surveyed() for _ in self._homes]
        #: what stands in git's own files
        self._own = [Surveyed() for _ in self._homes]
        self._begun = self._finished = 0

    def have_content(self) -> bool:
        """Whether there is anything in one of them."""
        return any(has_content(home.repository) for home in self._homes)

    def read(self) -> Surveyed:
        """What all of these hold. One that cannot be read at all is a gap."""
        with opened(_stamp(self._engine), enabled=self._cached) as cache:
            for at, home in enumerate(self._homes):
                self._begun = at + 1
                tips = read_tips(home.repository)
                try:
                    self._read(at, tips, cache)
                except GitError as error:
                    gap = Skipped(path=b"history", reason="unreadable", detail=str(error))
                    self._stores[at] = Surveyed(skipped=[gap])
                self._own[at] = Surveyed(*in_own_files(home.repository, refs_of(tips), self._engine))
                self._finished = at + 1
        return self._with_unopened(self._found())

    def so_far(self) -> Surveyed:
        """What had been found when ``read`` was interrupted, or before it began, with a gap for the rest."""
        found = self._found()
        if self._finished < len(self._homes):
            found.skipped.append(Skipped(path=b"history", reason="interrupted", detail=self._rest(found.coverage)))
        return found

    def _with_unopened(self, found: Surveyed) -> Surveyed:
        """With the commits of submodules that no store here holds, and an account of all that is listed so."""
        links = {oid: store.links[oid] for store in self._stores for oid in store.links}
        found.skipped += absent_submodules(links, [home.repository for home in self._homes])
        found.coverage = msgspec.structs.replace(found.coverage, unopened=counted(found.skipped))
        found.skipped = shortened(found.skipped)
        return found

    def _rest(self, coverage: HistoryCoverage) -> str:
        """What was not read, in words."""
        if not self._begun:
            return "nothing of it read"
        parts = []
        if self._begun > self._finished:
            whole = f"{coverage.unread:,} of {coverage.listed:,} objects not read"
            parts.append(whole if coverage.unread else "not looked at to the end")
        if self._begun < len(self._homes):
            parts.append(f"{len(self._homes) - self._begun} of {len(self._homes)} object stores not begun")
        return "; ".join(parts)

    def _found(self) -> Surveyed:
        found = Surveyed()
        for home, store, own in zip(self._homes, self._stores, self._own, strict=True):
            found.sightings += [_shown(one, home) for one in [*store.sightings, *own.sightings]]
            found.skipped += _unique([*store.skipped, *own.skipped], home)
            found.coverage = found.coverage.plus(store.coverage)
            found.placeholders += store.placeholders
        return found

    def _read(self, at: int, tips: Tips, cache: Cache) -> None:
        """What is known of the history, or else what a survey of it finds."""
        repository = self._homes[at].repository
        try:
            state = state_of(repository, tips, authors=self._authors) if self._cached else b""
        except OSError:
            state = b""
        known = recall(cache, state) if state else None
        if known is not None:
            self._stores[at] = known
            values_later(repository, known.sightings, self._engine)
            return
        from keyguard.history.whole.survey import survey

        keep = partial(self._stores.__setitem__, at)
        survey(repository, tips, self._engine, self._jobs, cache, self._progress, authors=self._authors, keep=keep)
        values_later(repository, self._stores[at].sightings, self._engine)
        if state:
            remember(cache, state, self._stores[at], self._engine)


def _stamp(engine: Engine) -> str:
    """Of everything that decides what is found; fingerprints depend on their key."""
    key = os.fsencode(os.environ.get("KEYGUARD_FINGERPRINT_KEY", ""))
    return engine.stamp + (digests.new("sha256", b"fingerprints" + key).hexdigest() if key else "")


def _shown(one: Sighting, home: Home) -> Sighting:
    """With the path as it is seen from the repository that was asked for."""
    place = one.occurrence
    kind = place.trace.kind if place.trace else ""
    prefix = home.own_prefix if kind == "file" or place.path.startswith(b".git/") else home.prefix
    if not prefix or kind not in (*_FILES, "file") or place.path.startswith(b"blob:"):
        return one
    return msgspec.structs.replace(one, occurrence=msgspec.structs.replace(place, path=prefix + place.path))


def _unique(skipped: Iterable[Skipped], home: Home) -> list[Skipped]:
    """Each gap once, objects and whole histories as they are, files with their prefix."""
    found: dict[Skipped, None] = {}
    for gap in skipped:
        if gap.path.startswith(b"object:") or gap.path == b"history":
            found[gap] = None
        else:
            found[msgspec.structs.replace(gap, path=home.own_prefix + gap.path)] = None
    return list(found)
