"""A long range, told from a survey of everything: to read each of very many commits alone takes longer."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable

from keyguard.git.layout.repository import Repository
from keyguard.model.finding import Sighting, Trace

#: nanoseconds that one commit of a range takes, and one byte of a pack in a survey; and what a survey takes at least
_COMMIT = 1_000_000
_BYTE = 20
_LEAST = 1_500_000_000

_NOTHING = Trace(kind="")


def is_worth_it(repository: Repository, commits: int) -> bool:
    """Whether a survey of all that there is takes less time than so many commits one by one."""
    if commits * _COMMIT < _LEAST:
        return False
    try:
        with os.scandir(os.path.join(repository.objects, "pack")) as found:
            size = sum(entry.stat(follow_symlinks=False).st_size for entry in found if entry.name.endswith(".pack"))
    except OSError:
        size = 0
    return commits * _COMMIT > _LEAST + size * _BYTE


def excerpt(sightings: Iterable[Sighting], commits: Collection[str], tags: Collection[str]) -> list[Sighting]:
    """What these commits brought and these tags hold, but for old keys that a commit only moved to another path."""
    found, moves = list[Sighting](), set[tuple[str, str]]()
    for one in sightings:
        trace = one.occurrence.trace or _NOTHING
        # a commit that is too odd to have a place among the others is told by its own id
        own = {"commit": commits, "tag": tags}.get(trace.kind, ())
        if one.occurrence.commit in commits or trace.oid in own:
            found.append(one)
        elif trace.kind == "blob" and trace.removed:
            moves.add((one.fingerprint, trace.removed))
    return [one for one in found if _kind(one) != "blob" or (one.fingerprint, one.occurrence.commit) not in moves]


def _kind(one: Sighting) -> str:
    return (one.occurrence.trace or _NOTHING).kind
