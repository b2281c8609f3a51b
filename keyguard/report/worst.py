"""Which places to report where a format takes only so many: every key once before any key twice, the worst first."""

from __future__ import annotations

from keyguard.model import Finding, Occurrence, Run, Severity

Place = tuple[Finding, Occurrence]


def places(run: Run, least: Severity = Severity.INFO) -> list[Place]:
    """Every place of every finding at or above a severity, in the order of the run."""
    return [(finding, place) for finding in run.findings if finding.severity >= least for place in finding.occurrences]


def split(run: Run, limit: int, least: Severity = Severity.INFO) -> tuple[list[Place], list[Place]]:
    """The places that a report of so many takes, the worst first, and the others, each once."""
    every = places(run, least)
    ranked = sorted(every, key=lambda pair: (pair[1] is not pair[0].occurrences[0], -pair[0].severity))
    return ranked[:limit], ranked[limit:]
