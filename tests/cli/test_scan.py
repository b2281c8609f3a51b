"""``keyguard scan`` as it is called: what the exit code says, what is read, and that the sums are right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.cli.shared import scan_command
from keyguard.model.finding import Run
from keyguard.scan.run import ScanRequest, run_scan
from tests.helpers.calling import FORMATS, Inside, Keyguard, Said, parts_of, places
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def kg(inside: Inside) -> Inside:
    """No process for each call: there are many."""
    return inside


LEAK = leaking_line(1)


def put(folder: Path, files: dict[str, str]) -> Path:
    """Write files, with the folders around them."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return put(tmp_path / "clean", {"a.txt": "nothing\n", "b/c.txt": "at all\n"})


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    return put(tmp_path / "leaky", {"a.txt": "nothing\n", "b/settings.ini": LEAK})


@pytest.fixture
def torn(leaky: Path) -> Path:
    """A folder with a leak and a gap: a ``.git`` that is none."""
    (leaky / ".git").write_text("gitdir: /nowhere\n")
    return leaky


def test_ages_are_counted_to_a_moment_that_can_be_fixed(
    kg: Keyguard, clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ScanRequest] = []
    real = run_scan

    def watched(request: ScanRequest) -> Run:
        asked.append(request)
        return real(request)

    monkeypatch.setattr(scan_command, "run_scan", watched)
    assert kg("scan", clean, SOURCE_DATE_EPOCH="1764072000").code == 0
    assert [request.terms.now for request in asked] == [1_764_072_000]
    assert kg("scan", clean, SOURCE_DATE_EPOCH="soon").code == 2


# --- the exit code ------------------------------------------------------------------------------------------------


def test_0_all_was_read_and_nothing_found(kg: Keyguard, clean: Path) -> None:
    said = kg("scan", clean)
    assert said == Said(0, said.out, "")
    assert said.out.startswith("no keys found; working tree: 2 files")


def test_1_a_key_was_found_and_is_not_shown(kg: Keyguard, leaky: Path) -> None:
    said = kg("scan", leaky)
    assert (said.code, said.err) == (1, "")
    assert "b/settings.ini:1:20" in said.out
    assert not [part for part in parts_of(made_up_key(1)[8:]) if part in said.out]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("which", "code"), [("clean", 0), ("leaky", 1), ("torn", 2)])
def test_the_format_never_changes_the_code(
    kg: Keyguard, name: str, which: str, code: int, request: pytest.FixtureRequest
) -> None:
    assert kg("scan", "-f", name, request.getfixturevalue(which)).code == code


def test_2_a_gap_weighs_more_than_findings_which_are_reported_all_the_same(kg: Keyguard, torn: Path) -> None:
    said = kg.scan(cwd=torn)
    assert said.code == 2
    assert said.gaps == {".": "broken-repository"}
    assert places(said) == {"b/settings.ini"}
    told = kg("scan", "-f", "concise", cwd=torn)
    files = said.document["coverage"]["read"]
    assert "incomplete: git could not list the files of 1 folder\n" in told.out
    assert f"working tree: {files} files, " in told.out, "all files that there are were read"


def test_gaps_can_be_allowed_and_findings_then_count(kg: Keyguard, torn: Path) -> None:
    assert kg("scan", torn, "--allow-incomplete").code == 1
    assert kg("scan", torn, "--allow-incomplete", "--exit-zero").code == 0
    assert kg("scan", torn, "--exit-zero").code == 2


def test_findings_can_be_made_not_to_fail_the_run(kg: Keyguard, leaky: Path) -> None:
    said = kg.scan("--exit-zero", cwd=leaky)
    assert said.code == 0
    assert places(said) == {"b/settings.ini"}


