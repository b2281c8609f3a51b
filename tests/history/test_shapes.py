"""Repositories of every shape: each is read whole, or what is not read is said and ends with 2."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history.asking import ASKED, History, ask, key, line, store_of

#: what ``leaky`` has
KEYS = ("gone", "side", "message")


def leaky(repo: Repo) -> Repo:
    """Three commits and a branch; a key that was deleted, one on the branch, one in a message, none in the tree."""
    repo.config("gc.auto", "0").write("a.txt", "one\n").write("gone.env", line("gone")).add().commit("first")
    repo.remove("gone.env").add().commit("second")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write("side.env", line("side")).add().commit("third")
    repo.git("checkout", "--quiet", "main")
    return repo.write("a.txt", "two\n").add().commit(f"fourth\n\n{line('message')}")


@pytest.fixture
def there(repo: Repo) -> Repo:
    return leaky(repo)


def whole(seen: History, keys: tuple[str, ...] = KEYS) -> None:
    """Everything was found, and nothing is said to be missing."""
    assert seen.missed(keys) == []
    assert (seen.code, seen.gaps) == (1, set())


# --- what repositories look like ----------------------------------------------------------------------------------


def test_a_plain_repository_from_its_top_and_from_within(kg: Keyguard, there: Repo) -> None:
    seen = ask(kg, there.path)
    whole(seen)
    assert kg(*ASKED, cwd=there.path).out == seen.said.out


def test_paths_begin_where_we_are_as_those_of_the_tree_do(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    there.write("new.env", line("new"))
    said = kg.scan("--no-cache", there.path, cwd=tmp_path)
    found = History(said, said.document)
    assert [found.paths(name) for name in ("gone", "new")] == [{"repo/gone.env"}, {"repo/new.env"}]
    assert found.paths("message") == {f"commit:{there.oid('main')}", "repo/.git/COMMIT_EDITMSG"}


def test_a_bare_repository(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    there.git("clone", "--quiet", "--mirror", "--no-local", ".", str(tmp_path / "bare.git"))
    seen = ask(kg, tmp_path / "bare.git")
    whole(seen)
    (place,) = seen.places("side")
    assert (place["refs"], place["reach"]) == (["refs/heads/side"], "branch")
    assert seen.coverage["listed"] == len(store_of(tmp_path / "bare.git"))


def test_a_bare_repository_is_scanned_without_being_told_so(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    there.git("clone", "--quiet", "--mirror", "--no-local", ".", str(tmp_path / "bare.git"))
    said = kg.scan("--no-cache", tmp_path / "bare.git")
    assert History(said, said.document).missed(KEYS) == []


def test_a_git_directory_itself(kg: Keyguard, there: Repo) -> None:
    assert ask(kg, there.path / ".git").missed(KEYS) == []


def test_a_linked_worktree_has_the_history_of_its_repository(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    there.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "side")
    seen = ask(kg, tmp_path / "linked")
    whole(seen)
    (place,) = seen.places("side")
    assert (place["at_head"], place["reach"]) == (True, "head")
    (place,) = ask(kg, there.path).places("side")
    assert (place["at_head"], place["reach"]) == (False, "branch")


def test_a_submodule_checkout_has_a_history_of_its_own(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    outer = Repo(tmp_path / "outer")
    outer.git("submodule", "--quiet", "add", str(there.path), "sub")
    outer.commit()
    seen = ask(kg, outer.path / "sub")
    whole(seen)
    assert seen.paths("gone") == {"gone.env"}


def test_a_submodule_inside_a_submodule_is_part_of_the_outer_history(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    middle = Repo(tmp_path / "middle")
    middle.git("submodule", "--quiet", "add", str(there.path), "inner")
    outer = Repo(tmp_path / "outer")
    middle.commit()
    outer.git("submodule", "--quiet", "add", str(middle.path), "deep/middle")
    outer.git("-C", "deep/middle", "submodule", "--quiet", "update", "--init")
    outer.commit()
    seen = ask(kg, outer.path)
    whole(seen)
    assert seen.coverage["repositories"] == 3
    assert seen.paths("gone") == {"deep/middle/inner/gone.env"}


def test_a_submodule_that_was_removed_leaves_its_store(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    outer = Repo(tmp_path / "outer")
    outer.git("submodule", "--quiet", "add", str(there.path), "sub")
    outer.commit()
    outer.git("rm", "--quiet", "sub")
    outer.commit()
    assert not (outer.path / "sub").exists()
    assert ask(kg, outer.path).missed(KEYS) == []


def test_a_sha256_repository(kg: Keyguard, tmp_path: Path) -> None:
    repo = leaky(Repo(tmp_path / "r", "--object-format=sha256"))
    for pack in (False, True):
        if pack:
            repo.git("gc", "--quiet")
        seen = ask(kg, repo.path)
        whole(seen)
        (place,) = seen.places("gone")
        assert (place["path"], place["commit"]) == ("gone.env", repo.oid("main~2"))
        assert place["removed_in"] == repo.oid("main~1")


def test_a_detached_head(kg: Keyguard, there: Repo) -> None:
    there.git("checkout", "--quiet", "--detach", "side")
    there.git("branch", "-D", "side")
    seen = ask(kg, there.path)
    whole(seen)
    (place,) = seen.places("side")
    assert (place["at_head"], place["reach"], place["refs"]) == (True, "head", [])


def test_an_empty_repository_is_nothing_to_scan(kg: Keyguard, repo: Repo) -> None:
    seen = ask(kg, repo.path)
    assert (seen.code, seen.gaps, seen.coverage["listed"]) == (0, set(), 0)


def test_a_repository_in_which_only_the_tree_has_content(kg: Keyguard, repo: Repo) -> None:
    repo.write("new.env", line("gone"))
    assert ask(kg, repo.path).missed(["gone"]) == ["gone"]
    said = kg.scan("--no-cache", repo.path)
    assert History(said, said.document).paths("gone") == {"new.env"}


def test_an_index_that_is_split(kg: Keyguard, there: Repo) -> None:
    there.git("update-index", "--split-index")
    there.write("staged.env", line("staged")).add()
    seen = ask(kg, there.path)
    whole(seen, (*KEYS, "staged"))
    assert seen.places("staged")[0]["reach"] == "index"


def test_a_merge_that_stopped_has_all_sides_in_the_index(kg: Keyguard, repo: Repo) -> None:
    repo.write("c.env", "base\n").add().commit()
    repo.git("checkout", "--quiet", "-b", "other")
    repo.write("c.env", line("theirs")).add().commit()
    repo.git("checkout", "--quiet", "main")
    repo.write("c.env", line("ours")).add().commit()
    repo.git("merge", "--quiet", "other", check=False)
    whole(ask(kg, repo.path), ("ours", "theirs"))


# --- shallow and partial clones -----------------------------------------------------------------------------------


def test_a_shallow_clone_is_a_gap_that_says_what_to_do(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    there.git("clone", "--quiet", "--depth=1", f"file://{there.path}", str(tmp_path / "shallow"))
    seen = ask(kg, tmp_path / "shallow")
    assert seen.missed(KEYS) == ["gone", "side"]
    assert seen.code == 2
    (gap,) = [one for one in seen.document["skipped"] if one["gap"]]
    assert (gap["path"], gap["reason"]) == ("history", "shallow")
    assert "fetch-depth: 0" in gap["detail"]
    assert "--allow-incomplete" in gap["detail"]
    assert seen.coverage["shallow"]
    # the parents that were not fetched are that gap, and not a second one
    assert seen.coverage["missing"] in (0, 1)
    assert seen.document["coverage"]["complete"] is False


def test_a_shallow_clone_can_be_accepted(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    there.git("clone", "--quiet", "--depth=1", f"file://{there.path}", str(tmp_path / "shallow"))
    said = kg(*ASKED, "--allow-incomplete", tmp_path / "shallow")
    assert said.code == 1
    assert said.document["summary"]["allow_incomplete"]
    assert not said.document["coverage"]["complete"]


@pytest.mark.parametrize("filtered", ["blob:none", "tree:0", "blob:limit=60"])
def test_a_partial_clone_is_a_gap_and_what_is_there_is_read(
    kg: Keyguard, there: Repo, tmp_path: Path, filtered: str
) -> None:
    there.config("uploadpack.allowFilter", "true").config("uploadpack.allowAnySHA1InWant", "true")
    url = f"file://{there.path}"
    there.git("clone", "--quiet", "--no-checkout", f"--filter={filtered}", url, str(tmp_path / "partial"))
    before = store_of(tmp_path / "partial")
    seen = ask(kg, tmp_path / "partial")
    assert "gone" in seen.missed(KEYS)
    assert seen.places("message"), "commits are there"
    assert seen.code == 2
    assert "partial" in seen.reasons.values()
    assert seen.coverage["partial"]
    assert seen.coverage["missing"] > 0
    # nothing was fetched
    assert store_of(tmp_path / "partial") == before


def test_a_single_branch_clone_is_whole_in_itself(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    url = f"file://{there.path}"
    there.git("clone", "--quiet", "--single-branch", "--branch=main", url, str(tmp_path / "one"))
    seen = ask(kg, tmp_path / "one")
    whole(seen, ("gone", "message"))
    assert seen.missed(["side"]) == ["side"]
    assert seen.places("gone")[0]["reach"] == "head"


# --- stores that borrow -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("relative", [True, False])
def test_objects_that_are_borrowed_are_read(kg: Keyguard, there: Repo, tmp_path: Path, relative: bool) -> None:
    there.git("clone", "--quiet", "--shared", ".", str(tmp_path / "shared"))
    alternates = tmp_path / "shared/.git/objects/info/alternates"
    if relative:
        alternates.write_text("../../../repo/.git/objects\n")
    seen = ask(kg, tmp_path / "shared")
    whole(seen)
    assert seen.coverage["listed"] == len(store_of(there.path))


def test_a_store_that_is_not_where_it_was_is_a_gap(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    there.git("clone", "--quiet", "--shared", ".", str(tmp_path / "shared"))
    there.path.rename(tmp_path / "elsewhere")
    seen = ask(kg, tmp_path / "shared")
    assert seen.code == 2
    assert seen.gaps


def test_alternates_that_lead_in_a_circle_are_read_once(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    other = leaky(Repo(tmp_path / "other")).write("more.env", line("more")).add().commit("more")
    for one, two in ((there, other), (other, there), (there, there)):
        with (one.path / ".git/objects/info/alternates").open("a") as file:
            file.write(f"{two.path}/.git/objects\n")
    seen = ask(kg, there.path)
    whole(seen, (*KEYS, "more"))
    assert seen.coverage["listed"] == len(store_of(there.path))


@pytest.mark.parametrize("kind", ["nowhere", "file", "nul", "device", "self", "root"])
def test_alternates_that_are_no_stores_hide_nothing(kg: Keyguard, there: Repo, tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").touch()
    named = {"nowhere": "/nonexistent", "file": str(tmp_path / "file"), "nul": "a\0b", "device": "/dev/zero"}
    named |= {"self": ".", "root": "/"}
    (there.path / ".git/objects/info/alternates").write_text(f"{named[kind]}\n")
    assert ask(kg, there.path).missed(KEYS) == []


# --- formats of refs, and what is no repository -------------------------------------------------------------------


def test_a_reftable_repository_is_read_or_its_refs_are_a_gap(kg: Keyguard, there: Repo) -> None:
    git = there.path / ".git"
    there.config("core.repositoryFormatVersion", "1").config("extensions.refStorage", "reftable")
    (git / "HEAD").write_text("ref: refs/heads/.invalid\n")
    (git / "packed-refs").unlink(missing_ok=True)
    shutil.rmtree(git / "refs")
    shutil.rmtree(git / "logs")
    (git / "refs").mkdir()
    (git / "refs/heads").write_text("this repository uses the reftable format\n")
    (git / "reftable").mkdir()
    (git / "reftable/tables.list").write_text("0x000000000001-0x000000000002-00000001.ref\n")
    (git / "reftable/0x000000000001-0x000000000002-00000001.ref").write_bytes(b"REFT\1" + bytes(100))
    seen = ask(kg, there.path)
    assert seen.missed(KEYS) == []
    assert seen.code == 2
    assert "reftable" in seen.reasons.values()


@pytest.mark.parametrize("gone", ["HEAD", "objects", "everything"])
def test_a_damaged_repository_is_an_error(kg: Keyguard, there: Repo, gone: str) -> None:
    git = there.path / ".git"
    for path in git.iterdir() if gone == "everything" else [git / gone]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    said = kg(*ASKED, there.path)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_no_repository_is_an_error(kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/a.env").write_text(line("gone"))
    said = kg(*ASKED, tmp_path / "plain")
    assert (said.code, said.out) == (2, "")
    assert "repository" in said.err
    assert key("gone") not in said.err


@pytest.mark.parametrize("text", ["gitdir: /nonexistent\n", "gitdir: .\n", "gitdir: ../repo\n", "", "\0"])
def test_a_git_file_that_leads_nowhere_is_an_error(kg: Keyguard, tmp_path: Path, text: str) -> None:
    Repo(tmp_path / "r", init=False).write(".git", text).write("a.env", line("gone"))
    assert kg(*ASKED, tmp_path / "r").code == 2


def test_a_separate_git_directory_is_found(kg: Keyguard, there: Repo, tmp_path: Path) -> None:
    there.git("init", "--quiet", "--separate-git-dir", str(tmp_path / "apart"))
    assert (there.path / ".git").is_file()
    whole(ask(kg, there.path))
