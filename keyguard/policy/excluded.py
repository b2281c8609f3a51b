"""What patterns leave out of history and of ranges: the sightings in excluded files, each file listed once."""

from __future__ import annotations

from collections.abc import Collection

from keyguard.history.result import HistoryResult
from keyguard.model.finding import Sighting, Skipped
from keyguard.sources.excludes import Exclude, left_out

#: kinds of places whose path is that of a file
_FILES = ("blob", "name")


def leave_out(found: HistoryResult, excludes: tuple[Exclude, ...], top: bytes, known: Collection[Skipped] = ()) -> None:
    """Take out the sightings in files below ``top``, the repository's folder, that are excluded.

    Each such file is listed as skipped, unless it is among those that are ``known`` to be.
    """
    is_out = left_out(excludes)
    if is_out is None:
        return
    verdicts: dict[bytes, bool] = {}
    kept: list[Sighting] = []
    for one in found.sightings:
        path, trace = one.occurrence.path, one.occurrence.trace
        if path not in verdicts:
            verdicts[path] = trace is not None and trace.kind in _FILES and is_out(top, path)
        if not verdicts[path]:
            kept.append(one)
    found.sightings = kept
    told = [Skipped(path=path, reason="excluded", gap=False) for path, out in verdicts.items() if out]
    found.skipped += [one for one in told if one not in known]