def test_the_least_severity_that_fails_is_the_users_choice(kg: Keyguard, tmp_path: Path) -> None:
    folder = put(tmp_path / "t", {"a.env": LEAK.replace("_live_", "_test_")})
    severity = kg.scan(folder).document["findings"][0]["severity"]
    assert severity not in ("info", "critical")
    assert kg("scan", folder, "--fail-on", severity).code == 1
    assert kg("scan", folder, "--fail-on", "critical").code == 0
    assert kg("scan", folder, "--fail-on", "CRITICAL").code == 0


def test_what_is_not_there_is_an_error(kg: Keyguard, clean: Path) -> None:
    said = kg("scan", clean, clean / "missing")
    assert (said.code, said.out) == (2, "")
    assert said.err == f"keyguard: error: {clean / 'missing'}: no such file or folder\n"


def test_a_scan_of_nothing_is_an_error(kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "empty" / "folder").mkdir(parents=True)
    said = kg("scan", "empty")
    assert (said.code, said.out) == (2, "")
    assert "nothing to scan in empty" in said.err
    Repo(tmp_path / "bare", "--initial-branch=main").write(".gitignore", "*\n").write("key.txt", LEAK)
    assert kg("scan", tmp_path / "bare").code == 2


@pytest.mark.parametrize("options", [["--exclude", "*"], ["--max-size", "1"]], ids=str)
def test_leaving_everything_out_is_an_error_too(kg: Keyguard, leaky: Path, options: list[str]) -> None:
    said = kg("scan", leaky, *options)
    assert said.code == 2
    assert "nothing to scan: " in said.err


def test_empty_files_are_something(kg: Keyguard, tmp_path: Path) -> None:
    said = kg.scan(put(tmp_path / "t", {"empty": ""}))
    assert said.code == 0
    assert said.document["coverage"]["read"] == 1


def test_without_git_everything_is_read_and_that_is_said(kg: Keyguard, repo: Repo, tmp_path: Path) -> None:
    repo.write("kept.txt", LEAK).write(".gitignore", "ignored.txt\n").write("ignored.txt", leaking_line(2)).add()
    said = kg.scan(cwd=repo.path, PATH=str(tmp_path))
    assert said.code == 2
    assert said.gaps == {".": "git-failed", "history": "unreadable"}
    assert places(said) == {"kept.txt", "ignored.txt"}
    assert kg("scan", "--staged", repo.path, PATH=str(tmp_path)).code == 2


def test_a_git_inside_the_scanned_folder_is_not_run(kg: Keyguard, repo: Repo, tmp_path: Path) -> None:
    repo.write("bin/git", f'#!/bin/sh\ntouch {tmp_path / "ran"}\nexec git "$@"\n').write("a.txt", LEAK).add()
    repo.file("bin/git").chmod(0o755)
    for path in (f"{repo.path / 'bin'}:{os.environ['PATH']}", f"bin:.:{os.environ['PATH']}"):
        assert kg("scan", ".", cwd=repo.path, PATH=path).code == 1
    assert not (tmp_path / "ran").exists()


def test_a_broken_repository_is_read_as_plain_files_ignored_ones_too(kg: Keyguard, tmp_path: Path) -> None:
    folder = put(tmp_path / "t", {".git/config": LEAK, ".gitignore": "*\n", "a.txt": leaking_line(2)})
    said = kg.scan(cwd=folder)
    assert said.code == 2
    assert said.gaps == {".": "broken-repository"}
    assert places(said) == {".git/config", "a.txt"}


@pytest.mark.parametrize("option", ["--staged", "--changes"])
def test_what_needs_a_repository_says_so(kg: Keyguard, clean: Path, option: str) -> None:
    said = kg("scan", option, cwd=clean)
    assert (said.code, said.out) == (2, "")
    assert "not in a git repository" in said.err


# --- standard input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["--stdin"], ["-"]])
def test_standard_input_is_scanned(kg: Keyguard, words: list[str]) -> None:
    said = kg.scan(*words, stdin=f"x\n{LEAK}".encode())
    assert said.code == 1
    (place,) = said.document["findings"][0]["occurrences"]
    assert (place["path"], place["where"], place["line"]) == ("<stdin>", "stdin", 2)


