"""A second pass over the files of a scan: keys in ignored files, and the stage and service of each place."""

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


class FileFacts:
    """What ``look`` learned of files, by their paths as reports show them."""

    def __init__(self) -> None:
        self.stages: dict[bytes, set[str]] = {}
        """Path -> the stages of the keys in that file: ``production``, ``development``, …"""
        self.packages: dict[bytes, bytes] = {}
        """Path -> the service of the repository that it belongs to, if there are several."""

    def look(self, listing: Listing, sightings: Sequence[Sighting], engine: Engine) -> list[Sighting]:
        """Return the keys in environment files that git ignores; ``sightings`` are those in all other files."""
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
    """Return the same, marked as in an ignored file."""
    return msgspec.structs.replace(one, occurrence=msgspec.structs.replace(one.occurrence, where=Where.IGNORED))
