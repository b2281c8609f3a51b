"""The secret keys in the files of a project, each with the deployment stage of its place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from keyguard.hygiene.envfiles.survey import survey
from keyguard.hygiene.keys.kubernetes_secrets import encoded
from keyguard.hygiene.keys.secret_keys import is_reported
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.stages.detect import detect_stage
from keyguard.hygiene.stages.stage import StageJudgment
from keyguard.model.finding import Sighting

#: keys of one file that are looked at: a file with more is a list, not a configuration
_MOST = 200


class StagedKey(NamedTuple):
    """A secret key at one place."""

    path: bytes
    key: Sighting
    offset: int
    judgment: StageJudgment


def staged_keys(project: Project) -> list[StagedKey]:
    """Return every secret key, ordered by path and place; publishable keys are left out."""
    return [one for path, keys in sightings(project).items() for one in islice(_in_file(project, path, keys), _MOST)]


def sightings(project: Project) -> dict[bytes, list[Sighting]]:
    """Return the keys in the files of a project by path, sorted, in clear text and base64, in ignored files too.

    In files that are not part of the project, keys that a comment suppresses are left out.
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


def _in_file(project: Project, path: bytes, keys: list[Sighting]) -> Iterator[StagedKey]:
    content = project.read(path)
    for key in keys:
        if key.suppression is None and is_reported(project, path, key):
            at = project.offset(path, key)
            yield StagedKey(path, key, at, detect_stage(path, content, at))
