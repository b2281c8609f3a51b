"""``github``: workflow commands that annotate a pull request; a step may have ten, the rest are plain lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from keyguard.model import Finding, Occurrence, Run, Severity
from keyguard.report import Style
from keyguard.report.concise import closing_lines, place_line
from keyguard.report.phrases import headline, number, place, prose, steps, whose
from keyguard.report.summary import gap_headline, is_incomplete
from keyguard.report.worst import split
from keyguard.sanitize import shown, shown_path

_MOST = 10
_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def render(run: Run, out: TextIO, style: Style) -> None:
    """Writes the annotations, then a line for each place that has none, then what was not read and the summary."""
    for line in _lines(run, style):
        out.write(line + "\n")


def _lines(run: Run, style: Style) -> Iterator[str]:
    least = Severity.INFO if style.verbose else Severity.LOW
    incomplete = is_incomplete(run)
    if incomplete:
        level = "warning" if run.allow_incomplete else "error"
        yield _command(level, {"title": "keyguard: incomplete"}, f"{gap_headline(run)}: see the log of this step")
    annotated, others = split(run, _MOST - incomplete, least)
    for finding, occurrence in annotated:
        yield _annotation(finding, occurrence, run)
    if others:
        total = number(len(annotated) + len(others))
        yield f"{number(len(annotated))} of {total} places are annotated, the worst first; the others:"
    for finding, occurrence in others:
        yield place_line(finding, occurrence, style)
    yield from closing_lines(run, style)


def _annotation(finding: Finding, occurrence: Occurrence, run: Run) -> str:
    properties = {
        "title": f"{finding.severity.label}[{prose(finding.rule)}]: {headline(finding)}",
        "file": shown_path(occurrence.path),
        "line": str(occurrence.line),
        "endLine": str(occurrence.end_line),
    }
    if occurrence.line == occurrence.end_line:
        # the runner takes columns only within one line
        properties |= {"col": str(occurrence.column), "endColumn": str(occurrence.end_column)}
    said = f"{place(occurrence)}: {shown(finding.masked)} ({shown(finding.id)})\nwhose: {whose(finding, run)}"
    for label, lines in (
        ("why", [prose(finding.description)]),
        ("fix", steps(finding.remedy)),
        ("see", [prose(finding.rotation)]),
    ):
        said += f"\n{label}: " + "\n".join(lines) if any(lines) else ""
    return _command(_LEVEL[finding.severity], properties, said)


def _command(name: str, properties: dict[str, str], data: str) -> str:
    """A workflow command; nothing in its values can end it or begin another."""
    listed = ",".join(f"{key}={_escaped(value, ':', ',')}" for key, value in properties.items())
    return f"::{name} {listed}::{_escaped(data)}"


def _escaped(text: str, *more: str) -> str:
    for char in ("%", "\r", "\n", *more):
        text = text.replace(char, f"%{ord(char):02X}")
    return text
