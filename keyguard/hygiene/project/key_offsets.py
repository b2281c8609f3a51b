"""The keys of a file by offset, computed once however many spans of the file are asked about."""

from __future__ import annotations

from bisect import bisect_left
from operator import itemgetter

from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Sighting


def keys_between(project: Project, path: bytes, start: int, end: int) -> list[tuple[int, Sighting]]:
    """Return the keys that begin in a half-open span of a file, each with its offset, in bytes and in order."""
    known, first = _known(project), itemgetter(0)
    if path not in known:
        keys = [(project.offset(path, one), one) for one in project.inspect(path)]
        known[path] = sorted(keys, key=first)
    keys = known[path]
    return keys[bisect_left(keys, start, key=first) : bisect_left(keys, end, key=first)]


@memoized
def _known(_: Project) -> dict[bytes, list[tuple[int, Sighting]]]:
    return {}
