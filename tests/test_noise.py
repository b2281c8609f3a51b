"""The counting of noise: what is listed, what a line is, how findings are counted, and what is shown to read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import noise
from benchmarks.languages import Cost, table
from benchmarks.languages import main as measure_languages
from benchmarks.noise import Answer, Listed
from benchmarks.texts import line_count
from tests.helpers.checkout import leaking_line


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what the programs remember: to compile the rules takes a second."""
    return tmp_path_factory.mktemp("cache")


DETECTORS = frozenset({"generic-password"})


def finding(rule: str, confidence: str = "high", severity: str = "high", line: int = 1) -> dict[str, Any]:
    place = {"path": "src/a.py", "line": line, "snippet": {"text": "  password = ****  "}}
    named = {"rule": rule, "confidence": confidence, "severity": severity}
    return {**named, "occurrences": [place], "because": ["the name says password", "9 characters"]}


def answer(name: str, lines: int, *findings: dict[str, Any], **peers: int) -> Answer:
    return Answer(Listed(Path("trees", name), "Perl", name), lines, list(findings), peers)


def test_a_list_names_folders_and_languages(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("# large ones\n/a/b\tC\n\n/c d\n/e/repo.git\tPerl\te\n", encoding="utf-8")
    expected = [
        Listed(Path("/a/b"), "C", "b"),
        Listed(Path("/c d"), "", "c d"),
        Listed(Path("/e/repo.git"), "Perl", "e"),
    ]
    assert noise.listed(path) == expected


def test_lines_of_text_count_and_nothing_of_git(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / ".git" / "config").write_bytes(b"\n" * 50)
    (tmp_path / "deep" / "er" / "a").write_bytes(b"\xff\n\n")
    (tmp_path / "b").write_bytes(b"\0" + b"\n" * 70)
    (tmp_path / "c").symlink_to("deep/er/a")
    assert line_count(tmp_path) == 2


@pytest.mark.parametrize(
    ("found", "tier"),
    [
        (finding("generic-password"), "high"),
        (finding("generic-password", "medium"), "medium"),
        (finding("sk-key", "medium"), "high"),
        (finding("generic-password", "high", "info"), "informational"),
    ],
)
def test_a_tier_says_what_fails(found: dict[str, Any], tier: str) -> None:
    assert noise.tier(found, DETECTORS) == tier


def test_tables_count_by_repository_and_by_rule() -> None:
    answers = [
        answer("one", 400_000, finding("generic-password"), finding("generic-password", "medium"), gitleaks=3),
        answer("two", 600_000, finding("sk-key"), gitleaks=5),
    ]
    lines = list(noise.tables(answers, DETECTORS))
    assert "| one | Perl | 400,000 | 1 | 1 | 0 | 3 |" in lines
    assert "| per million lines |  |  | 2.0 | 1.0 | 0.0 | 8.0 |" in lines
    assert "| generic-password | 1 | 1 | 0 | 1.00 | 1.00 | 0.00 |" in lines


def test_histories_have_no_lines_to_count_by() -> None:
    lines = list(noise.tables([answer("one", 0, finding("sk-key"))], DETECTORS))
    assert not any("million" in line for line in lines)
    assert lines[-1] == "| sk-key | 1 | 0 | 0 |"


def test_what_is_read_by_eye_comes_from_every_repository_and_rule() -> None:
    many = [finding("generic-password", line=line) for line in range(1, 9)]
    shown = "\n".join(noise.worst([answer("one", 9, *many), answer("two", 9, finding("sk-key"))], DETECTORS, 3))
    assert [line for line in shown.splitlines() if line.startswith("- ")] == [
        "- generic-password one/src/a.py:1",
        "- sk-key two/src/a.py:1",
        "- generic-password one/src/a.py:2",
    ]
    assert "the name says password; 9 characters" in shown


def test_a_tree_is_scanned_and_counted(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = tmp_path / "shop"
    tree.mkdir()
    (tree / "a.env").write_text(leaking_line(5) + "\n\n", encoding="utf-8")
    (tmp_path / "list").write_text(f"{tree}\tshell\n", encoding="utf-8")
    command = Path(sys.executable).with_name("keyguard")
    asked = [f"--trees={tmp_path / 'list'}", f"--write={tmp_path / 'read.md'}", f"--cache={cache}"]
    noise.main([*asked, f"--keyguard={command}", "--only=none"])
    assert "| shop | shell | 3 | 1 | 0 | 0 |" in capsys.readouterr().out
    assert "shop/a.env:1" in (tmp_path / "read.md").read_text(encoding="utf-8")


def test_what_a_megabyte_costs_is_summed_by_language() -> None:
    costs = [Cost("C", 1_000_000, 0.01, 0.02), Cost("Go", 2_000_000, 0.01, 0.01), Cost("C", 3_000_000, 0.03, 0.02)]
    assert list(table(costs))[2:] == [
        "| C | 4.0 | 10.0 | 10.0 | 1.00 |",
        "| Go | 2.0 | 5.0 | 5.0 | 1.00 |",
        "| all | 6.0 | 8.3 | 8.3 | 1.00 |",
    ]
    assert list(table([Cost("C", 1_000_000, 0.01, 0.0)]))[-1] == "| all | 1.0 | 10.0 |  |  |"


def test_a_tree_is_measured(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = tmp_path / "shop"
    tree.mkdir()
    (tree / "a.c").write_text("int a;\n" * 9000, encoding="utf-8")
    (tmp_path / "list").write_text(f"{tree}\tC\n", encoding="utf-8")
    command = Path(sys.executable).with_name("keyguard")
    asked = [str(tmp_path / "list"), f"--cache={cache}", f"--keyguard={command}"]
    measure_languages([*asked, f"--before={command}", "--rounds=1"])
    row = capsys.readouterr().out.splitlines()[-1].split(" | ")
    assert row[:2] == ["| all", "0.1"]
    assert float(row[4].rstrip(" |")) > 0
