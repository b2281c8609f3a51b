"""A range that is not read to its end: what was found until then is reported, and the rest is a gap."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from keyguard.history.ranges.objects import RangeObjects
from keyguard.support.errors import GitError
from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history.asking import key, line

WORDS = ("scan", "-f", "json", "--no-hygiene", "--range", "base..")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with a key in each of two commits, the second in the message as well."""
    made = Repo(tmp_path / "repo").write("app.py", "print()\n").add().commit("first")
    made.git("tag", "base")
    made.write("one.env", line("one")).add().commit("one")
    return made.write("two.env", line("two")).add().commit(f"two {key('message')}")


def test_what_was_found_until_somebody_stopped_it_is_reported(
    repo: Repo, kg: Keyguard, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = RangeObjects.blobs

    def stopped(self: RangeObjects, oids: Collection[str]) -> None:
        really(self, [repo.oid("HEAD:one.env")])
        raise KeyboardInterrupt

    monkeypatch.setattr(RangeObjects, "blobs", stopped)
    said = kg(*WORDS, repo.path)
    assert said.code == 130
    assert said.document["coverage"]["complete"] is False
    assert {one["reason"] for one in said.document["skipped"] if one["gap"]} == {"interrupted"}
    places = {place["object"] for one in said.document["findings"] for place in one["occurrences"]}
    assert places == {repo.oid("HEAD:one.env"), repo.oid()}


def test_a_range_that_git_fails_to_read_is_a_gap_and_no_clean_answer(
    repo: Repo, kg: Keyguard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: RangeObjects, oids: Collection[str]) -> None:
        raise GitError("git cat-file ended without an answer")

    monkeypatch.setattr(RangeObjects, "blobs", failing)
    said = kg(*WORDS, repo.path)
    assert said.code == 2
    assert said.gaps == {"history": "unreadable"}


@pytest.mark.parametrize(
    ("git", "words"), [(None, "not in a git repository: there is no history"), ("gitdir: /nowhere\n", "/nowhere")]
)
def test_a_range_of_what_is_no_repository_is_refused(git: str | None, words: str, kg: Keyguard, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    if git:
        (folder / ".git").write_text(git)
    said = kg(*WORDS, folder)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
