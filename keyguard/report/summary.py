"""The end of a report for people: what was not read, then one line with what was found and what was covered."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.model import Run, Severity, Skipped
from keyguard.report import Style
from keyguard.report.ansi import ALARM, BOLD, CARET_COLOR, DIM, GREEN, RED, YELLOW, paint
from keyguard.report.phrases import by_severity, counted, number, prose, size
from keyguard.sanitize import shown_path

_MOST_GAPS = 20


def gaps(run: Run) -> list[Skipped]:
    """What was asked for and not read."""
    return [skipped for skipped in run.skipped if skipped.gap]


def is_incomplete(run: Run) -> bool:
    """Whether anything that was asked for was not read whole."""
    return not run.coverage.complete or any(skipped.gap for skipped in run.skipped)


def gap_headline(run: Run) -> str:
    """``1 of 12 files was not read``: what makes the scan incomplete, in words."""
    count, listed = len(gaps(run)), run.coverage.listed
    if not count:
        return "not everything was read"
    verb = "was" if count == 1 else "were"
    if count > listed:
        return f"{counted(count, 'place')} {verb} not read"
    return f"{number(count)} of {counted(listed, 'file')} {verb} not read"


def gap_text(skipped: Skipped) -> str:
    """What was not read, and why, on one line."""
    detail = prose(skipped.detail)
    return f"{shown_path(skipped.path)}: {prose(skipped.reason)}" + (f" ({detail})" if detail else "")


def gap_lines(run: Run, style: Style) -> Iterator[str]:
    """What was not read: nothing where nothing was left out by force. The first twenty, all if verbose."""
    if not is_incomplete(run):
        return
    missing = gaps(run)
    loud, color, tail = (YELLOW, YELLOW, ", which is allowed") if run.allow_incomplete else (ALARM, RED, "")
    yield paint("incomplete", loud, style) + paint(f": {gap_headline(run)}{tail}", BOLD, style)
    most = len(missing) if style.verbose else _MOST_GAPS
    for skipped in missing[:most]:
        yield f"  {paint('-->', color, style)} {gap_text(skipped)}"
    if len(missing) > most:
        yield f"      and {number(len(missing) - most)} more: --verbose lists them all"


def summary_line(run: Run, style: Style) -> str:
    """Findings by severity, then what was covered and what was set aside."""
    if run.findings:
        counts = ", ".join(_count(severity, count, style) for severity, count in by_severity(run))
        found = f"{paint(counted(len(run.findings), 'finding'), BOLD, style)}: {counts}"
    elif is_incomplete(run):
        found = paint("no keys found in what was read", YELLOW, style)
    else:
        found = paint("no keys found", GREEN, style)
    return found + paint(f"; {_covered(run)}", DIM, style)


def _count(severity: Severity, count: int, style: Style) -> str:
    unseen = "" if style.verbose or severity > Severity.INFO else " (shown with --verbose)"
    return paint(f"{number(count)} {severity.label}", CARET_COLOR[severity], style) + unseen


def _covered(run: Run) -> str:
    coverage = run.coverage
    read, listed = number(coverage.read), counted(coverage.listed, "file")
    parts = [
        f"{prose(coverage.scope)}: {listed if coverage.read == coverage.listed else f'{read} of {listed}'}",
        size(coverage.bytes),
        counted(coverage.rules, "rule"),
    ]
    chosen = sum(not skipped.gap for skipped in run.skipped)
    aside = [(chosen, "left out by choice"), (len(run.suppressed), "suppressed")]
    parts += [f"{number(count)} {word}" for count, word in aside if count]
    if run.placeholders:
        parts.append(counted(run.placeholders, "placeholder"))
    return ", ".join(parts)
