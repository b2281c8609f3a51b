"""The rows of an inventory, computed from the findings of a scan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from keyguard.inventory.file_facts import FileFacts
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Environment, Finding, Occurrence, Run, Where
from keyguard.support import dates

#: where a key may be, from the nearest to the farthest
STANDINGS = ("files", "ignored", "head", "staged", "history", "local", "dangling")
_PRESENT = STANDINGS[:4]
_ENVIRONMENTS = (Environment.LIVE, Environment.UNKNOWN, Environment.TEST, Environment.PUBLISHABLE)
_LOCAL = ("stash", "worktree", "reflog")
#: kinds of occurrences in history that belong to a file
_FILES = ("blob", "name")


class Ended(msgspec.Struct, frozen=True):
    """What the records say of a key."""

    verdict: str = ""
    """``active``, ``inactive`` or ``revoked``."""
    day: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One key, without its secret."""

    id: str
    fingerprint: str
    rule: str
    title: str
    vendor: str
    vendor_name: str
    environment: str
    masked: str
    where: str
    """The nearest of ``STANDINGS`` at which the key is."""
    path: bytes
    """The path of its nearest place; ``line`` is the line there."""
    line: int
    places: int
    """The number of places; each commit that added the key to a path counts."""
    first_seen: str
    last_seen: str
    age_days: int | None
    last_rotated: str
    """When it replaced another key of the same kind; empty if history knows of none."""
    shared_files: tuple[bytes, ...] = ()
    """The other files that contain it now."""
    shared_packages: tuple[bytes, ...] = ()
    """The services of the repository that use it, if there are several."""
    shared_environments: tuple[str, ...] = ()
    """The stages of its places, if they are different."""
    known: Ended = Ended()


def rows(run: Run, census: FileFacts, records: Mapping[str, Ended]) -> list[Row]:
    """Return one row for each key that its vendor can have issued, in a deterministic order."""
    keys = [one for one in run.findings if one.kind == "key" and not one.malformed]
    ends = _ends(keys)
    found = [_row(one, run.now, census, ends, records.get(one.fingerprint, Ended())) for one in keys]
    return sorted(found, key=_order)


def standing(one: Occurrence) -> str:
    """Return which of ``STANDINGS`` a place has."""
    if one.where is not Where.HISTORY or one.trace is None:
        return {Where.IGNORED: "ignored", Where.INDEX: "staged"}.get(one.where, "files")
    if one.trace.at_head:
        return "head"
    if one.trace.kind == "file" or one.trace.reach in _LOCAL:
        return "local"
    return {"index": "staged", "dangling": "dangling"}.get(one.trace.reach, "history")


def _row(one: Finding, now: int | None, census: FileFacts, ends: _Ends, known: Ended) -> Row:
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

#: (path, vendor, environment) -> keys that were there, with the moments at which they were removed
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
    """Return the last date on which the key came to a path where it is now and from which another had been removed."""
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
