"""The source of a tree: in a repository what git lists, elsewhere all files; no file is in neither."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from keyguard.git.layout.repository import discover
from keyguard.git.worktree.files import worktree_listing
from keyguard.sources import tree
from keyguard.sources.listing import Ask, Listing
from keyguard.sources.tree import listing, started
from keyguard.support.errors import UsageError
from tests.helpers.calling import descriptors
from tests.helpers.repos import Repo, snapshot


def listed(*paths: Path | str, all_files: bool = False) -> Listing:
    return listing(Ask(paths=tuple(map(str, paths)), all_files=all_files))


def names(found: Listing, *submodules: str) -> list[str]:
    """Return all listed paths as shown, in order. Only ``submodules``, which are not checked out, may be skipped."""
    assert [(os.fsdecode(one.path), one.reason, one.gap) for one in found.skipped] == [
        (name, "submodule", False) for name in submodules
    ]
    return [os.fsdecode(folder.display(file.path)) for folder in found.folders for file in folder.files]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in another folder, so that paths are shown as seen from the one that is scanned."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")


# --- in a repository ----------------------------------------------------------------------------------------------


def test_what_is_tracked_and_what_could_be_is_listed(repo: Repo) -> None:
    repo.write(".gitignore", "*.log\nout/\n").write("a.txt", "").write("sub/.gitignore", "!keep.log\nx\n")
    repo.write("sub/b.txt", "").write("tracked.log", "").add().git("add", "--force", "tracked.log")
    for name in ("new.txt", "x.log", "out/c.txt", "sub/keep.log", "sub/x", "sub/out/y"):
        repo.write(name, "")
    assert names(listed(repo.path)) == [
        *(".gitignore", "a.txt", "new.txt", "sub/.gitignore", "sub/b.txt", "sub/keep.log", "tracked.log")
    ]


def test_all_files_are_all_files(repo: Repo) -> None:
    repo.write(".gitignore", "*\n").write("a/b.txt", "").write("c.txt", "")
    assert names(listed(repo.path, all_files=True)) == [".gitignore", "a/b.txt", "c.txt"]


def test_what_other_settings_of_git_hide_is_listed(repo: Repo, tmp_path: Path) -> None:
    repo.write("a.txt", "").write("b.txt", "")
    (repo.path / ".git" / "info" / "exclude").write_text("a.txt\n")
    (tmp_path / "mine").write_text("b.txt\n")
    repo.config("core.excludesFile", str(tmp_path / "mine"))
    assert names(listed(repo.path)) == ["a.txt", "b.txt"]


def test_a_folder_of_a_repository_alone_can_be_listed(repo: Repo) -> None:
    repo.write("a/x.txt", "").write("ab/y.txt", "").write("a/b/z.txt", "").write(".gitignore", "z.txt\n").add()
    repo.write("a/new.txt", "")
    found = listed(repo.path / "a")
    assert names(found) == ["new.txt", "x.txt"]
    assert found.folders[0].files[1].oid == repo.oid(":a/x.txt")


@pytest.mark.parametrize("name", ["*", "[a]", ":(top)", "-x", "a b", "a\nb", "é", "\udcff", "!x", ":!x"])
def test_a_folder_may_be_called_like_a_pattern(repo: Repo, name: str) -> None:
    repo.write(f"{name}/x.txt".encode("utf-8", "surrogateescape"), "").write("other/y.txt", "").add()
    assert names(listed(repo.path / name)) == ["x.txt"]


def test_what_is_tracked_and_not_there_is_listed_with_its_object(repo: Repo) -> None:
    repo.write("a.txt", "gone").add().commit().remove("a.txt")
    (file,) = listed(repo.path).folders[0].files
    assert file == (b"a.txt", repo.oid(":a.txt"), "")


def test_the_sides_of_a_conflict_are_one_file(repo: Repo) -> None:
    repo.conflict("a.txt")
    assert names(listed(repo.path)) == ["a.txt"]


def test_a_linked_worktree_is_listed_by_its_own_index(repo: Repo, tmp_path: Path) -> None:
    repo.write("a.txt", "").add().commit()
    repo.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    Repo(tmp_path / "linked", init=False).write("b.txt", "").write(".gitignore", "c.txt\n").write("c.txt", "").add()
    assert names(listed(tmp_path / "linked")) == [".gitignore", "a.txt", "b.txt"]


def test_a_sparse_checkout_leaves_nothing_out(repo: Repo) -> None:
    repo.write("in/a.txt", "").write("out/b.txt", "").add().commit()
    repo.git("sparse-checkout", "set", "--cone", "in")
    assert not repo.file("out/b.txt").exists()
    for _ in range(2):
        assert names(listed(repo.path)) == ["in/a.txt", "out/b.txt"]
        repo.git("sparse-checkout", "reapply", "--sparse-index")


def test_a_bare_repository_has_no_files_unless_all_are_asked_for(tmp_path: Path) -> None:
    bare = Repo(tmp_path / "bare.git", "--bare").path
    assert names(listed(bare)) == []
    assert "HEAD" in names(listed(bare, all_files=True))


# --- repositories inside ------------------------------------------------------------------------------------------


def test_submodules_are_listed_by_their_own_rules(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner").write(".gitignore", "*.log\n").write("a.txt", "").add().commit()
    repo.git("submodule", "--quiet", "add", str(inner.path), "lib/inner")
    repo.write("b.txt", "").add().commit().write("lib/inner/x.log", "").write("lib/inner/new.txt", "")
    assert names(listed(repo.path)) == [
        *(".gitmodules", "b.txt", "lib/inner/.gitignore", "lib/inner/a.txt", "lib/inner/new.txt")
    ]


def test_a_submodule_that_was_not_fetched_is_an_empty_folder(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner").write("a.txt", "").add().commit()
    repo.git("submodule", "--quiet", "add", str(inner.path), "lib")
    repo.commit()
    repo.git("submodule", "--quiet", "deinit", "--force", "lib")
    assert names(listed(repo.path), "lib") == [".gitmodules"]
    repo.write("lib/put-there.txt", "")
    assert names(listed(repo.path), "lib") == [".gitmodules", "lib/put-there.txt"]


@pytest.mark.parametrize("kind", ["file", "link", "nothing"])
def test_what_stands_in_the_place_of_a_submodule_is_listed(repo: Repo, tmp_path: Path, kind: str) -> None:
    inner = Repo(tmp_path / "inner").write("a.txt", "").add().commit()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{inner.oid()},lib")
    repo.write("b.txt", "")
    if kind == "file":
        repo.write("lib", "")
    elif kind == "link":
        repo.link("lib", str(inner.path))
    assert names(listed(repo.path), "lib") == (["b.txt"] if kind == "nothing" else ["b.txt", "lib"])


def test_repositories_that_nobody_tracks_are_listed(repo: Repo) -> None:
    repo.write("a.txt", "").add()
    Repo(repo.path / "vendor" / "inner").write("b.txt", "").write(".gitignore", "c.txt\n").write("c.txt", "")
    Repo(repo.path / "vendor" / "inner" / "innermost").write("d.txt", "").add().commit()
    assert names(listed(repo.path)) == [
        *("a.txt", "vendor/inner/.gitignore", "vendor/inner/b.txt", "vendor/inner/innermost/d.txt")
    ]


def test_repositories_in_a_plain_folder_are_listed(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    Repo(folder / "one").write("a.txt", "").write(".gitignore", "x\n").write("x", "").add()
    Repo(folder / "two").write("b.txt", "")
    (folder / "c.txt").touch()
    assert names(listed(folder)) == ["c.txt", "one/.gitignore", "one/a.txt", "two/b.txt"]


def test_a_broken_repository_inside_is_a_gap_and_read_as_plain_files(repo: Repo) -> None:
    repo.write("a.txt", "").add().write("inner/.git/config", "").write("inner/.gitignore", "*").write("inner/b.txt", "")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},inner")
    found = listed(repo.path)
    (gap,) = found.skipped
    assert (gap.path, gap.reason, gap.gap) == (b"inner", "broken-repository", True)
    found.skipped.clear()
    assert names(found) == ["a.txt", "inner/.git/config", "inner/.gitignore", "inner/b.txt"]


def test_repositories_are_not_followed_for_ever(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "_NESTING", 2)
    folder = repo.path
    for level in range(4):
        Repo(folder).write(f"{level}.txt", "")
        folder = folder / "in"
    found = listed(repo.path)
    (gap,) = found.skipped
    assert (gap.path, gap.reason, gap.gap) == (b"in/in/in", "too-deep", True)


def test_what_is_in_a_repository_inside_is_read_by_way_of_the_outermost_folder(repo: Repo) -> None:
    Repo(repo.path / "inner").write("b.txt", "")
    repo.write("a.txt", "")
    assert {folder.root for folder in listed(repo.path).folders} == {os.fsencode(repo.path)}


# --- elsewhere ----------------------------------------------------------------------------------------------------


def test_outside_of_git_ignore_files_count(tmp_path: Path) -> None:
    (tmp_path / "t" / "sub").mkdir(parents=True)
    (tmp_path / "t" / ".gitignore").write_text("*.log\n")
    (tmp_path / "t" / "sub" / ".gitignore").write_text("!keep.log\n")
    for name in ("a.txt", "x.log", "sub/keep.log", "sub/x.log"):
        (tmp_path / "t" / name).touch()
    assert names(listed(tmp_path / "t")) == [".gitignore", "a.txt", "sub/.gitignore", "sub/keep.log"]
    assert len(names(listed(tmp_path / "t", all_files=True))) == 6


def test_without_git_all_is_listed_and_that_is_a_gap(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repo.write(".gitignore", "*\n").write("a.txt", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = listed(repo.path)
    (gap,) = found.skipped
    assert (gap.reason, gap.gap) == ("git-failed", True)
    found.skipped.clear()
    assert names(found) == [".gitignore", "a.txt"]


@pytest.mark.parametrize("damage", ["index", "head", "objects", "pointer"])
def test_a_damaged_repository_is_a_gap_and_all_of_it_is_listed(repo: Repo, damage: str, tmp_path: Path) -> None:
    repo.write(".gitignore", "b.txt\n").write("a.txt", "").add().commit().write("b.txt", "")
    dot_git = repo.path / ".git"
    if damage == "index":
        (dot_git / "index").write_bytes(b"DIRC nonsense")
    elif damage == "head":
        (dot_git / "HEAD").unlink()
    elif damage == "objects":
        (dot_git / "objects").rename(tmp_path / "objects")
    else:
        dot_git.rename(tmp_path / "moved")
        dot_git.write_text("gitdir: ../nowhere\n")
    found = listed(repo.path)
    assert [gap.gap for gap in found.skipped] == [True]
    found.skipped.clear()
    assert {".gitignore", "a.txt", "b.txt"} <= set(names(found))


def test_nothing_is_written_while_listing(repo: Repo) -> None:
    repo.write("a.txt", "").add().commit().write("a.txt", "changed").write("b.txt", "")
    os.utime(repo.file("a.txt"))
    before = snapshot(repo.path)
    listed(repo.path)
    assert snapshot(repo.path) == before


def test_a_path_must_be_there() -> None:
    with pytest.raises(UsageError, match="missing: no such file or folder"):
        listed("missing")


def test_paths_that_overlap_are_listed_once(repo: Repo) -> None:
    repo.write("a/b.txt", "").write("c.txt", "").add()
    found = listed(repo.path / "a", repo.path, repo.path / "a" / "b.txt", repo.path / "c.txt")
    assert sorted(names(found)) == [str(repo.path / "a" / "b.txt"), str(repo.path / "c.txt")]


# --- git, started ahead -------------------------------------------------------------------------------------------


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the git commands, in the order in which they are started."""
    really, commands = os.posix_spawn, list[str]()

    def noted(path: str, words: list[str], *args: Any, **options: Any) -> int:
        commands.append(words[3])
        return really(path, words, *args, **options)

    monkeypatch.setattr(os, "posix_spawn", noted)
    return commands