def test_empty_standard_input_is_fine(kg: Keyguard) -> None:
    said = kg.scan("--stdin")
    assert (said.code, said.document["coverage"]["read"]) == (0, 1)


def test_closed_standard_input_is_an_error(kg: Keyguard) -> None:
    said = kg.shell(f"{kg.line('scan', '--stdin')} <&-")
    assert said == Said(2, "", "keyguard: error: standard input is closed\n")


def test_standard_input_that_cannot_be_read_is_a_gap(kg: Keyguard, tmp_path: Path) -> None:
    with open(tmp_path / "only written to", "wb") as stream:  # noqa: PTH123 - a stream, as a shell would hand it over
        said = kg.scan("--stdin", stdin=stream)
    assert said.code == 2
    assert said.gaps == {"<stdin>": "unreadable"}


def test_input_and_paths_do_not_go_together(kg: Keyguard, clean: Path) -> None:
    for words in (["--stdin", "."], ["-", "."], ["--staged", ".", "."], ["--staged", "--changes"]):
        assert kg("scan", *words, cwd=clean).code == 2


# --- what is read -------------------------------------------------------------------------------------------------


def test_paths_are_shown_as_seen_from_here(kg: Keyguard, leaky: Path) -> None:
    assert places(kg.scan(cwd=leaky)) == {"b/settings.ini"}
    assert places(kg.scan(".", cwd=leaky)) == {"b/settings.ini"}
    assert places(kg.scan("b", cwd=leaky)) == {"b/settings.ini"}
    assert places(kg.scan("b/settings.ini", cwd=leaky)) == {"b/settings.ini"}
    assert places(kg.scan("../b/../b", cwd=leaky / "b")) == {"settings.ini"}
    assert places(kg.scan("leaky", cwd=leaky.parent)) == {"leaky/b/settings.ini"}


def test_a_folder_elsewhere_is_shown_as_seen_from_there_and_several_in_full(kg: Keyguard, leaky: Path) -> None:
    elsewhere = leaky / "a.txt"
    here = leaky / "b"
    (leaky.parent / "other").mkdir()
    assert places(kg.scan(here, cwd=leaky.parent / "other")) == {"settings.ini"}
    assert places(kg.scan(here, elsewhere, cwd=leaky.parent / "other")) == {str(here / "settings.ini")}
    assert places(kg.scan(here / "settings.ini", cwd=leaky.parent / "other")) == {str(here / "settings.ini")}


def test_a_file_that_several_paths_lead_to_is_read_once(kg: Keyguard, leaky: Path) -> None:
    said = kg.scan("b", ".", "b/settings.ini", "a.txt", "./b/../b", cwd=leaky)
    assert said.document["coverage"]["listed"] == 2
    assert len(said.document["findings"][0]["occurrences"]) == 1


def test_a_path_that_is_a_link_is_followed_since_it_was_asked_for(kg: Keyguard, leaky: Path) -> None:
    (leaky.parent / "folder").symlink_to(leaky)
    (leaky.parent / "file").symlink_to(leaky / "b" / "settings.ini")
    assert places(kg.scan("folder")) == {"leaky/b/settings.ini"}
    assert places(kg.scan("file")) == {"leaky/b/settings.ini"}


