"""From the findings of a scan to the rows of an inventory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from keyguard.inventory.census import Census
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Environment, Finding, Occurrence, Run, Where
from keyguard.support import dates

#: from the nearest to the farthest: what a key stands in, at best
STANDINGS = ("files", "ignored", "head", "staged", "history", "local", "dangling")
_PRESENT = STANDINGS[:4]
_ENVIRONMENTS = (Environment.LIVE, Environment.UNKNOWN, Environment.TEST, Environment.PUBLISHABLE)
_LOCAL = ("stash", "worktree", "reflog")
#: kinds of places in history that are one of a file
_FILES = ("blob", "name")


class Ended(msgspec.Struct, frozen=True):
    """What is on record about a key."""

    verdict: str = ""
    """``active``, ``inactive`` or ``revoked``."""
    day: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One key. No secret is in it."""

    id: str
    fingerprint: str
    rule: str
    title: str
    vendor: str
    vendor_name: str
    environment: str
    masked: str
    where: str
    """The nearest of ``STANDINGS`` at which it is."""
    path: bytes
    """Its nearest place, and the line there."""
    line: int
    places: int
    """How many there are, each commit that brought it to a path counted."""
    first_seen: str
    last_seen: str
    age_days: int | None
    last_rotated: str
    """When it took the place of another key of the same kind; empty if it never did, as far as history knows."""
    shared_files: tuple[bytes, ...] = ()
    """The other files that it stands in now."""
    shared_packages: tuple[bytes, ...] = ()
    """The parts of the repository that use it, if there are several."""
    shared_environments: tuple[str, ...] = ()
    """What its places are for, if that is more than one thing."""
    known: Ended = Ended()


def rows(run: Run, census: Census, records: Mapping[str, Ended]) -> list[Row]:
    """One row for each key that its vendor can have issued, in an order that is the same every time."""
    keys = [one for one in run.findings if one.kind == "key" and not one.malformed]
    ends = _ends(keys)
    found = [_row(one, run.now, census, ends, records.get(one.fingerprint, Ended())) for one in keys]
    return sorted(found, key=_order)


def standing(one: Occurrence) -> str:
    """Which of ``STANDINGS`` a place is."""
    if one.where is not Where.HISTORY or one.trace is None:
        return {Where.IGNORED: "ignored", Where.INDEX: "staged"}.get(one.where, "files")
    if one.trace.at_head:
        return "head"
    if one.trace.kind == "file" or one.trace.reach in _LOCAL:
        return "local"
    return {"index": "staged", "dangling": "dangling"}.get(one.trace.reach, "history")


def _row(one: Finding, now: int | None, census: Census, ends: _Ends, known: Ended) -> Row:
    nearest = min(one.occurrences, key=lambda place: STANDINGS.index(standing(place)))
    present = [place for place in one.occurrences if standing(place) in _PRESENT]
    paths = list(dict.fromkeys(place.path for place in present))
    actual = [name for path in paths for name in KNOWN.actual_paths(path)]
    packages = sorted({census.packages.get(path, b"") for path in actual})
    stages = sorted({stage for path in actual for stage in census.stages.get(path, ())})
    return Row(
        id=one.id,
        fingerprint=one.fingerprint,
        rule=one.rule,
        title=one.title,
        vendor=one.vendor,
        vendor_name=one.vendor_name,
        environment=one.environment.value,
        masked=one.masked,
        where=standing(nearest),
        path=nearest.path,
        line=nearest.line,
        places=len(one.occurrences),
        first_seen=one.first_seen,
        last_seen=one.last_seen,
        age_days=dates.age(one.first_seen, now),
        last_rotated=_rotated(one, paths, ends),
        shared_files=tuple(sorted(path for path in paths if path != nearest.path)),
        shared_packages=tuple(packages) if len(packages) > 1 else (),
        shared_environments=tuple(stages) if len(stages) > 1 else (),
        known=known,
    )


def _order(row: Row) -> tuple[object, ...]:
    environment = _ENVIRONMENTS.index(Environment(row.environment))
    return (row.vendor_name.lower(), environment, STANDINGS.index(row.where), row.path, row.line, row.fingerprint)


# --- rotation ---------------------------------------------------------------------------------------------------------

#: a path, a vendor and an environment -> keys that were there, with the moments at which they were taken away
_Ends = Mapping[tuple[bytes, str, Environment], Sequence[tuple[str, int]]]


def _ends(keys: Iterable[Finding]) -> _Ends:
    found: dict[tuple[bytes, str, Environment], list[tuple[str, int]]] = defaultdict(list)
    for one in keys:
        for place in one.occurrences:
            gone = dates.instant(place.trace.removed_date) if place.trace and place.trace.kind in _FILES else None
            if gone is not None:
                found[place.path, one.vendor, one.environment].append((one.fingerprint, gone))
    return found


def _rotated(one: Finding, present: Iterable[bytes], ends: _Ends) -> str:
    """The last day on which it came to a place where it is now, and from which another had gone by then."""
    days = []
    for path in present:
        came = dates.sorted_dates(
            place.author_date
            for place in one.occurrences
            if place.path == path and place.trace and place.trace.kind in _FILES
        )
        others = [end for key, end in ends.get((path, one.vendor, one.environment), ()) if key != one.fingerprint]
        if came and any(end <= (dates.instant(came[0]) or 0) for end in others):
            days.append(came[0])
    return next(reversed(dates.sorted_dates(days)), "")
