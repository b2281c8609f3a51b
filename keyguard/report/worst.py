"""Which places to report where a format takes only so many: every key once before any key twice, the worst first."""

from __future__ import annotations

from keyguard.model.finding import Finding, Occurrence, Run, Severity, Where

Place = tuple[Finding, Occurrence]


def places(run: Run, least: Severity = Severity.INFO) -> list[Place]:
    """Every place of every finding at or above a severity, in the order of the run."""
    return [(finding, place) for finding in run.findings if finding.severity >= least for place in finding.occurrences]


def split(run: Run, limit: int, least: Severity = Severity.INFO) -> tuple[list[Place], list[Place]]:
    """The places that a report of so many takes, the worst first, and the others, each once."""
    every = places(run, least)
    ranked = sorted(every, key=_rank)
    return ranked[:limit], ranked[limit:]


def _rank(pair: Place) -> tuple[bool, bool, int]:
    """What was never said before what was, then what is in the files before history."""
    finding, place = pair
    again = place is not finding.occurrences[0]
    return again, again and place.where is Where.HISTORY, -finding.severity
