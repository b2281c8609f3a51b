from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.git.layout.repository import Repository, discover
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo


def found(path: Path) -> Repository:
    repository = discover(str(path))
    assert repository is not None
    return repository


def test_a_work_tree_is_found_from_its_top_a_folder_a_file_and_a_dangling_link(repo: Repo) -> None:
    repo.write("src/app/main.py", "x").link("src/dangling", "nowhere")
    for path in (repo.path, repo.path / "src" / "app", repo.path / "src/app/main.py", repo.path / "src/dangling"):
        assert discover(str(path)) == Repository(
            top=str(repo.path),
            git_dir=str(repo.path / ".git"),
            common_dir=str(repo.path / ".git"),
            objects=str(repo.path / ".git" / "objects"),
            index_file=str(repo.path / ".git" / "index"),
            object_format="sha1",
            shallow=False,
            is_linked_worktree=False,
        )


def test_a_path_through_a_link_leads_to_the_real_place(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(repo.path)
    assert found(tmp_path / "way").top == str(repo.path)


def test_a_relative_path_starts_where_we_are(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("src/a", "")
    monkeypatch.chdir(repo.path / "src")
    repository = discover(".")
    assert repository is not None
    assert repository.top == str(repo.path)


def test_outside_of_repositories_there_is_none(tmp_path: Path) -> None:
    assert discover(str(tmp_path)) is None
    assert discover(str(tmp_path / "missing")) is None


def test_variables_of_the_caller_change_nothing(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Repo(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.path / ".git/objects"))
    assert found(repo.path).objects == str(repo.path / ".git/objects")


def test_a_linked_worktree_shares_objects_and_has_its_own_index(repo: Repo, tmp_path: Path) -> None:
    repo.write("a", "1").add().commit()
    repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    repository = found(tmp_path / "linked")
    assert repository.top == str(tmp_path / "linked")
    assert repository.git_dir == str(repo.path / ".git/worktrees/linked")
    assert repository.index_file == str(repo.path / ".git/worktrees/linked/index")
    assert repository.common_dir == str(repo.path / ".git")
    assert repository.objects == str(repo.path / ".git/objects")
    assert repository.is_linked_worktree


def test_a_submodule_is_a_repository_of_its_own(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner").write("a", "1").add().commit()
    repo.git("submodule", "--quiet", "add", str(inner.path), "libs/inner")
    repository = found(repo.path / "libs/inner")
    assert repository.top == str(repo.path / "libs/inner")
    assert repository.git_dir == str(repo.path / ".git/modules/libs/inner")
    assert not repository.is_linked_worktree
    assert found(repo.path / "libs").top == str(repo.path)


def test_a_bare_repository_is_found_at_its_own_folder_only(tmp_path: Path) -> None:
    bare = Repo(tmp_path / "bare.git", "--bare")
    repository = found(bare.path)
    assert repository.top == ""
    assert repository.git_dir == repository.common_dir == str(bare.path)
    assert discover(str(bare.path / "refs")) is None


def test_a_folder_that_poses_as_a_bare_repository_does_not_take_files_out_of_the_real_one(repo: Repo) -> None:
    for name in ("HEAD", "refs/heads/main", "objects/x", "gitdir", "commondir"):
        repo.write(f"fake/{name}", "ref: refs/heads/main\n")
    repo.write("fake/src/settings.py", "")
    assert found(repo.path / "fake/src").top == str(repo.path)


def test_sha256_and_shallow_are_seen(tmp_path: Path) -> None:
    origin = Repo(tmp_path / "origin", "--object-format=sha256").commit("one").commit("two")
    assert found(origin.path).object_format == "sha256"
    assert not found(origin.path).shallow
    clone = Repo(tmp_path / "clone", init=False)
    clone.git("clone", "--quiet", "--depth=1", origin.path.as_uri(), ".")
    assert found(clone.path).shallow
    assert found(clone.path).object_format == "sha256"


@pytest.mark.parametrize(
    "config",
    [
        "[extensions]\nobjectFormat = sha256\n",
        "[core]\nx = y\n[EXTENSIONS] ObjectFormat=sha256\n",
        '[extensions]\r\n\tobjectformat = "sha256" ; as of late\r\n',
        "[extensions]\n objectformat = sha1\n objectformat = sha256 # the last one counts\n",
    ],
)
def test_the_object_format_is_read_however_it_is_written(repo: Repo, config: str) -> None:
    repo.write(".git/config", config)
    assert found(repo.path).object_format == "sha256"


@pytest.mark.parametrize("config", ['[extensions "x"]\nobjectformat = sha256\n', "objectformat = sha256\n", "[x]\n"])
def test_a_setting_elsewhere_is_not_the_object_format(repo: Repo, config: str) -> None:
    repo.write(".git/config", config)
    assert found(repo.path).object_format == "sha1"


def test_an_unknown_object_format_is_an_error(repo: Repo) -> None:
    repo.config("extensions.objectFormat", "md5")
    with pytest.raises(GitError, match="md5"):
        discover(str(repo.path))


def test_where_the_work_tree_is_said_to_be_elsewhere_is_not_believed(repo: Repo) -> None:
    repo.config("core.worktree", "/etc")
    assert found(repo.path).top == str(repo.path)


@pytest.mark.parametrize("content", ["", "nonsense", "gitdir: /nowhere/at/all\n", "gitdir: \n", "gitdir: a\0b\n"])
def test_a_git_file_that_leads_nowhere_is_an_error(repo: Repo, content: str) -> None:
    repo.write("sub/.git", content)
    with pytest.raises(GitError, match=r"sub/\.git"):
        discover(str(repo.path / "sub"))


def test_a_git_folder_that_is_empty_is_an_error_only_where_nothing_is_around_it(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "alone/.git").mkdir(parents=True)
    with pytest.raises(GitError, match="not a git repository"):
        discover(str(tmp_path / "alone"))
    (repo.path / "inside/.git").mkdir(parents=True)
    assert found(repo.path / "inside").top == str(repo.path)


def test_a_pipe_in_the_place_of_git_is_an_error_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".git")
    with pytest.raises(GitError, match="not a regular file"):
        discover(str(tmp_path))


def test_a_repository_that_a_stranger_put_above_us_is_not_ours(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = repo.path / "ours"
    ours.mkdir()
    real = os.lstat

    def as_seen(path: str) -> os.stat_result:
        fields = list(real(path))
        fields[4] = 4711 if str(path).endswith(".git") else 4712
        return os.stat_result(fields)

    assert found(ours).top == str(repo.path)
    monkeypatch.setattr(os, "lstat", as_seen)
    monkeypatch.setattr(os, "geteuid", lambda: 4712)
    assert discover(str(ours)) is None
    assert found(repo.path).top == str(repo.path)

    def vanished(path: str) -> os.stat_result:
        if str(path) == str(ours):
            raise FileNotFoundError
        return real(path)

    monkeypatch.setattr(os, "lstat", vanished)
    assert discover(str(ours)) is None
