"""The life of a key: where it stands now, and where history has it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from keyguard.hygiene.envfiles.names import holds_keys, is_for_tests
from keyguard.hygiene.keys.places import sightings
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.stages.detect import detect_stage
from keyguard.hygiene.stages.stage import Stage
from keyguard.model.finding import Certainty, Environment, Occurrence, Severity, Sighting
from keyguard.support import dates

#: stages of places in which keys are made up
_MADE_UP = (Stage.TEST, Stage.EXAMPLE)
_SURE = (Certainty.CERTAIN, Certainty.LIKELY, Certainty.AMBIGUOUS)


class Life(NamedTuple):
    """One key, with all its places."""

    fingerprint: str
    here: list[tuple[bytes, Sighting]]
    """In files, ignored environment files too, sorted; paths are relative to the root of the project."""
    past: list[Sighting]
    """In history, as it came from there."""

    @property
    def key(self) -> Sighting:
        """It, at the place where it is surest whose it is; of those that are alike, at the nearest."""
        seen = [*(one for _, one in self.here), *self.at_head, *self.past]
        return min(seen, key=lambda one: _SURE.index(one.attribution.certainty))

    @property
    def at_head(self) -> list[Sighting]:
        """The places that HEAD still has."""
        return [one for one in self.past if one.occurrence.trace and one.occurrence.trace.at_head]

    def paths(self, project: Project) -> set[bytes]:
        """Of all its places, relative to the root of the project."""
        cut = project.display(b"")
        return {path for path, _ in self.here} | {one.occurrence.path.removeprefix(cut) for one in self.past}

    def first_seen(self) -> Occurrence | None:
        """The earliest of its places in history that has a date."""
        known = dates.sorted_dates(one.occurrence.author_date for one in self.past)
        found = (one.occurrence for one in self.past if known and one.occurrence.author_date == known[0])
        return next(found, None)


def lives(project: Project) -> list[Life]:
    """Every key that can be used by whoever has it, sorted."""
    found: dict[str, Life] = {}
    for path, keys in sightings(project).items():
        for one in keys:
            found.setdefault(one.fingerprint, Life(one.fingerprint, [], [])).here.append((path, one))
    for one in project.past:
        found.setdefault(one.fingerprint, Life(one.fingerprint, [], [])).past.append(one)
    return [life for _, life in sorted(found.items()) if is_secret(project, life.key)]


def ignored_files(project: Project) -> list[bytes]:
    """The environment files and their like that are no part of the project, sorted: keys belong there."""
    return sorted(one.path for one in project.local_files(holds_keys) if one.path not in project.files)


def is_secret(project: Project, key: Sighting) -> bool:
    """Whether it opens anything: not one that was made to be seen, nor one that the vendor never issued."""
    bad = project.rules[key.attribution.rule].severity_of(key.environment)
    return bad > Severity.INFO and not key.malformed and key.environment is not Environment.PUBLISHABLE


def is_aside(project: Project, life: Life) -> bool:
    """Whether it stands only among tests and examples, where keys are made up, and does not say that it is live."""
    if life.key.environment is Environment.LIVE:
        return False
    return all(is_for_tests(path) or detect_stage(path, None, 0).stage in _MADE_UP for path in life.paths(project))


def changed(project: Project, paths: Iterable[bytes]) -> int | None:
    """When the first of the files that git does not track was changed, in seconds since the epoch; None: it has all."""
    found = []
    for path in paths:
        if not project.tracked(path):
            with suppress(OSError):
                found.append(int(os.lstat(os.path.join(project.root, path)).st_mtime))
    return min(found, default=None)
