"""A pager for reports that are longer than the terminal, as git chooses one: ``$PAGER``, or ``less``."""

from __future__ import annotations

import io
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from typing import TextIO

from keyguard.report.output import fill, write_stdout

#: how less shows it, unless the user says otherwise: quit if it fits on one screen, keep colours, clear nothing
_DEFAULTS = {"LESS": "FRX", "LV": "-c"}
#: the lines of a terminal that does not say how many it has
_USUAL_LINES = 24
#: how the shell ends if it cannot run the command
_NO_PAGER = (126, 127)


def pager_of(environ: Mapping[str, str]) -> str:
    """Return the command line of the user's pager; empty if none is wanted."""
    chosen = environ.get("PAGER", "less").strip()
    return "" if chosen == "cat" else chosen


def show(stdout: TextIO | None, write: Callable[[TextIO], None]) -> None:
    """Write to the terminal what ``write`` writes, through the pager if it is longer than the screen.

    Raise OutputError as ``write_stdout`` does.
    """
    report = io.BytesIO()
    fill(report, write)
    if not _is_long(report.getvalue(), stdout) or not _paged(pager_of(os.environ), report.getvalue()):
        write_stdout(stdout, write)


def _is_long(report: bytes, stdout: TextIO | None) -> bool:
    """Return whether a report is longer than the screen."""
    lines = os.get_terminal_size(stdout.fileno()).lines if stdout else 0
    return report.count(b"\n") >= (lines or _USUAL_LINES)


def _paged(command: str, data: bytes) -> bool:
    """Let the pager show it, and wait until the user leaves it; return False if there is no such pager.

    ^C is for the pager, as in git.
    """
    if not command:
        return False
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(
            ["/bin/sh", "-c", command], stdin=subprocess.PIPE, env={**_DEFAULTS, **os.environ}
        ) as process:
            process.communicate(data)
        return process.returncode not in _NO_PAGER
    finally:
        signal.signal(signal.SIGINT, before)
