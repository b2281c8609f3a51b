"""The ``sarif`` format: SARIF 2.1.0 as GitHub's code scanning reads it.

Each place is a result of its own, because GitHub reads only the first location of a result. What was not read is a
notification of the invocation, and then the execution was not successful. The log contains no times, no people, and
nothing suppressed, which GitHub would show as an alert.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TextIO
from urllib.parse import quote

from keyguard.model.finding import Finding, Occurrence, Run, Severity, Skipped, Suppressed, Where
from keyguard.report import Style
from keyguard.report.blocks import accepted_count, related_ids
from keyguard.report.history_phrases import place_with_history
from keyguard.report.json_objects import Object, configuration_object, coverage_object, to_json
from keyguard.report.phrases import allowed_text, attribution_text, evidence, headline, number, verdict_text
from keyguard.report.places import Place, below_top, file_from_top, limit_places, places
from keyguard.report.sarif_rules import LEVEL, build_rule, plain
from keyguard.report.summary import added_rules, gap_headline, gap_text, gaps, is_incomplete, of_history
from keyguard.support.sanitize import shown, shown_path, visible

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: GitHub keeps no more results of a run
_MOST_RESULTS = 5000
_MOST_NOTIFICATIONS = 1000
#: a repository may have thousands of refs, and each result would list them
_MOST_REFS = 20
_ROOT = "%SRCROOT%"


def render(run: Run, out: TextIO, style: Style) -> None:
    """Write the log, with every finding up to GitHub's limit.

    Only if ``style.verbose``, it has findings of severity info, and accepted ones with their ``suppressions``: code
    scanning does not read those, and each would become an alert.
    """
    least = Severity.INFO if style.verbose else Severity.LOW
    log: Object = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [build_run(run, least)]}
    if style.verbose:
        log["runs"][0]["results"] += [_build_accepted(one, run) for one in run.suppressed if one.by == "accepted"]
    out.write(to_json(log, indent=2) + "\n")


def build_run(run: Run, least: Severity) -> Object:
    """Return the one run of the log, with the findings of at least this severity."""
    listed, cut = places(run, least), 0
    if len(listed) > _MOST_RESULTS:
        cut = len(listed) - _MOST_RESULTS
        listed, _ = limit_places(listed, _MOST_RESULTS)
    rules = {finding.rule: finding for finding, _ in reversed(listed)}
    order = {rule: index for index, rule in enumerate(sorted(rules))}
    worst = {finding.rule: finding.severity for finding, _ in sorted(listed, key=lambda place: place[0].severity)}
    driver = {
        "name": "keyguard",
        "version": run.version,
        "semanticVersion": run.version,
        "rules": [build_rule(rules[rule], worst[rule]) for rule in order],
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"keyguard/{_slug(run.coverage.scope)}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the repository, or what was scanned."}}},
        "invocations": [build_invocation(run, cut)],
        "results": _build_results(listed, order, run),
        "properties": {
            "coverage": coverage_object(run),
            "configuration": configuration_object(run),
            "suppressed": len(run.suppressed),
            "accepted": accepted_count(run),
        },
    }


def build_invocation(run: Run, cut: int) -> Object:
    """Return whether everything was read, with notifications for what was not, and for ``cut`` omitted results."""
    level = "warning" if run.allow_incomplete else "error"
    notes = [_notification(level, gap_text(gap), gap, run) for gap in gaps(run)]
    notes += [_notification("note", gap_text(chosen), chosen, run) for chosen in run.skipped if not chosen.gap]
    head = []
    if run.coverage.added:
        head.append(_notification("note", f"{number(run.coverage.rules)} rules looked, {added_rules(run)}."))
    if is_incomplete(run):
        head.append(_notification(level, f"The scan is incomplete: {gap_headline(run)}."))
    if cut:
        head.append(_notification("warning", f"{number(cut)} results are left out: a run may have {_MOST_RESULTS}."))
    if len(notes) > _MOST_NOTIFICATIONS:
        head.append(_notification(level, f"{number(len(notes) - _MOST_NOTIFICATIONS)} more paths are not listed here."))
    return {
        "executionSuccessful": run.allow_incomplete or not is_incomplete(run),
        "toolExecutionNotifications": head + notes[:_MOST_NOTIFICATIONS],
    }


def build_result(finding: Finding, occurrence: Occurrence, rule_index: int, run: Run, nth: int) -> Object:
    """Return one place of one finding; ``nth`` counts the places of this rule on this line."""
    key = f": '{shown(finding.masked)}'" if finding.masked else ""
    said = f"{headline(finding)}{key} ({finding.id})"
    if occurrence.where is Where.HISTORY or occurrence.member:
        said += f", at {place_with_history(occurrence)}"
    said += "".join(f". {line[0].upper()}{line[1:]}" for line in evidence(finding))
    said += f". Whose: {attribution_text(finding, run)}." if finding.vendor else "."
    said += f" It is {verdict_text(finding)}." if finding.verdict else ""
    said += f" It is {allowed_text(finding)}." if finding.allowed_by_change else ""
    prints = {"keyguard/v1": finding.fingerprint}
    if occurrence.line_hash:
        # GitHub merges alerts with equal hashes: the second key on a line needs another one
        prints["primaryLocationLineHash"] = occurrence.line_hash + (f"-{nth}" if nth > 1 else "")
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": LEVEL[run.alert_severity(finding)],
        "message": {"text": plain(said)},
        "locations": [{"physicalLocation": _build_location(occurrence, run)}],
        "partialFingerprints": prints,
        "properties": _build_properties(finding, occurrence),
    }


def artifact(path: bytes) -> Object:
    """Return where a file is: percent-encoded, relative to the top of the repository unless the path is absolute."""
    uri = quote(path, safe="/")
    if uri.startswith("/"):
        return {"uri": "file://" + uri}
    return {"uri": uri or ".", "uriBaseId": _ROOT}


def _build_results(listed: Iterable[Place], order: dict[str, int], run: Run) -> list[Object]:
    seen: dict[tuple[Any, ...], int] = {}
    related = related_ids(run.findings)
    results = []
    for finding, occurrence in listed:
        # a line of another version is not the same line
        version = (occurrence.where is Where.HISTORY, occurrence.commit, occurrence.trace and occurrence.trace.oid)
        line = (finding.rule, version, occurrence.path, occurrence.line)
        seen[line] = nth = seen.get(line, 0) + 1
        result = build_result(finding, occurrence, order[finding.rule], run, nth)
        if related[finding.fingerprint]:
            result["properties"]["related"] = list(related[finding.fingerprint])
        results.append(result)
    return results


def _build_accepted(one: Suppressed, run: Run) -> Object:
    """Return a place of an accepted finding as a result that is suppressed, as SARIF 3.35 has it."""
    until = f", until {one.until}" if one.until else ""
    return {
        "ruleId": one.rule,
        "level": "none",
        "message": {"text": plain(f"Accepted{until}: {shown(one.reason)} ({one.id}).")},
        "locations": [{"physicalLocation": _build_location(one.occurrence, run)}],
        "partialFingerprints": {"keyguard/v1": one.fingerprint},
        "suppressions": [{"kind": "external", "status": "accepted", "justification": plain(shown(one.reason))}],
    }


def _build_location(occurrence: Occurrence, run: Run) -> Object:
    """Return the place: in a container only which file that is, since lines of what is in it are none of its own."""
    where = artifact(file_from_top(occurrence, run))
    if occurrence.member:
        return {"artifactLocation": where}
    snippet = occurrence.snippet
    masked = visible(snippet.text[snippet.start : snippet.end])
    region: Object = {
        "startLine": occurrence.line,
        "startColumn": occurrence.column,
        "endLine": occurrence.end_line,
        "endColumn": occurrence.end_column,
    }
    if masked:
        region["snippet"] = {"text": masked}
    return {"artifactLocation": where, "region": region}


def _build_properties(finding: Finding, occurrence: Occurrence) -> Object:
    properties: Object = {
        "id": finding.id,
        "severity": finding.severity.label,
        "environment": finding.environment.value,
        "vendor": finding.vendor,
        "certainty": finding.certainty.value,
        "candidates": list(finding.candidates),
        "where": occurrence.where.value,
    }
    if occurrence.member:
        properties |= {"member": shown_path(occurrence.member), "line": occurrence.line, "column": occurrence.column}
    if finding.more:
        properties["places"] = len(finding.occurrences) + finding.more
    if finding.verdict:
        properties["verdict"] = finding.verdict.state.value
    if finding.allowed_by_change:
        properties["allowedByChange"] = list(finding.allowed_by_change)
    if occurrence.commit:
        properties |= {"commit": occurrence.commit, "authorDate": occurrence.author_date}
    trace = occurrence.trace
    if trace:
        properties |= {"kind": trace.kind, "object": trace.oid, "atHead": trace.at_head, "reach": trace.reach}
        if trace.removed:
            properties |= {"removedIn": trace.removed, "removedDate": trace.removed_date}
        properties |= {"refs": list(trace.refs[:_MOST_REFS]), "refCount": len(trace.refs)}
    return properties


def _notification(level: str, text: str, skipped: Skipped | None = None, run: Run | None = None) -> Object:
    note: Object = {"level": level, "message": {"text": plain(text)}}
    if skipped and run:
        if not of_history(skipped):
            note["locations"] = [{"physicalLocation": {"artifactLocation": artifact(below_top(skipped.file, run))}}]
        note["properties"] = {"reason": skipped.reason, "gap": skipped.gap}
    return note


def _slug(scope: str) -> str:
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in scope.lower()).split()
    return "-".join(words) or "scan"
