from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.model.finding import Blob, Where
from keyguard.sources.listing import Ask
from keyguard.sources.staged import listing
from keyguard.support.errors import GitError, UsageError
from tests.helpers.repos import Repo


def blobs(repo: Repo, index: str = "") -> list[Blob]:
    """Return what the source lists for the repository."""
    found = listing(Ask(paths=(str(repo.path),), index=index))
    assert found.skipped == []
    assert found.folders == []
    return [blob for stored in found.stored for blob in stored.blobs]


@pytest.fixture
def committed(repo: Repo) -> Repo:
    return repo.write("a", "one\n").write("b", "two\n").add().commit()


def test_staged_versions_come_as_blobs_of_the_index_sorted_by_path(committed: Repo) -> None:
    committed.write("new", "x").write("b", "changed\n").add().write("b", "changed again, not staged\n")
    assert blobs(committed) == [
        Blob(b"b", Where.INDEX, committed.oid(":b"), committed.oid("HEAD:b")),
        Blob(b"new", Where.INDEX, committed.oid(":new")),
    ]


def test_a_link_is_a_blob_that_holds_its_target(committed: Repo) -> None:
    committed.link("l", "somewhere").add()
    assert blobs(committed) == [Blob(b"l", Where.INDEX, committed.oid(":l"))]


def test_a_move_and_a_change_of_mode_bring_nothing_new(committed: Repo) -> None:
    committed.file("b").chmod(0o755)
    committed.add().git("mv", "a", "moved")
    assert blobs(committed) == []


def test_nothing_staged_is_an_answer(committed: Repo) -> None:
    committed.write("a", "changed\n").write("new", "x")
    assert blobs(committed) == []


def test_it_does_not_matter_from_where_in_the_repository_it_is_asked(committed: Repo) -> None:
    committed.write("deep/er/new", "x").add()
    found = listing(Ask(paths=(str(committed.path / "deep"),)))
    assert [blob.path for blob in found.stored[0].blobs] == [b"deep/er/new"]


def test_another_index_stands_in_for_the_usual_one_if_it_is_of_this_repository(committed: Repo, tmp_path: Path) -> None:
    committed.write("new", "x")
    committed.git("add", "new", GIT_INDEX_FILE=str(committed.path / ".git/other"))
    assert blobs(committed) == []
    assert [blob.path for blob in blobs(committed, ".git/other")] == [b"new"]
    with pytest.raises(GitError, match="GIT_INDEX_FILE"):
        blobs(committed, str(tmp_path / "index"))


def test_where_nothing_can_be_staged_the_call_makes_no_sense(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(UsageError, match="not in a git repository"):
        listing(Ask(paths=(str(tmp_path / "plain"),)))
    bare = Repo(tmp_path / "bare", "--bare")
    with pytest.raises(UsageError, match="work tree"):
        listing(Ask(paths=(str(bare.path),)))
