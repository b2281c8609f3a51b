"""Keys with the stages that their places belong to: in the files of a project, and in environment files beside them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from keyguard.hygiene.envfiles.survey import survey
from keyguard.hygiene.keys.kubernetes import encoded
from keyguard.hygiene.keys.secrets import concerns
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.stages.detect import detect_stage
from keyguard.hygiene.stages.stage import StageJudgment
from keyguard.model.finding import Sighting

#: keys of one file that are looked at: what holds more is a list, and no configuration
_MOST = 200


class Placed(NamedTuple):
    """A secret key at one place."""

    path: bytes
    key: Sighting
    offset: int
    judgment: StageJudgment


def placed(project: Project) -> list[Placed]:
    """Every secret key, in order of path and place; what the vendor means to be seen is none."""
    return [one for path, keys in sightings(project).items() for one in islice(_in_file(project, path, keys), _MOST)]


def sightings(project: Project) -> dict[bytes, list[Sighting]]:
    """The keys in the files of a project by their paths, sorted: in clear and in base64, in ignored environment files
    as well. Keys in what is not part of the project are told only where no comment suppresses them.
    """
    inside = encoded(project)
    paths = {*project.keys, *inside, *(one.path for one in survey(project).here)}
    found = {}
    for path in sorted(paths):
        listed = path in project.files
        keys = [one for one in project.inspect(path) if listed or one.suppression is None]
        if keys or path in inside:
            found[path] = [*keys, *inside.get(path, ())]
    return found


def _in_file(project: Project, path: bytes, keys: list[Sighting]) -> Iterator[Placed]:
    content = project.read(path)
    for key in keys:
        if key.suppression is None and concerns(project, path, key):
            at = project.offset(path, key)
            yield Placed(path, key, at, detect_stage(path, content, at))
