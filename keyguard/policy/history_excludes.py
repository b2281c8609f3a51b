"""Apply exclude patterns to findings in history; each excluded file is listed once."""

from __future__ import annotations

from collections.abc import Collection

from keyguard.history.result import HistoryResult
from keyguard.model.finding import Sighting, Skipped
from keyguard.sources.excludes import Exclude, Excluded

#: kinds of traces whose path is the path of a file
_FILES = ("blob", "name")


def apply_excludes(
    found: HistoryResult, excludes: tuple[Exclude, ...], top: bytes, known: Collection[Skipped] = ()
) -> None:
    """Remove the sightings in excluded files below ``top``, the folder of the repository.

    Each such file is listed as skipped, unless it is among those that are ``known`` to be.
    """
    out = Excluded(excludes)
    if not out:
        return
    verdicts: dict[bytes, bool] = {}
    members: dict[bytes, bytes] = {}
    kept: list[Sighting] = []
    for one in found.sightings:
        path, trace = one.occurrence.path, one.occurrence.trace
        if path not in verdicts:
            members[path] = one.occurrence.member
            verdicts[path] = trace is not None and trace.kind in _FILES and out.covers(top, path)
        if not verdicts[path]:
            kept.append(one)
    found.sightings = kept
    skipped = [
        Skipped(path=path, reason="excluded", gap=False, member=members[path])
        for path, is_out in verdicts.items()
        if is_out
    ]
    found.skipped += [one for one in (*skipped, *out.refused()) if one not in known]
