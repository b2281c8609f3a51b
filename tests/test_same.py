"""The comparison of two keyguards: what it sees, what it leaves out, and that it shows no key and changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import reports, same, testprojects
from benchmarks.reports import Answer, Program, ask, differences
from tests.helpers.checkout import ROOT, made_up_key
from tests.helpers.repos import Repo, git_environment, snapshot

#: a keyguard that writes what lies beside it into the reports, and ends as the file `code` says
_SCRIPT = """#!/bin/sh
here=$(dirname "$0")
for word; do case "$word" in
--format=json=*) cp "$here/json" "${word#--format=json=}";;
--format=sarif=*) cp "$here/sarif" "${word#--format=sarif=}";;
esac; done
cat "$here/text"; cat "$here/said" >&2; echo "$PWD $*" >> "$here/calls"
exit "$(cat "$here/code")"
"""

Fake = Callable[..., Path]


def report(version: str = "1", *findings: dict[str, Any]) -> dict[str, Any]:
    return {"findings": list(findings), "summary": {"version": version}}


def finding(rule: str, line: int = 1) -> dict[str, Any]:
    return {"rule": rule, "occurrences": [{"path": "a.env", "line": line}]}


def sarif(version: str) -> dict[str, Any]:
    return {"runs": [{"tool": {"driver": {"name": "keyguard", "version": version, "semanticVersion": version}}}]}


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """Make a program that says these things."""

    def make(name: str, document: object, version: str = "1", text: str = "", said: str = "", code: int = 0) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        contents = {"json": json.dumps(document), "sarif": json.dumps(sarif(version))}
        for file, content in {**contents, "text": text, "said": said, "code": str(code), "calls": ""}.items():
            (folder / file).write_text(content)
        (folder / "keyguard").write_text(_SCRIPT)
        (folder / "keyguard").chmod(0o755)
        return folder / "keyguard"

    return make


@pytest.fixture(scope="module")
def commits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with seven commits."""
    repo = Repo(tmp_path_factory.mktemp("repositories") / "shop")
    for number in range(7):
        repo.write("a.txt", f"{number}\n").add().commit(str(number))
    return repo.path


