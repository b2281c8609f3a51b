"""Read a long range by scanning the whole store and selecting from the result: for many commits that takes less
time.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable

from keyguard.git.layout.repository import Repository
from keyguard.model.finding import Sighting, Trace

#: nanoseconds: for one commit of a range, for one byte of a pack in a full scan, and at least for a full scan
_COMMIT = 1_000_000
_BYTE = 20
_LEAST = 1_500_000_000

_NOTHING = Trace(kind="")


def is_survey_faster(repository: Repository, commits: int) -> bool:
    """Return whether scanning the whole store takes less time than reading this number of commits one by one."""
    if commits * _COMMIT < _LEAST:
        return False
    try:
        with os.scandir(os.path.join(repository.objects, "pack")) as found:
            size = sum(entry.stat(follow_symlinks=False).st_size for entry in found if entry.name.endswith(".pack"))
    except OSError:
        size = 0
    return commits * _COMMIT > _LEAST + size * _BYTE


def select_range(sightings: Iterable[Sighting], commits: Collection[str], tags: Collection[str]) -> list[Sighting]:
    """Return what these commits introduced and what these tags contain, without keys that a commit only moved to
    another path.
    """
    found, moves = list[Sighting](), set[tuple[str, str]]()
    for one in sightings:
        trace = one.occurrence.trace or _NOTHING
        # a malformed commit has no place in the graph, so it is recognized by its own id
        own = {"commit": commits, "tag": tags}.get(trace.kind, ())
        if one.occurrence.commit in commits or trace.oid in own:
            found.append(one)
        elif trace.kind == "blob" and trace.removed:
            moves.add((one.fingerprint, trace.removed))
    return [one for one in found if _kind(one) != "blob" or (one.fingerprint, one.occurrence.commit) not in moves]


def _kind(one: Sighting) -> str:
    return (one.occurrence.trace or _NOTHING).kind
