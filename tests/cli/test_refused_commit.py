"""What a refused commit leaves behind in git is one line of information, for a day, and only where that is safe."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.helpers.calling import NOW, Inside, Said
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

LINE = "info: git still holds 1 blob with keys that your commit hook refused: git gc --prune=now removes it"


def refused(inside: Inside, repo: Repo, *more: str, seed: int = 1) -> None:
    """A commit that the hook refuses, and what is staged taken back."""
    repo.write("app.py", "x = 1\n").add().commit()
    repo.write("mail.env", leaking_line(seed)).add()
    assert inside("hook", "pre-commit", *more, cwd=repo.path).code == 1
    repo.git("rm", "-q", "--cached", "mail.env")
    repo.file("mail.env").unlink()


def scan(inside: Inside, repo: Repo, *more: str) -> Said:
    return inside("scan", "--no-hygiene", *more, cwd=repo.path)


def severities(said: Said) -> list[str]:
    return [one["severity"] for one in said.document["findings"]]


def test_it_is_one_line_of_information(inside: Inside, repo: Repo) -> None:
    refused(inside, repo)
    for _ in range(2):  # the second time from what is remembered of the history
        said = scan(inside, repo)
        assert (said.code, said.out.count(LINE)) == (0, 1), said.out
    said = scan(inside, repo, "-f", "json")
    assert severities(said) == ["info"]
    assert [one["refused"] for one in said.document["findings"][0]["occurrences"]] == [True]
    said = scan(inside, repo, "-v")
    assert "staged for a commit that your hook refused" in said.out
    assert "It was never committed: `git gc --prune=now` removes it." in said.out
    repo.git("gc", "-q", "--prune=now")
    assert severities(scan(inside, repo, "-f", "json")) == []


def test_pre_commit_names_the_files(inside: Inside, repo: Repo) -> None:
    refused(inside, repo, "mail.env")
    assert scan(inside, repo).code == 0


def test_everything_else_that_dangles_is_reported(inside: Inside, repo: Repo) -> None:
    refused(inside, repo)
    repo.write("b.env", leaking_line(2)).add()
    repo.git("rm", "-q", "--cached", "b.env")
    repo.file("b.env").unlink()
    assert sorted(severities(scan(inside, repo, "-f", "json"))) == ["critical", "info"]


def test_a_key_that_is_somewhere_else_as_well_is_reported(inside: Inside, repo: Repo) -> None:
    refused(inside, repo)
    repo.write("c.env", "# c\n" + leaking_line(1))
    assert severities(scan(inside, repo, "-f", "json")) == ["critical"]


def test_what_was_committed_after_all_is_reported(inside: Inside, repo: Repo) -> None:
    refused(inside, repo)
    repo.write("mail.env", leaking_line(1)).add().commit()
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert severities(scan(inside, repo, "-f", "json")) == ["critical"]


@pytest.mark.parametrize("later", [-1, 86_400])
def test_it_holds_for_a_day(inside: Inside, repo: Repo, later: int) -> None:
    refused(inside, repo)
    said = inside("scan", "--no-hygiene", cwd=repo.path, SOURCE_DATE_EPOCH=str(int(NOW) + later))
    assert said.code == 1


@pytest.mark.parametrize("options", [("--history-only",), ("--no-cache",)])
def test_who_asks_for_all_that_git_holds_is_told(inside: Inside, repo: Repo, options: tuple[str, ...]) -> None:
    refused(inside, repo)
    assert severities(scan(inside, repo, "-f", "json", *options)) == ["critical"]


def test_in_another_and_in_a_bare_repository_it_is_reported(inside: Inside, repo: Repo, tmp_path: Path) -> None:
    refused(inside, repo)
    copy, bare = tmp_path / "copy", tmp_path / "bare.git"
    shutil.copytree(repo.path, copy)
    shutil.copytree(repo.path / ".git", bare)
    for folder in (copy, bare):
        assert severities(inside("scan", "--no-hygiene", "-f", "json", cwd=folder)) == ["critical"]


def test_a_commit_that_passes_stores_nothing(inside: Inside, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyguard.cache import refused_blobs

    stored: list[str] = []
    monkeypatch.setattr(refused_blobs, "remember_refused", lambda objects, oids, now: stored.extend(oids))
    repo.write("app.py", "x = 1\n").add()
    assert inside("hook", "pre-commit", cwd=repo.path).code == 0
    repo.write("mail.env", leaking_line(1)).add()
    assert inside("hook", "pre-commit", "--exit-zero", cwd=repo.path).code == 0
    assert stored == []


def test_neither_a_path_nor_a_secret_is_stored(inside: Inside, repo: Repo, cache: Path) -> None:
    refused(inside, repo)
    stored = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
    assert stored
    assert leaking_line(1).strip().encode() not in stored
    assert b"mail.env" not in stored
    assert os.fsencode(repo.path) not in stored
