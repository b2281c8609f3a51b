"""The ``concise`` format: one line for each place, as editors and problem matchers read it; then what was not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from keyguard.model.finding import Finding, Occurrence, Run, Severity
from keyguard.report import Style
from keyguard.report.ansi import BOLD, CARET_COLOR, paint
from keyguard.report.history_phrases import history_suffix
from keyguard.report.phrases import counted, headline, in_commit, prose
from keyguard.report.summary import configuration_lines, gap_lines, summary_line
from keyguard.support.sanitize import shown, shown_path


def render(run: Run, out: TextIO, style: Style) -> None:
    """Write the report; findings of severity info are only counted unless ``style.verbose``."""
    for finding in run.findings:
        if style.verbose or finding.severity > Severity.INFO:
            for occurrence in finding.occurrences:
                out.write(place_line(finding, occurrence, style) + "\n")
            if finding.more:
                out.write(f"and {counted(finding.more, 'more place')} of {shown(finding.id)}\n")
    for line in closing_lines(run, style):
        out.write(line + "\n")


def place_line(finding: Finding, occurrence: Occurrence, style: Style) -> str:
    """Return ``path:line:col: severity: message (KG-…) [rule]``."""
    where = paint(shown_path(occurrence.path), BOLD, style) + f":{occurrence.line}:{occurrence.column}"
    severity = paint(finding.severity.label, CARET_COLOR[finding.severity], style)
    seen = in_commit(occurrence) + history_suffix(occurrence)
    key = f": {shown(finding.masked)}" if finding.masked else ""
    state = f", {finding.verdict.state.value}" if finding.verdict else ""
    state += ", allowed by this change" if finding.allowed_by_change else ""
    message = f"{headline(finding)}{key}{state}{seen} ({shown(finding.id)})"
    return f"{where}: {severity}: {message} [{prose(finding.rule)}]"


def closing_lines(run: Run, style: Style) -> Iterator[str]:
    """Yield what was not read, which configuration applied if that is worth saying, and the summary."""
    yield from gap_lines(run, style)
    yield from configuration_lines(run, style)
    yield summary_line(run, style)
