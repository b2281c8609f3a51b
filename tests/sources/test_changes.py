"""The source of changes since the last commit: staged, unstaged and untracked, each version once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.model.finding import Blob, Where
from keyguard.sources.changes import listing
from keyguard.sources.listing import Ask, Listing
from keyguard.support.errors import UsageError
from tests.helpers.repos import Repo, snapshot


def listed(repo: Repo) -> Listing:
    return listing(Ask(paths=(str(repo.path),)))


def staged(found: Listing) -> list[bytes]:
    return [blob.path for stored in found.stored for blob in stored.blobs]


def unstaged(found: Listing) -> list[bytes]:
    return [folder.display(file.path) for folder in found.folders for file in folder.files]


@pytest.fixture
def committed(repo: Repo) -> Repo:
    return repo.write("a", "one\n").write("b", "two\n").write("c", "three\n").write(".gitignore", "x\n").add().commit()


def test_staged_unstaged_and_untracked_changes_come_together(committed: Repo) -> None:
    committed.write("a", "staged\n").add().write("b", "changed\n").write("new", "").write("x", "")
    found = listed(committed)
    assert found.stored[0].blobs == [Blob(b"a", Where.INDEX, committed.oid(":a"), committed.oid("HEAD:a"))]
    assert unstaged(found) == [b"b", b"new"]
    assert found.folders[0].files[0].old == committed.oid(":b")


def test_a_file_that_is_staged_and_then_changed_again_comes_twice(committed: Repo) -> None:
    committed.write("a", "staged\n").add().write("a", "staged\nand more\n")
    found = listed(committed)
    assert (staged(found), unstaged(found)) == ([b"a"], [b"a"])
    assert found.folders[0].files[0].old == committed.oid(":a")


def test_nothing_changed_is_an_answer(committed: Repo) -> None:
    found = listed(committed)
    assert (found.count(), found.scope) == (0, "changes since the last commit")


def test_what_is_deleted_is_no_change_to_read(committed: Repo) -> None:
    committed.remove("a").git("rm", "--quiet", "b")
    assert listed(committed).count() == 0


def test_before_the_first_commit_everything_is_new(repo: Repo) -> None:
    repo.write("a", "").add().write("b", "")
    found = listed(repo)
    assert (staged(found), unstaged(found)) == ([b"a"], [b"b"])


def test_repositories_that_nobody_tracks_are_listed_with_all_that_is_in_them(committed: Repo) -> None:
    Repo(committed.path / "inner").write("z", "").add().commit()
    assert unstaged(listed(committed)) == [b"inner/z"]


def test_paths_are_those_of_the_repository_wherever_one_is(committed: Repo) -> None:
    committed.write("deep/er/new", "").write("a", "changed\n")
    found = listing(Ask(paths=(str(committed.path / "deep"),)))
    assert unstaged(found) == [b"a", b"deep/er/new"]
    assert found.folders[0].root == os.fsencode(committed.path)


def test_outside_a_repository_there_are_no_changes(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not in a git repository"):
        listing(Ask(paths=(str(tmp_path),)))


def test_nothing_is_written(committed: Repo) -> None:
    committed.write("a", "changed\n").write("b", "two\n").write("new", "")
    before = snapshot(committed.path)
    listed(committed)
    assert snapshot(committed.path) == before
