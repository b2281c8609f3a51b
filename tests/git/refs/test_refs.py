from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.git.layout.head import Head, empty_tree, is_object_id, read_head
from keyguard.git.layout.repository import Repository, discover
from tests.helpers.repos import Repo


def found(path: Path) -> Repository:
    repository = discover(str(path))
    assert repository is not None
    return repository


@pytest.fixture
def committed(repo: Repo) -> Repo:
    return repo.commit("one")


def test_head_is_followed_to_a_loose_ref(committed: Repo) -> None:
    assert read_head(found(committed.path)) == Head(committed.oid())


def test_head_is_followed_to_a_packed_ref_though_its_empty_folder_was_left(committed: Repo) -> None:
    committed.git("branch", "main-2")
    committed.git("tag", "main")
    committed.commit("two").git("checkout", "--quiet", "-b", "topic/deep")
    expected = committed.commit("three").oid()
    committed.git("pack-refs", "--all", "--prune")
    (committed.path / ".git/refs/heads/topic/deep").mkdir(parents=True, exist_ok=True)
    assert b"topic/deep" in (committed.path / ".git/packed-refs").read_bytes()
    assert read_head(found(committed.path)) == Head(expected)


def test_a_loose_ref_wins_over_an_older_packed_one(committed: Repo) -> None:
    committed.git("pack-refs", "--all")
    expected = committed.commit("two").oid()
    assert read_head(found(committed.path)) == Head(expected)


def test_a_detached_head_is_an_id(committed: Repo) -> None:
    committed.git("checkout", "--quiet", "--detach")
    assert read_head(found(committed.path)) == Head(committed.oid())


def test_an_unborn_head_is_no_commit_and_no_problem(repo: Repo) -> None:
    assert read_head(found(repo.path)) == Head("", "")


def test_a_linked_worktree_has_a_head_and_bisect_refs_of_its_own(committed: Repo, tmp_path: Path) -> None:
    first = committed.oid()
    committed.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    committed.commit("two")
    linked = Repo(tmp_path / "linked", init=False)
    assert read_head(found(linked.path)) == Head(first)
    linked.git("update-ref", "refs/bisect/bad", committed.oid())
    linked.git("symbolic-ref", "HEAD", "refs/bisect/bad")
    assert read_head(found(linked.path)) == Head(committed.oid())


def test_the_heads_of_submodules_and_of_bare_and_sha256_repositories_are_read(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner", "--object-format=sha256").commit("inner")
    assert read_head(found(inner.path)) == Head(inner.oid())
    bare = Repo(tmp_path / "bare", init=False)
    bare.git("clone", "--quiet", "--bare", str(inner.path), ".")
    assert read_head(found(bare.path)) == Head(inner.oid())
    other = Repo(tmp_path / "other").commit("other")
    repo.git("submodule", "--quiet", "add", str(other.path), "sub")
    assert read_head(found(repo.path / "sub")) == Head(other.oid())


def test_a_chain_of_symbolic_refs_is_followed_and_a_circle_is_a_problem(committed: Repo) -> None:
    committed.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    committed.git("symbolic-ref", "HEAD", "refs/heads/alias")
    assert read_head(found(committed.path)) == Head(committed.oid())
    committed.write(".git/refs/heads/main", "ref: refs/heads/alias\n")
    assert "too many" in read_head(found(committed.path)).problem


def test_a_head_that_is_a_link_to_a_ref_is_followed_as_git_does(committed: Repo) -> None:
    committed.link(".git/HEAD", "refs/heads/main")
    assert read_head(found(committed.path)) == Head(committed.oid())


@pytest.mark.parametrize(
    "head",
    [
        b"ref: refs/heads/../../../../etc/passwd\n",
        b"ref: /etc/passwd\n",
        b"ref: refs/heads/\n",
        b"ref: config\n",
        b"ref: refs/heads/a\0b\n",
        b"ref: refs/heads/x.lock\n",
        b"ref: refs/heads/" + b"a" * 5000 + b"\n",
        b"0123456789\n",
        b"g" * 40 + b"\n",
        b"--output=/tmp/x\n",
        b"\xff\xfe\n",
        b"x" * (9 << 10),
    ],
)
def test_a_head_that_makes_no_sense_is_a_problem_and_no_id(committed: Repo, head: bytes) -> None:
    committed.write(".git/HEAD", head)
    told = read_head(found(committed.path))
    assert told.oid == ""
    assert told.problem


def test_refs_that_are_links_or_pipes_are_a_problem(committed: Repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text(committed.oid())
    committed.link(".git/refs/heads/main", str(outside))
    assert "main" in read_head(found(committed.path)).problem
    committed.remove(".git/refs/heads/main")
    os.mkfifo(committed.path / ".git/refs/heads/main")
    assert "not a regular file" in read_head(found(committed.path)).problem


def test_reftable_is_said_not_to_be_read(committed: Repo) -> None:
    (committed.path / ".git/reftable").mkdir()
    committed.write(".git/HEAD", "ref: refs/heads/.invalid\n")
    assert "reftable" in read_head(found(committed.path)).problem


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_empty_tree_is_the_one_that_git_knows(tmp_path: Path, object_format: str) -> None:
    repo = Repo(tmp_path / "r", f"--object-format={object_format}")
    expected = repo.git("hash-object", "-t", "tree", "--stdin").decode().strip()
    assert empty_tree(found(repo.path)) == expected
    assert is_object_id(expected, object_format)
    assert not is_object_id(expected[:-1], object_format)
    assert not is_object_id(expected.upper(), object_format)
