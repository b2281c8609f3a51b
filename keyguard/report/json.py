"""The ``json`` format: one document for programs; docs/json.md describes its names."""

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
    """Write the whole document, indented; it contains every finding, whatever the style."""
    document = {
        "schema": SCHEMA,
        "findings": list(finding_objects(run)),
        "skipped": [skipped_object(skipped) for skipped in run.skipped],
        "coverage": coverage_object(run),
        "configuration": configuration_object(run),
        "summary": summary_object(run),
    }
    out.write(to_json(document, indent=2) + "\n")
