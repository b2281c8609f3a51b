"""Histories at work: every store that belongs to what was asked for, and git's own files beside it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from keyguard import workers
from keyguard.engine.compiled import Engine
from keyguard.errors import GitError
from keyguard.history.ownfiles import in_own_files
from keyguard.history.scope import Home
from keyguard.history.survey import Surveyed, survey
from keyguard.history.tasks import Progress
from keyguard.model import Sighting, Skipped

#: kinds of places with a path that is one of a file
_FILES = ("blob", "name")


def read_homes(
    homes: Iterable[Home], engine: Engine, jobs: int = 0, progress: Progress | None = None, *, authors: bool = False
) -> Surveyed:
    """What all of these hold. One that cannot be read at all is a gap."""
    found, seen = Surveyed(), set[str]()
    for home in homes:
        if home.repository.objects in seen:
            continue
        seen.add(home.repository.objects)
        try:
            part = survey(home.repository, engine, jobs or workers.available_cpus(), progress, authors=authors)
        except GitError as error:
            part = Surveyed(skipped=[Skipped(path=b"history", reason="unreadable", detail=str(error))])
        sightings, skipped = in_own_files(home.repository, part.refs, engine)
        found.sightings += [_shown(one, home) for one in [*part.sightings, *sightings]]
        found.skipped += _unique([*part.skipped, *skipped], home)
        found.coverage = found.coverage.plus(part.coverage)
        found.placeholders += part.placeholders
    return found


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
