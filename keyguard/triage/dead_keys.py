"""Keys that no longer work are less severe: low while they are in the files, informational once they are gone.

What counts is the record of the project, which its own configuration holds, and so lowers only what is gone; and the
word of the vendor that issued the key for certain, from a request whose answers are documented or in source code and
that can go to no other server than the vendor's.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from keyguard.config.rotation import Rotation
from keyguard.model.finding import Certainty, Finding, Occurrence, Rule, Severity, Where
from keyguard.model.verdict import State
from keyguard.triage.findings import TriageResult


def lower_dead(result: TriageResult, rotation: Rotation, rules: Mapping[str, Rule]) -> TriageResult:
    """Return the findings with the severity of keys lowered that a record or the user's journal calls dead."""
    if not (rotation.revoked or rotation.dead):
        return result
    return TriageResult.of([_lowered(one, rotation, rules.get(one.rule)) for one in result.findings], result.suppressed)


def lower_by_verdict(finding: Finding, rules: Mapping[str, Rule], day: str) -> Finding:
    """Return a finding whose vendor was asked, less severe if it called the key inactive; ``day`` is ISO 8601.

    A key that its vendor accepts is no sample, whatever its path says.
    """
    if finding.lowered and finding.verdict is not None and finding.verdict.state is State.ACTIVE:
        severity = rules[finding.rule].severity_of(finding.environment)
        return msgspec.structs.replace(finding, severity=severity, lowered=())
    inactive = finding.verdict is not None and finding.verdict.state is State.INACTIVE
    if not inactive or not _is_provable(finding, rules.get(finding.rule)):
        return finding
    return _ended(finding, f"inactive {day}", Severity.INFO if is_gone(finding) else Severity.LOW)


def is_gone(finding: Finding) -> bool:
    """Return whether the key is neither in the files, nor staged, nor in what is checked out."""
    return not any(map(_is_there, finding.occurrences))


def _lowered(finding: Finding, rotation: Rotation, rule: Rule | None) -> Finding:
    if finding.kind != "key":
        return finding
    said = rotation.dead.get(finding.fingerprint, {})
    if finding.vendor in said and _is_provable(finding, rule):
        return _ended(finding, f"inactive {said[finding.vendor]}", Severity.INFO if is_gone(finding) else Severity.LOW)
    if any(finding.fingerprint.startswith(name) for name in rotation.revoked):
        severity = Severity.INFO if is_gone(finding) else finding.severity
        return _ended(finding, f"revoked {rotation.revoked_on(finding.fingerprint)}", severity)
    return finding


def _ended(finding: Finding, ended: str, severity: Severity) -> Finding:
    return msgspec.structs.replace(finding, ended=ended.strip(), severity=min(finding.severity, severity))


def _is_provable(finding: Finding, rule: Rule | None) -> bool:
    """Return whether an inactive answer proves that the key is dead: see the docstring of the module."""
    request = rule.verify if rule else None
    if request is None or finding.certainty is not Certainty.CERTAIN:
        return False
    return request.evidence != "memory" and not request.hosted and not request.self_hosted


def _is_there(place: Occurrence) -> bool:
    if place.where is not Where.HISTORY:
        return True
    trace = place.trace
    return trace is not None and (trace.at_head or trace.kind == "file" or trace.reach in ("index", "worktree"))
