"""What one store holds, or several: the end of a survey."""

from __future__ import annotations

import msgspec

from keyguard.model.finding import HistoryCoverage, Sighting, Skipped, Where


class Surveyed(msgspec.Struct, array_like=True):
    """No secret is in it, but for the names of refs and paths: see ``keyguard.inspection.filenames``."""

    sightings: list[Sighting] = []
    skipped: list[Skipped] = []
    coverage: HistoryCoverage = HistoryCoverage()
    placeholders: int = 0
    links: dict[str, bytes] = {}
    """Ids of commits of submodules that are not in this store, and a name under which each of them stands."""


def placed(sighting: Sighting, path: bytes, **changes: object) -> Sighting:
    """The same with its place in history."""
    occurrence = msgspec.structs.replace(sighting.occurrence, path=path, where=Where.HISTORY, **changes)
    return msgspec.structs.replace(sighting, occurrence=occurrence)
