"""The result of reading the history of one object store, or of several."""

from __future__ import annotations

import msgspec

from keyguard.model.finding import SEPARATOR, HistoryCoverage, Sighting, Skipped, Where


class HistoryResult(msgspec.Struct, array_like=True):
    """Sightings, gaps and coverage.

    No secret value is in it, except in the names of refs and paths: see ``keyguard.inspection.filenames``.
    """

    sightings: list[Sighting] = []
    skipped: list[Skipped] = []
    coverage: HistoryCoverage = HistoryCoverage()
    placeholders: int = 0
    links: dict[str, bytes] = {}
    """Id of a commit of a submodule that is not in this store -> a name under which it is linked."""


def with_place(sighting: Sighting, path: bytes, **changes: object) -> Sighting:
    """Return the sighting with its path and other fields of its occurrence in history."""
    member = sighting.occurrence.member
    shown = path + SEPARATOR + member if member else path
    occurrence = msgspec.structs.replace(sighting.occurrence, path=shown, where=Where.HISTORY, **changes)
    return msgspec.structs.replace(sighting, occurrence=occurrence)
