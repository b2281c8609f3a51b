"""A key that only a refused commit has left behind is information: ``git gc --prune=now`` removes it."""

from __future__ import annotations

import msgspec

from keyguard.model.finding import Finding, Severity
from keyguard.triage.findings import TriageResult


def lower_refused(result: TriageResult) -> TriageResult:
    """Return the findings with the severity of keys lowered whose every place is a blob that a commit hook refused."""
    if not any(map(is_refused, result.findings)):
        return result
    findings = [
        msgspec.structs.replace(one, severity=min(one.severity, Severity.INFO)) if is_refused(one) else one
        for one in result.findings
    ]
    return TriageResult.of(findings, result.suppressed)


def is_refused(finding: Finding) -> bool:
    """Return whether git holds the key only in blobs that this user's own commit hook refused."""
    return not finding.more and all(one.trace is not None and one.trace.refused for one in finding.occurrences)
