"""Turn hygiene violations into findings, and apply the user's suppressions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from keyguard.model.finding import (
    Attribution,
    Certainty,
    Environment,
    Finding,
    Occurrence,
    Severity,
    Sighting,
    Snippet,
    Suppressed,
    Where,
)
from keyguard.model.violation import Check, Spot, Violation
from keyguard.rules.loader import RuleSet
from keyguard.triage.findings import TriageResult
from keyguard.triage.policy import Policy

_NONE = Attribution(rule="", vendor="", certainty=Certainty.CERTAIN)


def fingerprint(violation: Violation) -> str:
    """Return 32 hex digits that identify a violation: independent of its line, as long as its subject is the same."""
    words = (violation.check, violation.subject, violation.key)
    path = violation.spots[0].path if violation.folder is None else violation.folder
    parts = (b"hygiene", path, *(word.encode("utf-8", "surrogateescape") for word in words))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


class Lookups:
    """What findings need besides the violations: the checks, the sighted keys, and their vendors."""

    def __init__(self, checks: Mapping[str, Check], sightings: Iterable[Sighting], ruleset: RuleSet) -> None:
        self.checks = checks
        self.vendors = ruleset.vendors
        self.rules = ruleset.by_id()
        self.keys: dict[str, Sighting] = {}
        for one in sightings:
            self.keys.setdefault(one.fingerprint, one)


def decide(violations: Iterable[Violation], facts: Lookups, policy: Policy, ids: Mapping[str, str]) -> TriageResult:
    """Return a finding for each violation; equal ones count once. ``ids`` has the short id of each fingerprint."""
    findings: dict[str, Finding] = {}
    suppressed: dict[str, Suppressed] = {}
    for one in violations:
        name = fingerprint(one)
        if policy.wants(one.check) and not (policy.inline and one.suppression):
            findings.setdefault(name, _finding(one, name, ids[name], facts, policy))
        else:
            suppressed.setdefault(name, _suppressed(one, name, ids[name], facts, policy))
    return TriageResult.of(findings.values(), suppressed.values())


def _finding(one: Violation, name: str, id: str, facts: Lookups, policy: Policy) -> Finding:
    check, key = facts.checks[one.check], facts.keys.get(one.key)
    whose = key.attribution if key else _NONE
    vendor = facts.vendors.get(whose.vendor)
    return Finding(
        id=id,
        fingerprint=name,
        kind="hygiene",
        rule=check.id,
        title=check.title,
        description=check.description,
        vendor=whose.vendor,
        vendor_name=vendor.name if vendor else "",
        certainty=whose.certainty,
        candidates=whose.candidates,
        because=one.because,
        environment=key.environment if key else Environment.UNKNOWN,
        severity=_severity(one, check, policy),
        confidence=one.confidence or check.confidence,
        masked=key.masked if key else "",
        malformed=False,
        message=one.message,
        key=one.key,
        guessable=key is not None and facts.rules[whose.rule].guessable,
        names=(key.name,) if key else (),
        key_rule=whose.rule,
        subject=one.subject,
        folder=one.folder,
        files=one.files,
        occurrences=tuple(map(_occurrence, one.spots)),
        remedy="\n".join((*one.steps, check.remedy)),
        rotation="",
        references=check.references,
    )


def _severity(one: Violation, check: Check, policy: Policy) -> Severity:
    level = policy.level_of(check.id)
    if level is not None:
        return level
    return Severity[check.severity.upper()] if one.severity is None else one.severity


def _suppressed(one: Violation, name: str, id: str, facts: Lookups, policy: Policy) -> Suppressed:
    by_rule = not policy.wants(one.check)
    found = None if by_rule else one.suppression
    return Suppressed(
        id=id,
        fingerprint=name,
        rule=one.check,
        severity=_severity(one, facts.checks[one.check], policy),
        occurrence=_occurrence(one.spots[0]),
        by="ignore" if by_rule else "inline",
        marker=found.marker if found else "",
        reason=found.reason if found else "",
    )


def _occurrence(spot: Spot) -> Occurrence:
    return Occurrence(
        path=spot.path,
        line=spot.line,
        column=spot.column,
        end_line=spot.end_line,
        end_column=spot.end_column,
        where=Where.HISTORY if spot.trace else Where.TREE,
        snippet=Snippet(text=spot.text, start=spot.start, end=spot.end),
        commit=spot.commit,
        author_date=spot.author_date,
        trace=spot.trace,
    )
