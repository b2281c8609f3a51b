"""The JSON objects of the formats ``json`` and ``jsonl``, as docs/json.md describes them, and their encoding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Finding, Occurrence, Run, Severity, Skipped, Suppressed, Trace, Verdict, Where
from keyguard.report.blocks import related_ids
from keyguard.report.summary import gaps, is_incomplete
from keyguard.support.dates import age
from keyguard.support.sanitize import visible_json

#: changes when a name is removed or changes its meaning; names may be added without
SCHEMA = "keyguard/1"

Object = dict[str, Any]

#: names of identifiers, in which no value is masked
_IDS = {"id", "fingerprint", "key", "object", "commit", "removed_in", "removedIn", "line_hash", "schema", "$schema"}
_IDS |= {"version", "semanticVersion", "keyguard/v1", "primaryLocationLineHash"}


def finding_objects(run: Run) -> Iterator[Object]:
    """Yield every finding, with the ids of the others about the same key."""
    related = related_ids(run.findings)
    for finding in run.findings:
        yield {**finding_object(finding, run.now, related[finding.fingerprint]), "fails": run.fails(finding)}


def finding_object(finding: Finding, now: int | None, related: Sequence[str] = ()) -> Object:
    """Return one finding with all its places; its age is counted up to ``now``."""
    return {
        "id": finding.id,
        "kind": finding.kind,
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "title": finding.title,
        "description": finding.description,
        "vendor": finding.vendor,
        "vendor_name": finding.vendor_name,
        "certainty": finding.certainty.value if finding.vendor else "",
        "candidates": list(finding.candidates),
        "because": list(finding.because),
        "environment": finding.environment.value,
        "severity": finding.severity.label,
        "confidence": finding.confidence.value,
        "masked": finding.masked,
        "malformed": finding.malformed,
        "also": list(finding.also),
        "message": finding.message,
        "key": finding.key,
        "related": list(related),
        "occurrences": [occurrence_object(occurrence) for occurrence in finding.occurrences],
        "places": len(finding.occurrences) + finding.more,
        "first_seen": finding.first_seen,
        "last_seen": finding.last_seen,
        "age_days": age(finding.first_seen, now),
        "remedy": finding.remedy,
        "rotation": finding.rotation,
        "references": list(finding.references),
        "verdict": None if finding.verdict is None else _verdict_object(finding.verdict),
        "allowed_by_change": list(finding.allowed_by_change),
        "accepted_until": finding.accepted_until,
        "ended": finding.ended,
        "lowered": list(finding.lowered),
    }


def _verdict_object(verdict: Verdict) -> Object:
    return {"state": verdict.state.value, "reason": verdict.reason, "host": verdict.host, "status": verdict.status}


def occurrence_object(occurrence: Occurrence) -> Object:
    """Return one place."""
    snippet = occurrence.snippet
    return {
        **path_names(occurrence.path),
        **({"container": path_names(occurrence.file)["path"]} if occurrence.member else {}),
        "line": occurrence.line,
        "column": occurrence.column,
        "end_line": occurrence.end_line,
        "end_column": occurrence.end_column,
        "where": occurrence.where.value,
        **({"written": occurrence.way} if occurrence.way else {}),
        **_history_names(occurrence),
        "snippet": {"text": snippet.text, "start": snippet.start, "end": snippet.end},
        "line_hash": occurrence.line_hash,
    }


def skipped_object(skipped: Skipped) -> Object:
    """Return something that was not read."""
    return {
        **path_names(skipped.path),
        "reason": skipped.reason,
        "detail": skipped.detail,
        "gap": skipped.gap,
        **({"container": path_names(skipped.file)["path"]} if skipped.member else {}),
        **({"digest": f"sha256:{skipped.digest}"} if skipped.digest else {}),
    }


def coverage_object(run: Run) -> Object:
    """Return what the scan covered."""
    coverage = run.coverage
    return {
        "scope": coverage.scope,
        "listed": coverage.listed,
        "read": coverage.read,
        "skipped": coverage.skipped,
        "bytes": coverage.bytes,
        "rules": coverage.rules,
        "added": [{"pack": pack, "rules": rules} for pack, rules in coverage.added],
        "checks": coverage.checks,
        "engine": coverage.engine,
        "complete": not is_incomplete(run),
        "unopened": coverage.unopened,
        "history": None if coverage.history is None else msgspec.structs.asdict(coverage.history),
    }


def configuration_object(run: Run) -> Object:
    """Return which configuration applied."""
    found = run.configuration
    return {
        "source": found.source,
        "path": found.path,
        "ref": found.ref,
        "commit": found.commit,
        "changed": list(found.changed),
        "note": found.note,
    }


def summary_object(run: Run) -> Object:
    """Return the counts, what was suppressed, and the version."""
    severities = {severity.label: 0 for severity in sorted(Severity, reverse=True)}
    for finding in run.findings:
        severities[finding.severity.label] += 1
    return {
        "version": run.version,
        "complete": not is_incomplete(run),
        "gaps": len(gaps(run)),
        "allow_incomplete": run.allow_incomplete,
        "findings": len(run.findings),
        "occurrences": sum(len(finding.occurrences) + finding.more for finding in run.findings),
        "severities": severities,
        "fail_on": run.fail_on.label,
        "confidence": run.confidence.value,
        "failing": run.failing,
        "placeholders": run.placeholders,
        "accepted_unused": run.unused,
        "suppressed": [_suppressed_object(suppressed) for suppressed in run.suppressed],
    }


def path_names(path: bytes) -> Object:
    """Return ``path`` as text; if it is not UTF-8, its other bytes as ``\\xNN`` and the whole path in base64."""
    try:
        return {"path": path.decode()}
    except UnicodeDecodeError:
        from base64 import b64encode

        return {"path": path.decode("utf-8", "backslashreplace"), "path_base64": b64encode(path).decode()}


def to_json(value: Object, *, indent: int = 0) -> str:
    """Return the object as JSON, on one line or indented.

    Nothing in it can act on a terminal or a CI runner, and no value that is known to be secret is in it.
    """
    text = _encoded(value, indent)
    return _encoded(_masked(value), indent) if KNOWN.shows(text) else text


def _encoded(value: Object, indent: int) -> str:
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_without_surrogates(value))
    if indent:
        encoded = msgspec.json.format(encoded, indent=indent)
    return visible_json(encoded.decode())


def _masked(value: Any, name: str = "") -> Any:
    """Return the same with every known secret masked, string by string: it stays JSON whatever a secret contains."""
    if isinstance(value, str):
        shown = value if name in _IDS else KNOWN.mask(value)
        # a mask may contain spaces
        return shown.replace(" ", "%20") if name == "uri" else shown
    if isinstance(value, (list, tuple)):
        return [_masked(item, name) for item in value]
    if isinstance(value, dict):
        return {name: _masked(item, name) for name, item in value.items()}
    return value


def _history_names(occurrence: Occurrence) -> Object:
    """Return the names that only places in history have."""
    if occurrence.where is not Where.HISTORY:
        return {}
    trace = occurrence.trace or Trace(kind="blob")
    return {
        "kind": trace.kind,
        "object": trace.oid,
        "commit": occurrence.commit,
        "author_date": occurrence.author_date,
        **({"author": trace.author} if trace.author else {}),
        "removed_in": trace.removed,
        "removed_date": trace.removed_date,
        "at_head": trace.at_head,
        "refs": list(trace.refs),
        "reach": trace.reach,
        "refused": trace.refused,
    }


def _suppressed_object(suppressed: Suppressed) -> Object:
    return {
        "id": suppressed.id,
        "fingerprint": suppressed.fingerprint,
        "rule": suppressed.rule,
        "severity": suppressed.severity.label,
        "by": suppressed.by,
        "marker": suppressed.marker,
        "reason": suppressed.reason,
        "until": suppressed.until,
        "owner": suppressed.owner,
        "occurrence": occurrence_object(suppressed.occurrence),
    }


def _without_surrogates(value: Any) -> Any:
    """Return the same with lone surrogates escaped: JSON parsers need not accept them."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value
