"""The ``github`` format: workflow commands that annotate a pull request. A step may have ten; the rest are lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

import msgspec

from keyguard.model.finding import Occurrence, Run, Severity, Where
from keyguard.report import Style
from keyguard.report.advice import block_steps
from keyguard.report.blocks import Block, block_places, shown_blocks
from keyguard.report.concise import closing_lines, place_line
from keyguard.report.history_phrases import history_lines, place_with_history
from keyguard.report.phrases import (
    allowed_text,
    attribution_text,
    ended_text,
    evidence,
    further_problems,
    has_vendor,
    headline,
    lowered_text,
    number,
    prose,
    verdict_text,
)
from keyguard.report.places import file_from_top, limit_places, path_from_top
from keyguard.report.summary import gap_headline, is_incomplete
from keyguard.support.sanitize import shown, shown_path

_MOST = 10
_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def render(run: Run, out: TextIO, style: Style) -> None:
    """Write the annotations, then a line for each place without one, then what was not read and the summary."""
    for line in _lines(run, style):
        out.write(line + "\n")


def _lines(run: Run, style: Style) -> Iterator[str]:
    incomplete = is_incomplete(run)
    if incomplete:
        level = "warning" if run.allow_incomplete else "error"
        yield _command(level, {"title": "keyguard: incomplete"}, f"{gap_headline(run)}: see the log of this step")
    blocks = {block.head.fingerprint: block for block in shown_blocks(run, verbose=style.verbose)}
    every = [place for block in blocks.values() for place in block_places(block)]
    annotated, others = limit_places(every, _MOST - incomplete)
    for finding, occurrence in annotated:
        yield _annotation(blocks.get(finding.fingerprint, Block(finding)), occurrence, run, style.hook)
    if others:
        total = number(len(annotated) + len(others))
        yield f"{number(len(annotated))} of {total} places are annotated, the worst first; the others:"
    for finding, occurrence in others:
        yield place_line(finding, _from_top(occurrence, run), style)
    yield from closing_lines(run, style)


def _annotation(block: Block, occurrence: Occurrence, run: Run, hook: str) -> str:
    finding = block.head
    title = f"{finding.severity.label}[{prose(finding.rule)}]: {headline(finding)}"
    key = f": {shown(finding.masked)}" if finding.masked else ""
    said = f"{place_with_history(_from_top(occurrence, run))}{key} ({shown(finding.id)})"
    for label, lines in (
        ("where", history_lines(finding, run)),
        ("how", evidence(finding)),
        ("whose", [attribution_text(finding, run)] if has_vendor(finding) else []),
        ("alive", [verdict_text(finding)]),
        ("state", [ended_text(finding)]),
        ("note", list(filter(None, [lowered_text(finding), allowed_text(finding)]))),
        ("also", further_problems(block)),
        ("why", [prose(finding.description)]),
        ("fix", block_steps(block, run, hook)),
        ("see", [prose(finding.rotation)]),
    ):
        said += f"\n{label}: " + "\n".join(lines) if any(lines) else ""
    return _command(_LEVEL[run.alert_severity(finding)], {"title": title, **_pointer(occurrence, run)}, said)


def _from_top(occurrence: Occurrence, run: Run) -> Occurrence:
    """Return the place with its path from the top of the repository, as the annotation has it."""
    return msgspec.structs.replace(occurrence, path=path_from_top(occurrence, run))


def _pointer(occurrence: Occurrence, run: Run) -> dict[str, str]:
    """Return the position of the annotation; none for a place in history, because the file has changed since."""
    if occurrence.where is Where.HISTORY:
        return {}
    path = shown_path(file_from_top(occurrence, run))
    if occurrence.member:
        return {"file": path, "line": "1"}  # lines of what is in it are none of its own
    lines = {"file": path, "line": str(occurrence.line), "endLine": str(occurrence.end_line)}
    if occurrence.line != occurrence.end_line:
        # the runner accepts columns only within one line
        return lines
    return {**lines, "col": str(occurrence.column), "endColumn": str(occurrence.end_column)}


def _command(name: str, properties: dict[str, str], data: str) -> str:
    """Return a workflow command; nothing in its values can end it or begin another."""
    listed = ",".join(f"{key}={_escaped(value, ':', ',')}" for key, value in properties.items())
    return f"::{name} {listed}::{_escaped(data)}"


def _escaped(text: str, *more: str) -> str:
    for char in ("%", "\r", "\n", *more):
        text = text.replace(char, f"%{ord(char):02X}")
    return text
