"""A repository whose tree is empty, or wholly ignored, has a history all the same, and every command reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history.asking import History, key, line


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """One commit with a key, and one that removes the only file."""
    repo = Repo(tmp_path_factory.mktemp("emptied") / "repo").write("a.env", line("gone")).add().commit()
    return repo.remove("a.env").add().commit()


@pytest.fixture(scope="module")
def ident(emptied: Repo, asker: Keyguard) -> str:
    """The short id of that key."""
    return str(asker.scan("--no-cache", emptied.path).document["findings"][0]["id"])


def test_a_scan_reads_the_history_of_an_empty_tree(kg: Keyguard, emptied: Repo) -> None:
    said = kg.scan("--no-cache", emptied.path)
    assert said.code == 1
    assert History(said, said.document).paths("gone") == {"a.env"}


@pytest.mark.parametrize("command", ["inventory", "verify --dry-run", "plan", "revoke", "prove"])
def test_every_command_reads_it(kg: Keyguard, emptied: Repo, ident: str, command: str) -> None:
    name, *options = command.split()
    said = kg(name, *([] if name == "inventory" else [ident]), *options, cwd=emptied.path)
    assert "nothing to scan" not in said.err
    assert ident in said.out + said.err


def test_what_is_ignored_leaves_the_history(kg: Keyguard, repo: Repo) -> None:
    repo.write("a.env", line("gone")).add().commit().remove("a.env")
    repo.write(".gitignore", "*\n").add().commit().write("kept.env", key("kept"))
    said = kg.scan("--no-cache", repo.path)
    assert (said.code, History(said, said.document).paths("gone")) == (1, {"a.env"})


def test_so_does_what_only_git_add_wrote(kg: Keyguard, repo: Repo) -> None:
    repo.write("a.env", line("gone")).add().git("rm", "-q", "-f", "a.env")
    said = kg.scan("--no-cache", repo.path)
    assert (said.code, History(said, said.document).missed(["gone"])) == (1, [])


def test_a_ref_without_its_object_is_a_gap(kg: Keyguard, repo: Repo) -> None:
    (repo.path / ".git/refs/heads/main").write_text("1" * 40 + "\n")
    assert kg.scan("--no-cache", repo.path).code == 2


@pytest.mark.parametrize("bare", [(), ("--bare",)], ids=("work tree", "bare"))
def test_without_commit_and_file_there_is_nothing(kg: Keyguard, tmp_path: Path, bare: tuple[str, ...]) -> None:
    said = kg.scan(Repo(tmp_path / "new", *bare).path)
    assert (said.code, said.out) == (2, "")
    assert "nothing to scan in " in said.err


def test_nor_is_there_without_the_history(kg: Keyguard, emptied: Repo) -> None:
    said = kg.scan("--no-history", emptied.path)
    assert (said.code, said.out) == (2, "")
