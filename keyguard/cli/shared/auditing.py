"""Findings shown one after the other in a terminal, each with a question: what is to be done about it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NamedTuple

from keyguard.acceptance.identity import new_salt
from keyguard.acceptance.matching import Accepted, Relative, entries_for
from keyguard.cli.shared import scan_command
from keyguard.fix.accepted_file import AcceptedFile
from keyguard.model.finding import Finding, Run
from keyguard.report import Style
from keyguard.report.blocks import Block
from keyguard.report.phrases import counted
from keyguard.report.text import block_lines
from keyguard.support import dates
from keyguard.support.errors import UsageError

_QUESTION = "[l]eaked and to rotate, [s]ample, [f]alse alarm, [a]ccept until a day, s[k]ip, [q]uit? "
_REASONS = {"s": "sample", "f": "false alarm"}


class Answer(NamedTuple):
    """What is to be done about one finding."""

    action: str
    """``rotate``, ``accept``, ``skip`` or ``quit``."""
    reason: str = ""
    until: str = ""


def audit(found: Run, *, file: AcceptedFile, relative: Relative, options: argparse.Namespace) -> int:
    """Ask about each finding that is not accepted, and write each answer at once, so that nothing is lost by leaving.

    Return 0 where nothing is left, 1 where something is, 2 where not all was read.
    """
    if not (scan_command.is_terminal(sys.stdin) and scan_command.is_terminal(sys.stdout)):
        raise UsageError("accept audit asks in a terminal; name the findings instead: keyguard accept ID --reason TEXT")
    entries = [*file.entries()]
    accepted = Accepted(entries, relative, found.now)
    asked = [one for one in found.findings if not _is_accepted(one, accepted)]
    rotate, left = [], 0
    for number, one in enumerate(asked, 1):
        _show(one, found, f"{number} of {len(asked)}")
        answer = _answer()
        if answer.action == "quit":
            left += len(asked) - number + 1
            break
        if answer.action == "accept":
            salt = next((entry.salt for entry in entries if entry.salt), "") or new_salt()
            said = {"reason": answer.reason, "until": answer.until, "owner": options.owner}
            again = accepted.find(one)
            entries = [entry for entry in entries if entry not in again] + entries_for(one, [salt], relative, **said)
            file.write(entries)
        else:
            left += 1
            rotate += [one.id] if answer.action == "rotate" else []
    _tell(rotate, left)
    return 2 if not found.coverage.complete else 1 if left else 0


def _is_accepted(one: Finding, accepted: Accepted) -> bool:
    return any(not accepted.is_over(entry) for entry in accepted.find(one))


def _show(one: Finding, found: Run, count: str) -> None:
    print(f"\n--- {count} ---")
    width = os.get_terminal_size(sys.stdout.fileno()).columns
    for line in block_lines(Block(one), found, Style(width=width)):
        print(line)


def _answer() -> Answer:
    while True:
        word = _asked(_QUESTION).lower()
        if word in _REASONS:
            return Answer("accept", _asked("reason (enter: " + _REASONS[word] + "): ") or _REASONS[word])
        if word == "a":
            return Answer("accept", _required("reason: "), _day())
        if word in ("l", "k", "q"):
            return Answer({"l": "rotate", "k": "skip", "q": "quit"}[word])


def _required(question: str) -> str:
    while not (said := _asked(question)):
        pass
    return said


def _day() -> str:
    while True:
        said = _asked("until (as 2027-01-31): ")
        if dates.day(said) == said and said:
            return said


def _asked(question: str) -> str:
    """Return the answer without blanks around it; the end of the input means to stop."""
    print(question, end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()


def _tell(rotate: list[str], left: int) -> None:
    if rotate:
        print(f"\nto rotate: keyguard plan {' '.join(rotate)}")
    print(f"{counted(left, 'finding')} left" if left else "nothing is left")
