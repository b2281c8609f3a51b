"""The ``concise`` format: one line for each place, as editors and problem matchers read it; then what was not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from keyguard.model.finding import Finding, Occurrence, Run
from keyguard.report import Style
from keyguard.report.ansi import BOLD, CARET_COLOR, paint
from keyguard.report.blocks import block_places, shown_blocks
from keyguard.report.history_phrases import history_suffix
from keyguard.report.phrases import counted, headline, in_commit, prose
from keyguard.report.summary import configuration_lines, gap_lines, summary_line
from keyguard.support.sanitize import shown, shown_path


def render(run: Run, out: TextIO, style: Style) -> None:
    """Write the report; findings of severity info are only counted unless ``style.verbose``."""
    for block in shown_blocks(run, verbose=style.verbose):
        for number, (finding, occurrence) in enumerate(block_places(block)):
            out.write(place_line(finding, occurrence, style, () if number else block.others) + "\n")
        more = sum(one.more for one in (block.head, *block.others))
        if more:
            out.write(f"and {counted(more, 'more place')} of {shown(block.head.id)}\n")
    for line in closing_lines(run, style):
        out.write(line + "\n")


def place_line(finding: Finding, occurrence: Occurrence, style: Style, others: Sequence[Finding] = ()) -> str:
    """Return ``path:line:col: severity: message (KG-…) [rule]``; ``others`` are further findings about the same key."""
    where = paint(shown_path(occurrence.path), BOLD, style) + f":{occurrence.line}:{occurrence.column}"
    severity = paint(finding.severity.label, CARET_COLOR[finding.severity], style)
    seen = in_commit(occurrence) + history_suffix(occurrence)
    key = f": {shown(finding.masked)}" if finding.masked else ""
    state = f", {finding.verdict.state.value}" if finding.verdict else ""
    state += ", allowed by this change" if finding.allowed_by_change else ""
    also = f", also {', '.join(f'{one.severity.label} {prose(one.rule)}' for one in others)}" if others else ""
    message = f"{headline(finding)}{key}{state}{seen}{also} ({shown(finding.id)})"
    return f"{where}: {severity}: {message} [{prose(finding.rule)}]"


def closing_lines(run: Run, style: Style) -> Iterator[str]:
    """Yield what was not read, which configuration applied if that is worth saying, and the summary."""
    yield from gap_lines(run, style)
    yield from configuration_lines(run, style)
    yield summary_line(run, style)
