"""The keys of a file by their offsets: found once, however many stretches of the file are asked about."""

from __future__ import annotations

from bisect import bisect_left
from operator import itemgetter

from keyguard.hygiene.project.once import once
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Sighting


def between(project: Project, path: bytes, start: int, end: int) -> list[tuple[int, Sighting]]:
    """The keys that begin in a stretch of a file, in bytes, half open, each with its offset, in order."""
    known, first = _known(project), itemgetter(0)
    if path not in known:
        keys = [(project.offset(path, one), one) for one in project.inspect(path)]
        known[path] = sorted(keys, key=first)
    keys = known[path]
    return keys[bisect_left(keys, start, key=first) : bisect_left(keys, end, key=first)]


@once
def _known(_: Project) -> dict[bytes, list[tuple[int, Sighting]]]:
    return {}
