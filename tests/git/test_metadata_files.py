"""Git's own files, and the stores of submodules: all that is text is handed over, and nothing through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.git.layout.repository import Repository, discover
from keyguard.git.metadata_files import metadata_files, submodule_stores
from keyguard.git.refs.tips import read_tips
from tests.helpers.repos import Repo


def found(path: Path) -> Repository:
    repository = discover(str(path))
    assert repository is not None
    return repository


def shown(path: Path) -> set[bytes]:
    files, gaps = metadata_files(found(path))
    assert gaps == []
    assert len(files) == len(set(files))
    assert all(Path(path).is_file() and not Path(path).is_symlink() for _, path in files)
    return {name for name, _ in files}


@pytest.fixture
def super_project(repo: Repo, tmp_path: Path) -> Repo:
    """A submodule in a submodule, and one whose name has folders in it."""
    leaf = Repo(tmp_path / "leaf").commit("leaf")
    middle = Repo(tmp_path / "middle")
    middle.git("submodule", "--quiet", "add", str(leaf.path), "leaf")
    middle.commit("middle")
    for name in ("libs/deep/middle", "other"):
        repo.git("submodule", "--quiet", "add", str(middle.path), name)
    repo.git("submodule", "--quiet", "update", "--init", "--recursive")
    return repo.commit("super")


def test_texts_of_git_are_handed_over_and_objects_and_indexes_are_not(repo: Repo) -> None:
    repo.write("a", "1\n").add().commit("one").git("pack-refs", "--all")
    repo.git("branch", "side")
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\n").write(".git/hooks/post-commit.sample", "")
    repo.write(".git/info/exclude", "*.log\n").write(".git/lfs/objects/x", "").write(
        ".git/someones/tool/state.json", "{}"
    )
    names = shown(repo.path)
    assert {
        *(b".git/HEAD", b".git/config", b".git/COMMIT_EDITMSG", b".git/packed-refs", b".git/logs/HEAD"),
        *(
            b".git/logs/refs/heads/main",
            b".git/hooks/pre-commit",
            b".git/info/exclude",
            b".git/someones/tool/state.json",
        ),
    } <= names
    left = [name for name in names if name.startswith((b".git/objects", b".git/lfs", b".git/index", b".git/refs"))]
    assert left == []
    assert not any(name.endswith(b".sample") for name in names)


def test_a_ref_that_holds_more_than_an_id_is_a_text(repo: Repo) -> None:
    repo.commit().write(".git/refs/heads/odd", f"{repo.oid()} and a word\n")
    assert b".git/refs/heads/odd" in shown(repo.path)
    assert b".git/refs/heads/main" not in shown(repo.path)


def test_paths_are_absolute_and_shown_from_the_top(repo: Repo, tmp_path: Path) -> None:
    repo.commit().git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    for top in (repo.path, tmp_path / "linked"):
        files = dict(metadata_files(found(top))[0])
        assert files[b".git/config"] == str(repo.path / ".git/config")
        assert files[b".git/worktrees/linked/logs/HEAD"] == str(repo.path / ".git/worktrees/linked/logs/HEAD")
    bare = Repo(tmp_path / "bare", "--bare")
    assert {b"config", b"HEAD"} <= shown(bare.path)


def test_links_and_pipes_are_not_read(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/file").write_text("x")
    repo.link(".git/hooks/pre-push", str(tmp_path / "outside/file")).link(".git/branches2", str(tmp_path / "outside"))
    repo.link(".git/loop", ".")
    os.mkfifo(repo.path / ".git/pipe")
    names = shown(repo.path)
    assert not names & {b".git/hooks/pre-push", b".git/branches2/file", b".git/pipe"}
    assert not any(name.startswith(b".git/loop") for name in names)


def test_a_large_file_that_git_did_not_make_is_a_gap_and_one_of_gits_is_not(repo: Repo) -> None:
    for name in ("packed-refs", "annex.db"):
        with (repo.path / ".git" / name).open("wb") as file:
            file.truncate((64 << 20) + 1)
    files, gaps = metadata_files(found(repo.path))
    assert b".git/packed-refs" in dict(files)
    assert [(gap.path, gap.reason) for gap in gaps] == [(b".git/annex.db", "too-large")]


def test_the_stores_of_submodules_are_found_however_deep(super_project: Repo) -> None:
    stores, gaps = submodule_stores(found(super_project.path))
    modules = super_project.path / ".git/modules"
    assert [store.git_dir for store in stores] == [
        str(modules / name)
        for name in ("libs/deep/middle", "libs/deep/middle/modules/leaf", "other", "other/modules/leaf")
    ]
    assert gaps == []
    assert {store.top for store in stores} == {""}
    assert all(read_tips(store).tips for store in stores)
    inner = submodule_stores(stores[0])[0]
    assert [store.git_dir for store in inner] == [str(modules / "libs/deep/middle/modules/leaf")]


def test_the_submodules_of_a_linked_worktree_are_stores_too(super_project: Repo, tmp_path: Path) -> None:
    super_project.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", init=False)
    linked.git("submodule", "--quiet", "update", "--init", "other")
    for top in (super_project.path, linked.path):
        stores, gaps = submodule_stores(found(top))
        assert len(stores) == 5
        assert str(super_project.path / ".git/worktrees/linked/modules/other") in {store.git_dir for store in stores}
        assert gaps == []


def test_a_store_is_left_to_itself_and_what_lies_beside_it_is_not(super_project: Repo) -> None:
    super_project.write(".git/modules/libs/notes.txt", "")
    names = {name for name in shown(super_project.path) if name.startswith(b".git/modules")}
    assert names == {b".git/modules/libs/notes.txt"}


def test_stores_that_are_links_or_point_elsewhere_are_not_followed(super_project: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "elsewhere").commit()
    super_project.link(".git/modules/link", str(other.path / ".git"))
    super_project.write(".git/modules/other/commondir", str(other.path / ".git"))
    super_project.write(".git/modules/libs/deep/middle/config", "[extensions]\nobjectFormat = md5\n")
    stores, gaps = submodule_stores(found(super_project.path))
    assert not any(str(other.path) in (store.git_dir, store.common_dir) for store in stores)
    assert [(gap.path, gap.reason) for gap in gaps] == [
        (b".git/modules/link", "unreadable"),
        (b".git/modules/libs/deep/middle", "unreadable"),
        (b".git/modules/other", "unreadable"),
    ]


def test_modules_that_are_a_link_are_a_gap(repo: Repo, tmp_path: Path) -> None:
    repo.link(".git/modules", str(tmp_path))
    stores, gaps = submodule_stores(found(repo.path))
    assert stores == []
    assert [(gap.path, gap.reason) for gap in gaps] == [(b".git/modules", "unreadable")]
