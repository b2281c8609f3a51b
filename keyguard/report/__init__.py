"""Report formats. To add one, write a module with a function ``render(run, out, style)`` and a row in ``REPORTERS``.

A reporter is pure: it opens no file, asks no clock, reads no environment and sorts nothing. Its module is imported when
it is asked for, so that a hook on a clean commit does not pay for formats that it does not use.
"""

from __future__ import annotations

from typing import Protocol, TextIO, cast

import msgspec

from keyguard.model.finding import Run


class Style(msgspec.Struct, frozen=True):
    """The appearance of a report for people; reports for programs ignore it."""

    color: bool = False
    links: bool = False
    """Whether to write terminal hyperlinks (OSC 8)."""
    width: int = 0
    """Columns of the terminal; 0 for no limit: nothing is wrapped or clipped."""
    verbose: bool = False
    full: bool = False
    """Whether a long report shows every finding in full."""
    hook: str = ""
    """What a hook of git may refuse: ``commit``, ``first commit``, ``push`` (by who sends it) or ``receive`` (by who
    gets it); empty outside of a hook."""


class Reporter(Protocol):
    """Writes the whole report on ``run`` to ``out``; raises what ``out.write`` raises."""

    def __call__(self, run: Run, out: TextIO, style: Style) -> None: ...


#: name -> (module with a function ``render``, what the format is for)
REPORTERS: dict[str, tuple[str, str]] = {
    "text": ("keyguard.report.text", "for people: source line, whose key, what to do"),
    "concise": ("keyguard.report.concise", "one line a place: path:line:col: severity: message [rule]"),
    "json": ("keyguard.report.json", "one document for programs, see docs/json.md"),
    "jsonl": ("keyguard.report.jsonl", "one finding a line, then one line with the summary"),
    "sarif": ("keyguard.report.sarif", "SARIF 2.1.0, for code scanning"),
    "github": ("keyguard.report.github", "annotations of a GitHub Actions step"),
}


def load(name: str) -> Reporter:
    """Return the reporter of that name. Raise KeyError if there is none."""
    from importlib import import_module

    return cast(Reporter, import_module(REPORTERS[name][0]).render)