def test_git_is_at_work_before_it_is_waited_for_and_asked_once(repo: Repo, spawned: list[str], tmp_path: Path) -> None:
    repo.write("a", "").write("sub/b", "").add().write("sub/new", "")
    for path, there in ((repo.path, ["a", "sub/b", "sub/new"]), (repo.path / "sub", ["b", "new"])):
        before = len(descriptors())
        with started(Ask(paths=(str(path),))) as finish:
            assert spawned == ["ls-files", "ls-files"]
            assert names(finish()) == there
            assert len(descriptors()) == before, "it is gone while files are read"
        assert spawned == ["ls-files", "ls-files"]
        spawned.clear()


def test_where_there_are_several_folders_or_no_repository_nothing_is_started(
    repo: Repo, spawned: list[str], tmp_path: Path
) -> None:
    repo.write("a", "").write("b/c", "")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "d").touch()
    for ask in (
        Ask(paths=(f"{repo.path}/a", f"{repo.path}/b")),
        Ask(paths=(f"{repo.path}/a",)),
        Ask(paths=(str(repo.path),), all_files=True),
        Ask(paths=(str(tmp_path / "plain"),)),
    ):
        with started(ask) as finish:
            assert spawned == []
            assert finish().count() > 0
        spawned.clear()


def test_git_that_cannot_be_started_ahead_is_a_gap_like_any_other(repo: Repo) -> None:
    repo.write("a", "").add().write(".git/index", "nonsense")
    with started(Ask(paths=(str(repo.path),))) as finish:
        found = finish()
    assert [one.reason for one in found.skipped] == ["git-failed"]
    assert "damaged" in found.skipped[0].detail
    assert [file.path for folder in found.folders for file in folder.files] == [b"a"]


def test_what_was_begun_elsewhere_is_not_taken_for_an_answer(repo: Repo, tmp_path: Path) -> None:
    repo.write("a", "").add()
    other = discover(str(Repo(tmp_path / "other").write("b", "").add().path))
    assert other is not None
    with worktree_listing(other) as begun:
        assert names(listing(Ask(paths=(str(repo.path),)), begun)) == ["a"]
