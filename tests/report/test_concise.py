"""One line a place, as problem matchers read it."""

from __future__ import annotations

import re

from keyguard.model.finding import Severity
from keyguard.report import Style
from tests.report.samples import LIVE, finding, historic, incomplete, occurrence, past, remembered, rendered, run

GNU = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<col>\d+): (?P<severity>\w+): (?P<message>.+) \[(?P<code>[\w-]+)\]$")


def test_every_place_has_a_line() -> None:
    found = finding(occurrences=(occurrence(b"a.py", 3, 9), occurrence(b"b:c.py", 7, 1, commit="0123456789abcdef")))
    assert rendered("concise", run(found)) == (
        f"a.py:3:9: critical: SendMailOS API key, live: {LIVE} (KG-7f3a9c) [sendmailos-key]\n"
        f"b:c.py:7:1: critical: SendMailOS API key, live: {LIVE} in commit 0123456789 (KG-7f3a9c) [sendmailos-key]\n"
        "1 finding: 1 critical; working tree: 12 files, 41.2 MB, 214 rules\n"
    )


def test_what_history_knows_of_a_place_is_on_its_line() -> None:
    lines = rendered("concise", historic(remembered(past(), past(b"b", reach="stash")))).splitlines()
    assert lines[0] == (
        f"app.env:3:5: critical: SendMailOS API key, live: {LIVE} in commit 4f2c1ab990 of 2021-03-04, "
        "removed 2022-01-09 by commit 77aa001122 (KG-7f3a9c) [sendmailos-key]"
    )
    assert " of 2021-03-04, only in a stash (KG-7f3a9c) [" in lines[1]
    assert all(map(GNU.match, lines[:2]))


def test_a_problem_matcher_can_read_it() -> None:
    match = GNU.match(rendered("concise", run(finding())))
    assert not match  # the whole report is more than one line
    match = GNU.match(rendered("concise", run(finding())).splitlines()[0])
    assert match
    assert match.group("file", "line", "col", "severity", "code") == ("app.env", "3", "5", "critical", "sendmailos-key")


def test_information_is_left_out_unless_asked_for() -> None:
    public = run(finding(severity=Severity.INFO))
    assert len(rendered("concise", public).splitlines()) == 1
    assert len(rendered("concise", public, Style(verbose=True)).splitlines()) == 2


def test_a_gap_is_said() -> None:
    assert rendered("concise", incomplete()).startswith("incomplete: 1 of 12 files was not read\n  --> secret.bin: ")


def test_a_path_that_is_a_command_does_not_act() -> None:
    found = finding(occurrences=(occurrence(b"::error file=x::y"),))
    assert rendered("concise", run(found)).startswith("\\x3a:error file=x::y:3:5: critical: ")
