"""The lifetime of a key: its occurrences in files and in history."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from keyguard.hygiene.envfiles.names import holds_keys, is_for_tests
from keyguard.hygiene.keys.key_stages import sightings
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.stages.detect import detect_stage
from keyguard.hygiene.stages.stage import Stage
from keyguard.model.finding import Certainty, Environment, Occurrence, Severity, Sighting
from keyguard.support import dates

#: stages in which keys are made up
_MADE_UP = (Stage.TEST, Stage.EXAMPLE)
_SURE = (Certainty.CERTAIN, Certainty.LIKELY, Certainty.AMBIGUOUS)


class KeyLifetime(NamedTuple):
    """One key, with all its occurrences."""

    fingerprint: str
    here: list[tuple[bytes, Sighting]]
    """In files, ignored environment files too, sorted; paths are relative to the root of the project."""
    past: list[Sighting]
    """In history, as the scan of history found them."""

    @property
    def key(self) -> Sighting:
        """The occurrence with the most certain attribution; among equals, files come before HEAD and history."""
        seen = [*(one for _, one in self.here), *self.at_head, *self.past]
        return min(seen, key=lambda one: _SURE.index(one.attribution.certainty))

    @property
    def at_head(self) -> list[Sighting]:
        """The occurrences in history that HEAD still contains."""
        return [one for one in self.past if one.occurrence.trace and one.occurrence.trace.at_head]

    def paths(self, project: Project) -> set[bytes]:
        """Return the paths of all its occurrences, relative to the root of the project."""
        cut = project.display(b"")
        return {path for path, _ in self.here} | {one.occurrence.path.removeprefix(cut) for one in self.past}

    def first_seen(self) -> Occurrence | None:
        """Return its earliest occurrence in history that has a date; None if none has."""
        known = dates.sorted_dates(one.occurrence.author_date for one in self.past)
        found = (one.occurrence for one in self.past if known and one.occurrence.author_date == known[0])
        return next(found, None)


def key_lifetimes(project: Project) -> list[KeyLifetime]:
    """Return the lifetimes of all secret keys, sorted."""
    found: dict[str, KeyLifetime] = {}
    for path, keys in sightings(project).items():
        for one in keys:
            found.setdefault(one.fingerprint, KeyLifetime(one.fingerprint, [], [])).here.append((path, one))
    for one in project.past:
        found.setdefault(one.fingerprint, KeyLifetime(one.fingerprint, [], [])).past.append(one)
    return [life for _, life in sorted(found.items()) if is_secret(project, life.key)]


def ignored_files(project: Project) -> list[bytes]:
    """Return the environment files and the like that are not part of the project, sorted: keys belong there."""
    return sorted(one.path for one in project.local_files(holds_keys) if one.path not in project.files)


def is_secret(project: Project, key: Sighting) -> bool:
    """Return whether the key opens anything: publishable keys and keys that the vendor never issued do not."""
    bad = project.rules[key.attribution.rule].severity_of(key.environment)
    return bad > Severity.INFO and not key.malformed and key.environment is not Environment.PUBLISHABLE


def is_aside(project: Project, life: KeyLifetime) -> bool:
    """Return whether the key occurs only in tests and examples, where keys are made up, and is not marked live."""
    if life.key.environment is Environment.LIVE:
        return False
    return all(is_for_tests(path) or detect_stage(path, None, 0).stage in _MADE_UP for path in life.paths(project))


def last_change(project: Project, paths: Iterable[bytes]) -> int | None:
    """Return when the untracked file that is oldest was last changed, in seconds since the epoch; None without any."""
    found = []
    for path in paths:
        if not project.tracked(path):
            with suppress(OSError):
                found.append(int(os.lstat(os.path.join(project.root, path)).st_mtime))
    return min(found, default=None)
