from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.git.repository import Repository, discover
from keyguard.git.tips import Tip, Tips, read_tips
from keyguard.model import REACHES
from tests.repos import Repo


def found(path: Path) -> Repository:
    repository = discover(str(path))
    assert repository is not None
    return repository


def tips_of(repo: Repo) -> Tips:
    """What is found, of which everything has a reach that is known, twice the same."""
    repository = found(repo.path)
    tips = read_tips(repository)
    assert {tip.reach for tip in tips.tips} <= set(REACHES)
    assert read_tips(repository) == tips
    return tips


def named(tips: Tips, *reaches: str) -> dict[bytes, str]:
    """Name -> id of all that has one of these reaches."""
    return {tip.name: tip.oid for tip in tips.tips if tip.reach in reaches}


REFS = ("branch", "remote", "tag", "ref", "stash")


def as_git_says(repo: Repo) -> dict[bytes, str]:
    lines = repo.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return {name: oid.decode() for name, _, oid in (line.rpartition(b" ") for line in lines)}


@pytest.fixture
def committed(repo: Repo) -> Repo:
    return repo.write("a", "1\n").add().commit("one")


@pytest.fixture
def full(committed: Repo) -> Repo:
    """A ref of every kind, half of them packed."""
    first = committed.oid()
    committed.git("tag", "light")
    committed.git("tag", "-a", "-m", "heavy", "heavy")
    committed.git("branch", "topic/deep/er")
    committed.git("update-ref", "refs/remotes/origin/main", first)
    committed.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    committed.git("pack-refs", "--all", "--prune")
    committed.commit("two")
    committed.git("notes", "add", "-m", "a note")
    committed.git("update-ref", "refs/pull/1/head", first)
    committed.git("update-ref", "refs/heads/änderung-\N{SNOWMAN}", first)
    committed.git("update-ref", "refs/stashed", first)
    committed.git("tag", "tree", "HEAD^{tree}")
    committed.write("a", "stashed\n").git("stash", "push", "--quiet")
    return committed


def test_every_ref_is_found_with_the_id_that_git_tells(full: Repo) -> None:
    tips = tips_of(full)
    expected = as_git_says(full)
    assert named(tips, *REFS) == expected | {b"ORIG_HEAD": full.oid()}
    assert tips.refs == len(expected) == 12
    assert tips.tips[0] == Tip(full.oid(), b"HEAD", "head")
    assert tips.skipped == []
    assert not tips.partial
    assert not tips.shallow


def test_the_reach_of_a_ref_is_told_by_its_name(full: Repo) -> None:
    tips = tips_of(full)
    assert set(named(tips, "branch")) == {
        b"refs/heads/main",
        b"refs/heads/topic/deep/er",
        "refs/heads/änderung-☃".encode(),
    }
    assert set(named(tips, "remote")) == {b"refs/remotes/origin/HEAD", b"refs/remotes/origin/main"}
    assert set(named(tips, "tag")) == {b"refs/tags/light", b"refs/tags/heavy", b"refs/tags/tree"}
    assert set(named(tips, "stash")) == {b"refs/stash"}
    assert set(named(tips, "ref")) == {b"refs/notes/commits", b"refs/pull/1/head", b"refs/stashed", b"ORIG_HEAD"}


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("bare", [False, True])
def test_bare_and_sha256_repositories_are_read(tmp_path: Path, object_format: str, bare: bool) -> None:
    repo = Repo(tmp_path / "origin", f"--object-format={object_format}").commit("one")
    repo.git("branch", "side")
    if bare:
        clone = Repo(tmp_path / "bare", init=False)
        clone.git("clone", "--quiet", "--bare", str(repo.path), ".")
        repo = clone
    assert named(tips_of(repo), "head", *REFS) == as_git_says(repo) | {b"HEAD": repo.oid()}


def test_an_empty_repository_has_no_tips_and_no_gaps(repo: Repo) -> None:
    assert tips_of(repo) == Tips([], 0, 0, [], frozenset(), False)


def test_a_detached_head_is_a_tip(committed: Repo) -> None:
    committed.git("checkout", "--quiet", "--detach")
    committed.commit("two")
    assert tips_of(committed).tips[0] == Tip(committed.oid(), b"HEAD", "head")


def test_a_pipe_as_a_ref_is_a_gap_and_the_rest_is_read(full: Repo) -> None:
    expected = named(tips_of(full), *REFS)
    os.mkfifo(full.path / ".git/refs/heads/pipe")  # on which git hangs
    tips = tips_of(full)
    assert named(tips, *REFS) == expected
    assert [(gap.path, gap.reason, gap.detail) for gap in tips.skipped] == [
        (b".git/refs/heads/pipe", "unreadable", "not a regular file")
    ]
