"""Workflow commands, read the way the runner reads them."""

from __future__ import annotations

import msgspec
import pytest

from keyguard.model.finding import Severity
from keyguard.report import Style
from tests.report.samples import (
    LIVE,
    finding,
    historic,
    incomplete,
    numbered,
    occurrence,
    past,
    remembered,
    rendered,
    run,
    shallow,
)
from tests.report.workflow import commands


def test_a_finding_is_an_annotation_on_its_line() -> None:
    (command,) = commands(rendered("github", run(finding())))
    assert command.name == "error"
    assert command.properties == {
        "title": "critical[sendmailos-key]: SendMailOS API key, live",
        "file": "app.env",
        "line": "3",
        "endLine": "3",
        "col": "5",
        "endColumn": "37",
    }
    assert command.data.splitlines() == [
        f"app.env:3:5: {LIVE} (KG-7f3a9c)",
        "whose: SendMailOS, certain: the variable SENDMAILOS_API_KEY",
        "why: Whoever has it can send mail in your name and read all subscribers.",
        "fix: Create a new key, deploy it, then delete this one.",
        "see: https://sendmailos.com/docs/authentication",
    ]


def test_in_the_hook_of_a_push_the_advice_is_that_of_the_hook() -> None:
    sent = historic(remembered(past(at_head=True)))
    (command,) = commands(rendered("github", sent, Style(hook="push")))
    assert "fix: Nothing was sent yet: " in command.data
    (command,) = commands(rendered("github", sent))
    assert "Nothing was sent" not in command.data


def test_paths_count_from_the_top_of_the_repository() -> None:
    below = msgspec.structs.replace(run(*numbered(11)), prefix=b"web/")
    text = rendered("github", below)
    assert ",file=web/" in text
    assert "::web/" in text
    assert text.splitlines()[-2].startswith("web/")


@pytest.mark.parametrize(
    ("severity", "name"),
    [
        (Severity.CRITICAL, "error"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "notice"),
        (Severity.INFO, "notice"),
    ],
)
def test_severity_decides_the_kind(severity: Severity, name: str) -> None:
    (command,) = commands(rendered("github", run(finding(severity=severity)), Style(verbose=True)))
    assert command.name == name


def test_information_is_left_out_unless_asked_for() -> None:
    assert commands(rendered("github", run(finding(severity=Severity.INFO)))) == []


def test_properties_cannot_be_forged() -> None:
    name = b"a,line=1::stop-commands::x%0A\r\n::error::y"
    (command,) = commands(rendered("github", run(finding(occurrences=(occurrence(name),)))))
    assert command.properties["file"] == "a,line=1::stop-commands::x%0A\\r\\n::error::y"
    assert command.properties["line"] == "3"


def test_the_ten_worst_are_annotated_and_the_others_are_lines() -> None:
    many = numbered(12)
    low = [msgspec.structs.replace(one, severity=Severity.LOW) for one in many[:9]]
    high = [msgspec.structs.replace(one, severity=Severity.HIGH) for one in many[9:]]
    text = rendered("github", run(*low, *high))
    assert [command.name for command in commands(text)] == ["error"] * 3 + ["notice"] * 7
    assert "10 of 12 places are annotated, the worst first; the others:\nsrc/7.py:3:5: low: " in text
    assert text.count("src/8.py") == 1


def test_every_key_is_annotated_before_any_is_twice() -> None:
    many = finding(occurrences=tuple(occurrence(f"{number}.py".encode()) for number in range(20)))
    (*_, last) = numbered(1, severity=Severity.LOW)
    files = [command.properties["file"] for command in commands(rendered("github", run(many, last)))]
    assert files[:3] == ["0.py", "src/0.py", "1.py"]
    assert len(files) == 10


def test_a_place_in_history_points_to_no_file_and_says_which_in_words() -> None:
    (command,) = commands(rendered("github", historic(remembered(past()))))
    assert command.properties == {"title": "critical[sendmailos-key]: SendMailOS API key, live"}
    assert command.data.splitlines()[:4] == [
        f"app.env:3:5 in commit 4f2c1ab990 of 2021-03-04, removed 2022-01-09 by commit 77aa001122: {LIVE} (KG-7f3a9c)",
        "where: gone from the files, but still in history since 2021-03-04, 1,727 days",
        "came 2021-03-04 with commit 4f2c1ab990, removed 2022-01-09 by commit 77aa001122",
        "whose: SendMailOS, certain: the variable SENDMAILOS_API_KEY",
    ]
    assert "fix: Revoke it first: " in command.data


def test_places_in_files_are_annotated_before_further_ones_in_history() -> None:
    places = (occurrence(b"a"), *(past(b"%d" % number) for number in range(12)), occurrence(b"b"))
    low = finding(severity=Severity.LOW, occurrences=(occurrence(b"c"), occurrence(b"d")))
    found = commands(rendered("github", historic(remembered(*places), low)))
    assert [command.properties.get("file") for command in found[:5]] == ["a", "c", "b", "d", None]


def test_a_gap_of_history_is_said_in_the_annotation() -> None:
    (command,) = commands(rendered("github", shallow()))
    assert command.data == "history: shallow clone, 1 commit of an unknown number: see the log of this step"


def test_a_gap_is_the_first_annotation() -> None:
    text = rendered("github", incomplete(*numbered(12)))
    first, *others = commands(text)
    assert (first.name, first.properties, first.data) == (
        "error",
        {"title": "keyguard: incomplete"},
        "1 of 12 files was not read: see the log of this step",
    )
    assert len(others) == 9
    assert "incomplete: 1 of 12 files was not read\n  --> secret.bin: unreadable" in text
    assert commands(rendered("github", incomplete(allow_incomplete=True)))[0].name == "warning"


def test_columns_are_given_within_one_line_only() -> None:
    place = occurrence(end_line=9)
    (command,) = commands(rendered("github", run(finding(occurrences=(place,)))))
    assert set(command.properties) == {"title", "file", "line", "endLine"}
