"""A second look at the files of a scan: the keys in what git ignores, and what the places of keys are for."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from keyguard.engine.compiled import Engine
from keyguard.hygiene.keys.lifetimes import ignored_files
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.services import service_of, services
from keyguard.hygiene.run import projects
from keyguard.hygiene.stages.detect import detect_stage
from keyguard.model.finding import Sighting, Where
from keyguard.sources.listing import Listing


class Census:
    """What was learnt of paths, as reports show them, while ``look`` went through them."""

    def __init__(self) -> None:
        self.stages: dict[bytes, set[str]] = {}
        """Path -> what the keys in that file are for: ``production``, ``development``, …"""
        self.packages: dict[bytes, bytes] = {}
        """Path -> the part of the repository that it belongs to, if there are several."""

    def look(self, listing: Listing, sightings: Sequence[Sighting], engine: Engine) -> list[Sighting]:
        """The keys in environment files that git ignores; ``sightings`` are those in all other files."""
        found: list[Sighting] = []
        for folders in projects(listing):
            project = Project(folders, sightings, (), engine)
            try:
                found += self._of(project)
            finally:
                project.close()
        return found

    def _of(self, project: Project) -> list[Sighting]:
        verdicts = project.ignored(ignored_files(project))
        ignored = [path for path, verdict in sorted(verdicts.items()) if verdict.ignored]
        found = [_moved(one) for path in ignored for one in project.inspect(path)]
        parts = services(project)
        for path, keys in (*project.keys.items(), *((path, project.inspect(path)) for path in ignored)):
            shown = project.display(path)
            self.packages[shown] = service_of(path, parts)
            for one in keys:
                stage = detect_stage(path, project.read(path), project.offset(path, one)).stage
                self.stages.setdefault(shown, set()).update([stage.value] if stage else [])
        return found


def _moved(one: Sighting) -> Sighting:
    """The same, where it is said that git ignores its file."""
    return msgspec.structs.replace(one, occurrence=msgspec.structs.replace(one.occurrence, where=Where.IGNORED))