def test_two_that_say_the_same_but_for_their_version_differ_in_nothing(
    fake: Fake, commits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = fake("before", report("1", finding("x")), "1", "text", "said", 1)
    after = fake("after", report("2", finding("x")), "2", "text", "said", 1)
    assert same.main(["--before", str(before), "--after", str(after), str(commits)]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[2] == "| shop | whole | 1 | 1 | 0 |"
    assert [row.split(" | ")[1] for row in rows if row.startswith("| shop")] == [
        *("whole", "whole, again", "files alone", "history alone", "HEAD~5..HEAD"),
        *("since a commit", "since a date", "staged"),
    ]


def test_a_difference_is_said_with_its_place_and_without_keys(
    fake: Fake, commits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = made_up_key(1)
    before = fake("before", report("1", finding("x", 3)), text="one\ntwo\n")
    after = fake("after", report("1", finding("x", 4), finding(key)), text=f"one\nKEY={key}\n")
    assert same.main(["--before", str(before), "--after", str(after), str(commits)]) == 1
    said = capsys.readouterr().out
    assert "| shop | whole | 0 | 1 / 2 | 5 |" in said
    assert "\n  text: -two\n" in said
    assert 'json.findings: only before: {"occurrences": [{"line": 3' in said
    assert key[-4:] in said
    assert key not in said


def test_a_field_that_is_new_on_purpose_can_be_left_out(
    fake: Fake, commits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = fake("before", report("1", finding("x")))
    after = fake("after", report("1", {**finding("x"), "ended": ""}))
    words = ["--before", str(before), "--after", str(after), str(commits), "--lines", "3"]
    assert same.main(words) == 1
    assert 'json.findings[0].ended: "(nothing)" != ""' in capsys.readouterr().out
    assert same.main([*words, "--but", "json.findings[*].ended"]) == 0


def test_the_reports_of_both_are_asked_for_under_the_same_names(fake: Fake, commits: Path) -> None:
    before, after = fake("before", report()), fake("after", report())
    same.main(["--before", str(before), "--after", str(after), str(commits)])
    asked = [(program.parent / "calls").read_text() for program in (before, after)]
    assert asked[0] == asked[1]
    assert len(asked[0].splitlines()) == 8


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (Answer(0, "", "", {}), Answer(1, "", "", {}), ["exit code: 0 != 1"]),
        (Answer(-9, "", "", {}), Answer(-9, "", "", {}), ["exit code: -9 != -9"]),
        (Answer(0, "a\nb", "", {}), Answer(0, "a\nc", "", {}), ["standard error: -b", "standard error: +c"]),
        (Answer(0, "", "", {"json": 1}), Answer(0, "", "", {}), ['json: 1 != "(nothing)"']),
        (Answer(0, "", "", {}), Answer(0, "", "", {"json": None}), ['json: "(nothing)" != null']),
        (
            Answer(0, "", "", {"json": {"a": [{"b": 1}, 2], "c": True}}),
            Answer(0, "", "", {"json": {"a": [{"b": 1}, 3], "c": True}}),
            ["json.a[1]: 2 != 3"],
        ),
        (
            Answer(0, "", "", {"json": report("1")}),
            Answer(0, "", "", {"json": {"findings": [], "summary": {"version": "2", "gaps": 1}}}),
            ['json.summary.gaps: "(nothing)" != 1'],
        ),
    ],
)
def test_every_part_of_an_answer_is_compared(one: Answer, other: Answer, said: list[str]) -> None:
    assert differences(one, one) == ([] if one.code >= 0 else said)
    assert differences(one, other) == said


def test_a_scan_that_does_not_end_is_a_difference(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    program = fake("slow", report())
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    monkeypatch.setattr(reports, "PATIENCE", 0.05)
    answer = ask(Program(str(program), tmp_path), tmp_path, (), dict(os.environ), tmp_path / "reports")
    assert differences(answer, answer) == ["exit code: -1 != -1"]


def test_what_is_no_json_is_said(tmp_path: Path, fake: Fake) -> None:
    program = fake("broken", report())
    (program.parent / "json").write_text("{")
    answer = ask(Program(str(program), tmp_path), tmp_path, (), dict(os.environ), tmp_path / "reports")
    assert answer.reports["json"].startswith("not JSON")
    assert answer.findings == 0


def test_a_repository_is_only_read_and_its_staged_change_is_made_in_a_clone(tmp_path: Path, commits: Path) -> None:
    before = snapshot(commits)
    clone = same.staged_clone(commits, tmp_path / "clone")
    assert same.git(clone, "diff", "--cached", "--name-only").split() == [".env", "staged.py"]
    assert snapshot(commits) == before


def test_keyguard_says_the_same_as_itself(tmp_path: Path, commits: Path) -> None:
    command = shutil.which("keyguard", path=Path(sys.executable).parent)
    clone = same.staged_clone(commits, tmp_path / "clone")
    answers = [
        ask(
            Program(str(command), tmp_path / name),
            clone,
            ("--staged",),
            git_environment(tmp_path),
            tmp_path / "reports",
        )
        for name in ("one", "two")
    ]
    assert differences(answers[0], answers[1]) == []
    assert (answers[0].code, set(answers[0].reports)) == (1, {"json", "sarif"})
    assert answers[0].findings == 3


# --- projects that tests leave --------------------------------------------------------------------------------------


def test_repositories_and_folders_with_files_are_projects(tmp_path: Path) -> None:
    (tmp_path / "test_empty0").mkdir()
    Repo(tmp_path / "test_one0" / "repo").write("sub/a.txt", "a")
    (tmp_path / "test_one0" / "notes.txt").write_text("beside it")
    Repo(tmp_path / "test_bare0" / "origin.git", "--bare")
    (tmp_path / "cache0").mkdir()
    (tmp_path / "cache0" / "known-12.sqlite3").write_bytes(b"")
    (tmp_path / "test_plain0" / "src").mkdir(parents=True)
    (tmp_path / "test_plain0" / "src" / "a.txt").write_text("a")
    (tmp_path / "test_current").symlink_to("test_one0")
    found = [str(path.relative_to(tmp_path)) for path in testprojects.projects_in(tmp_path)]
    assert found == ["test_bare0/origin.git", "test_one0/repo", "test_plain0"]


def test_the_same_project_counts_once_and_a_mode_makes_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in (("a", "x"), ("b", "x"), ("c", "y"), ("d", "x" * 100)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(content)
    monkeypatch.setattr(testprojects, "_LARGEST", 50)
    paths = sorted(tmp_path.iterdir())
    assert [path.name for path in testprojects.different(iter(paths))] == ["a", "c"]
    (tmp_path / "b" / "file").chmod(0o600)
    assert [path.name for path in testprojects.different(iter(paths))] == ["a", "b", "c"]


def test_tests_leave_their_projects(tmp_path: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    program = fake("both", report("1", finding("x")), code=1)
    case = f"{ROOT}/tests/hygiene/test_checks.py::test_examples[env-not-ignored-yes-0]"
    code = same.main(["--before", str(program), "--after", str(program), "--jobs", "1", "--tests", case])
    assert code == 0
    assert "| whole | 1 | 1 | 1 | 0 | 0 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--before", "sh"], "nothing to compare"),
        (["--before", "sh", "no/such/folder"], "is no folder"),
        (["--before", "no-such-command", "."], "is no command"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        same.main([*arguments, "--after", "sh"])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_list_says_how_each_is_scanned(commits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert same.main(["--before", "sh", "--after", "sh", "--list", str(commits)]) == 0
    said = capsys.readouterr().out
    assert "  HEAD~5..HEAD: --range HEAD~5..HEAD\n" in said
    assert "not compared: json.summary.version sarif.runs[*]" in said
