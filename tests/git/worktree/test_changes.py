from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from keyguard.git.layout.modes import SYMLINK
from keyguard.git.layout.repository import Repository, discover
from keyguard.git.process import child as child_module
from keyguard.git.process.opening import index_from_environment
from keyguard.git.worktree.changes import Change, staged_changes, unstaged_changes
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError
from tests.git.worktree.test_files import NAMES, bury
from tests.helpers.repos import Repo

FILE = 0o100644


def found(repo: Repo) -> Repository:
    repository = discover(str(repo.path))
    assert repository is not None
    return repository


def staged(repo: Repo) -> list[Change]:
    return staged_changes(found(repo))


def unstaged(repo: Repo) -> dict[bytes, Change]:
    """What ``unstaged_changes`` lists, by path; nothing comes twice."""
    changes = [change for change in unstaged_changes(found(repo)) if isinstance(change, Change)]
    by_path = {change.path: change for change in changes}
    assert len(by_path) == len(changes)
    return by_path


@pytest.fixture
def committed(repo: Repo) -> Repo:
    return repo.write("a", "one\n").write("b", "two\n").write("d/c", "three\n").add().commit()


def test_nothing_staged_is_nothing(committed: Repo) -> None:
    committed.write("a", "changed, but not staged\n").write("new", "untracked\n")
    assert staged(committed) == []


def test_additions_and_changes_come_with_what_they_replace_and_deletions_do_not(committed: Repo) -> None:
    before = committed.oid("HEAD:a")
    committed.write("a", "changed\n").write("new", "added\n").remove("b").add()
    committed.write("a", "and changed again, not staged\n")
    assert staged(committed) == [
        Change(b"a", committed.oid(":a"), before, FILE),
        Change(b"new", committed.oid(":new"), "", FILE),
    ]


def test_before_the_first_commit_everything_in_the_index_is_new(repo: Repo) -> None:
    assert staged(repo) == []
    repo.write("a", "1").add()
    assert staged(repo) == [Change(b"a", repo.oid(":a"), "", FILE)]


def test_a_file_that_only_moved_was_there_before(committed: Repo) -> None:
    oid = committed.oid("HEAD:d/c")
    committed.git("mv", "d/c", "moved")
    assert staged(committed) == [Change(b"moved", oid, oid, FILE)]


def test_a_file_that_moved_and_changed_is_new(committed: Repo) -> None:
    committed.write("long", "line\n" * 100).add().commit()
    committed.git("mv", "long", "moved")
    committed.write("moved", "line\n" * 100 + "one more\n").add()
    assert staged(committed) == [Change(b"moved", committed.oid(":moved"), "", FILE)]


def test_a_copy_is_new(committed: Repo) -> None:
    committed.write("copy", "one\n").add()
    assert staged(committed) == [Change(b"copy", committed.oid(":copy"), "", FILE)]


def test_a_change_of_mode_or_type_comes_with_what_was_there(committed: Repo) -> None:
    a, b = committed.oid("HEAD:a"), committed.oid("HEAD:b")
    committed.file("a").chmod(0o755)
    committed.link("b", "target").add()
    assert staged(committed) == [Change(b"a", a, a, 0o100755), Change(b"b", committed.oid(":b"), b, SYMLINK)]
    assert committed.git("cat-file", "blob", committed.oid(":b")) == b"target"


