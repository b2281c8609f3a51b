"""The exit code of a scan: 0 clean, 1 findings, 2 incomplete."""

from __future__ import annotations

from keyguard.model.finding import Run


def exit_code(run: Run) -> int:
    """Return 0 if everything was read and nothing found, 1 for findings, 2 for a gap, with or without findings."""
    if not run.coverage.complete and not run.allow_incomplete:
        return 2
    return 1 if run.failing else 0
