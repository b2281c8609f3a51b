"""Histories at work: every store that belongs to what was asked for, and git's own files beside it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from keyguard import digests, workers
from keyguard.cache import Cache, opened
from keyguard.engine.compiled import Engine
from keyguard.errors import GitError
from keyguard.git.repository import Repository
from keyguard.git.tips import Tips, read_tips
from keyguard.history.ownfiles import in_own_files
from keyguard.history.remembered import recall, refs_of, remember, state_of
from keyguard.history.scope import Home
from keyguard.history.surveyed import Surveyed
from keyguard.model import Sighting, Skipped

if TYPE_CHECKING:
    from keyguard.history.tasks import Progress

#: kinds of places with a path that is one of a file
_FILES = ("blob", "name")


def read_homes(
    homes: Iterable[Home],
    engine: Engine,
    jobs: int = 0,
    progress: Progress | None = None,
    *,
    authors: bool = False,
    cached: bool = False,
) -> Surveyed:
    """What all of these hold. One that cannot be read at all is a gap."""
    found, seen = Surveyed(), set[str]()
    with opened(_stamp(engine), enabled=cached and bool(engine.stamp)) as cache:
        for home in homes:
            if home.repository.objects in seen:
                continue
            seen.add(home.repository.objects)
            tips = read_tips(home.repository)
            try:
                part = _read(home.repository, tips, engine, jobs or workers.available_cpus(), progress, authors, cache)
            except GitError as error:
                part = Surveyed(skipped=[Skipped(path=b"history", reason="unreadable", detail=str(error))])
            sightings, skipped = in_own_files(home.repository, refs_of(tips), engine)
            found.sightings += [_shown(one, home) for one in [*part.sightings, *sightings]]
            found.skipped += _unique([*part.skipped, *skipped], home)
            found.coverage = found.coverage.plus(part.coverage)
            found.placeholders += part.placeholders
    return found


def _read(
    repository: Repository,
    tips: Tips,
    engine: Engine,
    jobs: int,
    progress: Progress | None,
    authors: bool,
    cache: Cache,
) -> Surveyed:
    """What is known of the history, or else what a survey of it finds."""
    try:
        state = state_of(repository, tips, authors=authors)
    except OSError:
        state = b""
    known = recall(cache, state) if state else None
    if known is not None:
        return known
    from keyguard.history.survey import survey

    found = survey(repository, tips, engine, jobs, cache, progress, authors=authors)
    if state:
        remember(cache, state, found, engine)
    return found


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