def test_submodules_are_left_out_and_what_replaces_one_is_new(committed: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner").write("x", "1").add().commit()
    committed.git("submodule", "--quiet", "add", str(inner.path), "sub")
    assert [change.path for change in staged(committed)] == [b".gitmodules"]
    committed.commit().git("rm", "--quiet", "--cached", "sub")
    committed.git("update-index", "--add", "--cacheinfo", f"100644,{committed.oid('HEAD:a')},sub")
    assert staged(committed) == [Change(b"sub", committed.oid("HEAD:a"), "", FILE)]


def test_every_side_of_a_conflict_is_new_beside_other_changes(committed: Repo) -> None:
    committed.conflict("c").write("new", "x").add("new")
    assert staged(committed) == [
        Change(b"new", committed.oid(":new"), "", FILE),
        *sorted(Change(b"c", committed.oid(f":{stage}:c"), "", FILE) for stage in (1, 2, 3)),
    ]


def test_what_is_only_intended_to_be_added_is_not_staged(committed: Repo) -> None:
    committed.write("later", "x").git("add", "--intent-to-add", "later")
    assert staged(committed) == []


def test_flags_in_the_index_hide_nothing_that_is_staged(committed: Repo) -> None:
    committed.write("a", "new a\n").write("b", "new b\n").add()
    committed.git("update-index", "--assume-unchanged", "a")
    committed.git("update-index", "--skip-worktree", "b")
    assert [change.path for change in staged(committed)] == [b"a", b"b"]


def test_names_of_any_kind_are_staged(repo: Repo) -> None:
    for name in NAMES:
        repo.write(name, name)
    repo.add()
    assert sorted(change.path for change in staged(repo)) == sorted(NAMES)
    repo.commit()
    for name in NAMES:
        repo.write(name, b"changed " + name)
    repo.add()
    assert sorted(change.path for change in staged(repo) if change.old) == sorted(NAMES)


def test_a_linked_worktree_a_submodule_and_a_detached_head_have_their_own_stage(
    committed: Repo, tmp_path: Path
) -> None:
    committed.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", init=False).write("only-here", "x").add()
    assert [change.path for change in staged(linked)] == [b"only-here"]
    assert staged(committed) == []
    inner = Repo(tmp_path / "inner").write("x", "1").add().commit()
    committed.git("submodule", "--quiet", "add", str(inner.path), "sub")
    sub = Repo(committed.path / "sub", init=False).write("x", "2").add()
    assert [change.path for change in staged(sub)] == [b"x"]


def test_a_bare_repository_has_nothing_staged(tmp_path: Path) -> None:
    assert staged(Repo(tmp_path / "bare", "--bare")) == []


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("how", ["plain", "split", "sparse", "version-4", "packed"])
def test_every_kind_of_index_and_of_store_gives_the_same(tmp_path: Path, object_format: str, how: str) -> None:
    repo = Repo(tmp_path / "r", f"--object-format={object_format}")
    for number in range(20):
        repo.write(f"d{number % 3}/f{number}", f"{number}")
    repo.add().commit()
    if how == "split":
        repo.git("update-index", "--split-index")
    elif how == "sparse":
        repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
        repo.git("sparse-checkout", "set", "d1")
    elif how == "version-4":
        repo.git("update-index", "--index-version", "4")
    elif how == "packed":
        repo.git("repack", "-a", "-d", "-q")
        repo.git("pack-refs", "--all")
    old = repo.oid("HEAD:d1/f1")
    repo.write("d1/f1", "changed").write("d1/new", "added").add("d1")
    assert staged(repo) == [
        Change(b"d1/f1", repo.oid(":d1/f1"), old, FILE),
        Change(b"d1/new", repo.oid(":d1/new"), "", FILE),
    ]


@pytest.mark.parametrize("head", ["ref: refs/heads/.invalid\n", "nonsense\n", "1" * 40 + "\n"])
def test_where_head_cannot_be_told_or_read_everything_in_the_index_is_new(committed: Repo, head: str) -> None:
    committed.write(".git/HEAD", head)
    assert [(change.path, change.old) for change in staged(committed)] == [(b"a", ""), (b"b", ""), (b"d/c", "")]


def test_where_trees_of_the_last_commit_are_missing_everything_in_the_index_is_new(committed: Repo) -> None:
    tree = committed.oid("HEAD:d")
    (committed.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    committed.write("d/c", "changed").add("d/c")
    assert [(change.path, change.old) for change in staged(committed)] == [(b"a", ""), (b"b", ""), (b"d/c", "")]


def test_a_damaged_index_is_an_error(committed: Repo) -> None:
    committed.write(".git/index", b"DIRC" + bytes(100) + b"x")
    with pytest.raises(GitError, match="damaged"):
        staged(committed)


def test_an_index_that_is_cut_off_behind_its_head_is_an_error(committed: Repo) -> None:
    data = (committed.path / ".git/index").read_bytes()[:12]
    committed.write(".git/index", data + hashlib.sha1(data, usedforsecurity=False).digest())
    with pytest.raises(GitError, match="damaged: it ends too early"):
        staged(committed)


def test_an_index_that_git_cannot_read_is_an_error_before_the_first_commit_too(repo: Repo) -> None:
    data = b"DIRC" + bytes([0, 0, 0, 99, 0, 0, 0, 0])
    repo.write(".git/index", data + hashlib.sha1(data, usedforsecurity=False).digest())
    with pytest.raises(GitError, match="git diff-index failed"):
        staged(repo)


@pytest.mark.parametrize("said", ["nonsense", ":100644 100644 1 2 M", "a\\0b\\0"])
def test_an_answer_that_makes_no_sense_is_an_error(repo: Repo, fake_git: Path, said: str) -> None:
    repository = found(repo)
    fake_git.write_text(f"#!/bin/sh\nprintf '{said}\\0'\n")
    with pytest.raises(GitError, match="not understood"):
        staged_changes(repository)


def test_an_index_that_is_a_pipe_or_a_link_is_an_error(committed: Repo, tmp_path: Path) -> None:
    (committed.path / ".git/index").rename(tmp_path / "index")
    committed.link(".git/index", str(tmp_path / "index"))
    with pytest.raises(GitError, match="index"):
        staged(committed)
    committed.remove(".git/index")
    os.mkfifo(committed.path / ".git/index")
    with pytest.raises(GitError, match="not a regular file"):
        staged(committed)


def seen_by_the_hook(repo: Repo, tmp_path: Path, *commit: str) -> tuple[list[Change], str]:
    """What ``staged_changes`` answers at the time when a real pre-commit hook runs, and the index it was given."""
    copy = tmp_path / "copy"
    hook = repo.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    # the index is gone after the commit: the hook keeps all of the repository as it is now
    hook.write_text(f'#!/bin/sh\nprintf %s "$GIT_INDEX_FILE" >{tmp_path}/variable\ncp -a {repo.path} {copy}\n')
    hook.chmod(0o755)
    repo.git("commit", "--quiet", "-m", "x", *commit)
    index = (tmp_path / "variable").read_text().replace(str(repo.path), str(copy))
    repository = found(Repo(copy, init=False))
    return staged_changes(repository, index_from_environment(repository, index)), index


def test_the_index_of_commit_a_is_taken(committed: Repo, tmp_path: Path) -> None:
    committed.write("a", "changed\n").write("b", "changed too\n")
    changes, index = seen_by_the_hook(committed, tmp_path, "-a")
    assert index.endswith(".git/index.lock")
    assert [(change.path, change.oid) for change in changes] == [
        (b"a", committed.oid("HEAD:a")),
        (b"b", committed.oid("HEAD:b")),
    ]


def test_the_index_of_a_commit_of_some_files_is_taken(committed: Repo, tmp_path: Path) -> None:
    committed.write("a", "changed\n").write("b", "staged, but not committed now\n").add("b")
    changes, index = seen_by_the_hook(committed, tmp_path, "a")
    assert "next-index" in index
    assert [(change.path, change.oid) for change in changes] == [(b"a", committed.oid("HEAD:a"))]


def test_the_index_of_a_plain_commit_is_named_relative_to_the_top(committed: Repo, tmp_path: Path) -> None:
    committed.write("a", "changed\n").add()
    changes, index = seen_by_the_hook(committed, tmp_path)
    assert index == ".git/index"
    assert [change.path for change in changes] == [b"a"]


def test_an_index_that_does_not_belong_to_the_repository_is_an_error(committed: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other").write("x", "").add()
    for value in (str(other.path / ".git/index"), "../other/.git/index", "index", ".git/", ".git/..", "/dev/zero", ""):
        with pytest.raises(GitError, match="GIT_INDEX_FILE"):
            index_from_environment(found(committed), value)
    assert index_from_environment(found(committed), ".git/sub/../index") == str(committed.path / ".git/index")


def test_what_differs_from_the_index_is_listed_and_what_is_untracked_too(committed: Repo) -> None:
    oid = committed.oid(":a")
    committed.write("a", "changed\n").remove("b").write("new/file", "x").write("x.log", "").write(
        ".gitignore", "*.log\n"
    )
    assert unstaged(committed) == {
        b"a": Change(b"a", "", oid, FILE),
        b".gitignore": Change(b".gitignore", "", "", 0),
        b"new/file": Change(b"new/file", "", "", 0),
    }


def test_changes_on_top_of_staged_ones_are_measured_against_the_index(committed: Repo) -> None:
    committed.write("a", "staged\n").add().write("a", "and more\n")
    assert unstaged(committed) == {b"a": Change(b"a", "", committed.oid(":a"), FILE)}


def test_conflicts_links_and_intended_files_are_listed_once(committed: Repo) -> None:
    committed.conflict("c").link("a", "elsewhere").write("later", "x").git("add", "--intent-to-add", "later")
    committed.write("c", "resolved\n")
    assert sorted(unstaged(committed)) == [b"a", b"c", b"later"]
    assert unstaged(committed)[b"a"].mode == SYMLINK
    assert unstaged(committed)[b"c"].old == unstaged(committed)[b"later"].old == ""


def test_files_that_git_was_told_not_to_look_at_are_looked_at(committed: Repo) -> None:
    committed.git("update-index", "--assume-unchanged", "a")
    committed.git("update-index", "--skip-worktree", "b", "d/c")
    committed.write("a", "changed\n").write("b", "changed\n").remove("d/c")
    assert sorted(unstaged(committed)) == [b"a", b"b"]


def test_repositories_inside_are_named_and_not_entered(committed: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner").write("x", "1").add().commit()
    committed.git("submodule", "--quiet", "add", str(inner.path), "sub")
    committed.commit()
    Repo(committed.path / "nested").write("y", "")
    committed.write("sub/x", "changed")
    assert sorted(unstaged(committed)) == [b"nested/"]


def test_a_folder_that_git_cannot_open_is_said(committed: Repo) -> None:
    bury(committed.path)
    (gap,) = unstaged_changes(found(committed))
    assert isinstance(gap, Skipped)


def test_a_pipe_as_ignore_file_is_an_error_for_what_is_not_staged(
    committed: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "PATIENCE", 0.05)
    os.mkfifo(committed.path / ".gitignore")
    with pytest.raises(GitError, match="gitignore"):
        unstaged(committed)
    assert staged(committed) == []
