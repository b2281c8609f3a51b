"""Report formats: each is one module with a function ``render(run, out, style)``, named in one table.

A reporter is pure: it opens no file, asks no clock, reads no environment and sorts nothing. Its module is imported when
it is asked for, so that a hook on a clean commit does not pay for formats it does not use.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, TextIO, cast

from keyguard.model import Run


class Style(NamedTuple):
    """How a report for people may look. Reports for programs take no notice of it."""

    color: bool = False
    links: bool = False
    """Terminal hyperlinks (OSC 8)."""
    width: int = 0
    """Columns of the terminal; 0 is no limit, and nothing is wrapped or clipped."""
    verbose: bool = False


class Reporter(Protocol):
    """Writes the whole report about ``run`` to ``out``; raises what ``out.write`` raises."""

    def __call__(self, run: Run, out: TextIO, style: Style) -> None: ...


class Format(NamedTuple):
    """A row of the table of formats."""

    module: str
    description: str


REPORTERS: dict[str, Format] = {
    "text": Format("keyguard.report.text", "for people: source line, whose key, what to do"),
    "concise": Format("keyguard.report.concise", "one line a place: path:line:col: severity: message [rule]"),
    "json": Format("keyguard.report.json", "one document for programs, see docs/json.md"),
    "jsonl": Format("keyguard.report.jsonl", "one finding a line, then one line with the summary"),
    "sarif": Format("keyguard.report.sarif", "SARIF 2.1.0, for code scanning"),
    "github": Format("keyguard.report.github", "annotations of a GitHub Actions step"),
}


def load(name: str) -> Reporter:
    """The reporter of that name; KeyError if there is none."""
    from importlib import import_module

    return cast(Reporter, import_module(REPORTERS[name].module).render)
