"""Places of findings: the choice for formats that accept only so many, and paths from the top of the repository."""

from __future__ import annotations

from collections.abc import Sequence

from keyguard.model.finding import Finding, Occurrence, Run, Severity, Where

Place = tuple[Finding, Occurrence]


def places(run: Run, least: Severity = Severity.INFO) -> list[Place]:
    """Return every place of every finding at or above a severity, in the order of the run."""
    return [(finding, place) for finding in run.findings if finding.severity >= least for place in finding.occurrences]


def limit_places(every: Sequence[Place], limit: int) -> tuple[list[Place], list[Place]]:
    """Return the places that fit within a limit, and all others: every key once before any twice, the worst first."""
    ranked = sorted(every, key=_rank)
    return ranked[:limit], ranked[limit:]


def path_from_top(occurrence: Occurrence, run: Run) -> bytes:
    """Return the path of a place from the top of its repository; absolute paths stay as they are."""
    return below_top(occurrence.path, run) if occurrence.where is Where.TREE else occurrence.path


def file_from_top(occurrence: Occurrence, run: Run) -> bytes:
    """Return the same of the file of a place, which may be an archive that the place is in."""
    return below_top(occurrence.file, run) if occurrence.where is Where.TREE else occurrence.file


def below_top(path: bytes, run: Run) -> bytes:
    """Return the same of the path of a file, as reports show it."""
    return path if path.startswith(b"/") else run.prefix + path


def _rank(pair: Place) -> tuple[bool, bool, int]:
    """Return the sort key: first places before further ones, then places in files before those in history."""
    finding, place = pair
    again = place is not finding.occurrences[0]
    return again, again and place.where is Where.HISTORY, -finding.severity
