"""The ``jsonl`` format: one line for each finding, then a last line with the summary, without which it is truncated."""

from __future__ import annotations

from typing import TextIO

from keyguard.model.finding import Run
from keyguard.report import Style
from keyguard.report.json_objects import (
    SCHEMA,
    configuration_object,
    coverage_object,
    finding_objects,
    skipped_object,
    summary_object,
    to_json,
)


def render(run: Run, out: TextIO, style: Style) -> None:
    """Write the lines; they contain every finding, whatever the style."""
    for finding in finding_objects(run):
        out.write(to_json(finding) + "\n")
    last = {
        "schema": SCHEMA,
        "skipped": [skipped_object(skipped) for skipped in run.skipped],
        "coverage": coverage_object(run),
        "configuration": configuration_object(run),
        "summary": summary_object(run),
    }
    out.write(to_json(last) + "\n")
