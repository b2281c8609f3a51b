"""The exit code of a scan: 0 clean, 1 findings, 2 incomplete."""

from __future__ import annotations

from keyguard.model.finding import Run


def exit_code(run: Run) -> int:
    """0: all was read and nothing found; 1: findings; 2: a gap, whether or not there are findings too."""
    if not run.coverage.complete and not run.allow_incomplete:
        return 2
    return 1 if run.failing else 0