def test_a_path_that_is_a_link_to_nowhere_is_read_as_what_it_says(kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(f"https://x.test/?k={made_up_key(1)}")
    said = kg.scan("link")
    assert (said.code, places(said)) == (1, {"link"})


def test_a_path_that_is_a_pipe_is_a_gap(kg: Keyguard, leaky: Path) -> None:
    os.mkfifo(leaky.parent / "pipe")
    for words in (["pipe"], ["pipe", "leaky"]):
        said = kg.scan(*words)
        assert said.code == 2
        assert said.gaps == {"pipe": "not-a-file"}
    assert places(said) == {"leaky/b/settings.ini"}


def test_a_path_in_an_ignored_folder_is_read_since_it_was_asked_for(kg: Keyguard, repo: Repo) -> None:
    repo.write(".gitignore", "out/\n").write("out/a.txt", LEAK).add()
    assert kg("scan", cwd=repo.path).code == 0
    said = kg.scan("out/a.txt", cwd=repo.path)
    assert (said.code, places(said)) == (1, {"out/a.txt"})
    assert kg("scan", "out", cwd=repo.path).code == 2
    assert kg("scan", "out", "--all-files", cwd=repo.path).code == 1


def test_what_is_left_out_by_choice_is_listed_and_no_gap(kg: Keyguard, leaky: Path) -> None:
    said = kg.scan("--exclude", "b/", cwd=leaky)
    assert said.code == 0
    assert [(one["path"], one["reason"], one["gap"]) for one in said.document["skipped"]] == [
        ("b/settings.ini", "excluded", False)
    ]
    said = kg.scan("--max-size", "9", cwd=leaky)
    assert said.code == 0
    assert [(one["path"], one["reason"], one["gap"]) for one in said.document["skipped"]] == [
        ("b/settings.ini", "too-large", False)
    ]
    assert kg("scan", leaky, "--max-size", str(len(LEAK))).code == 1


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("b", {"a.txt", "d/b.txt"}),
        ("*.txt", {"b/c.ini"}),
        ("/a.txt", {"b/a.txt", "b/c.ini", "d/b.txt"}),
        ("d/**", {"a.txt", "b/a.txt", "b/c.ini"}),
        ("d/b.txt/", {"a.txt", "b/a.txt", "b/c.ini", "d/b.txt"}),
    ],
)
def test_what_is_excluded_is_said_as_in_gitignore(kg: Keyguard, tmp_path: Path, pattern: str, kept: set[str]) -> None:
    put(tmp_path / "t", dict.fromkeys(("a.txt", "b/a.txt", "b/c.ini", "d/b.txt"), LEAK))
    assert places(kg.scan("--exclude", pattern, cwd=tmp_path / "t")) == kept


def test_patterns_of_the_configuration_are_relative_to_it_wherever_one_stands(kg: Keyguard, repo: Repo) -> None:
    repo.write(".keyguard.toml", 'exclude = ["/tests/data/"]\n').write("tests/data/key.txt", LEAK)
    repo.write("tests/key.txt", LEAK).write("data/key.txt", LEAK).add()
    assert places(kg.scan(cwd=repo.path)) == {"tests/key.txt", "data/key.txt"}
    assert places(kg.scan(cwd=repo.path / "tests")) == {"key.txt"}
    assert places(kg.scan(repo.path)) == {"repo/tests/key.txt", "repo/data/key.txt"}
    staged = {"tests/key.txt", "data/key.txt"}
    assert places(kg.scan("--staged", cwd=repo.path / "tests")) == staged
    assert places(kg.scan(repo.path / "tests", repo.path / "data", cwd=repo.path.parent)) == {
        f"repo/{name}" for name in staged
    }
    assert kg("scan", "--isolated", cwd=repo.path / "tests").out.count("--> data/key.txt") == 1


def test_excluding_all_that_is_staged_is_no_error_since_commits_are_small(kg: Keyguard, repo: Repo) -> None:
    repo.write("tests/key.txt", LEAK).add()
    said = kg.scan("--staged", "--exclude", "tests/", cwd=repo.path)
    assert said.code == 0
    assert said.document["coverage"] | {"read": 0, "skipped": 1} == said.document["coverage"]


def test_a_pattern_may_be_of_any_bytes(kg: Keyguard, tmp_path: Path) -> None:
    put(tmp_path / "t", {"ü.txt": LEAK, "b.txt": LEAK, "\udcff.txt": LEAK})
    said = kg.scan(
        "--exclude",
        "ü*",
        "--exclude",
        b"\xff*",
        cwd=tmp_path / "t",
        LC_ALL="C",
        PYTHONCOERCECLOCALE="0",
        PYTHONUTF8="0",
    )
    assert places(said) == {"b.txt"}
