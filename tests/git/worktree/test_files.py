from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.git.layout.modes import GITLINK, SYMLINK
from keyguard.git.layout.repository import Repository, discover
from keyguard.git.process import child as child_module
from keyguard.git.worktree.files import Entry, tracked_and_untracked
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo


def found(path: Path) -> Repository:
    repository = discover(str(path))
    assert repository is not None
    return repository


def listed(repo: Repo, folder: bytes = b"") -> dict[bytes, Entry]:
    """What is listed once, by path; nothing is left out."""
    entries = list(tracked_and_untracked(found(repo.path), folder))
    by_path = {entry.path: entry for entry in entries if isinstance(entry, Entry)}
    assert len(by_path) == len(entries)
    return by_path


def test_what_is_tracked_comes_with_mode_and_id_and_the_rest_without(repo: Repo) -> None:
    repo.write("a", "1").write("run.sh", "2").link("l", "a")
    repo.file("run.sh").chmod(0o755)
    repo.add().write("new/b", "3")
    assert listed(repo) == {
        b"a": Entry(b"a", 0o100644, repo.oid(":a")),
        b"run.sh": Entry(b"run.sh", 0o100755, repo.oid(":run.sh")),
        b"l": Entry(b"l", SYMLINK, repo.oid(":l")),
        b"new/b": Entry(b"new/b"),
    }


def test_a_repository_without_an_index_lists_its_files(repo: Repo) -> None:
    assert listed(repo) == {}
    repo.write("a", "1")
    assert listed(repo) == {b"a": Entry(b"a")}


def test_ignored_files_are_left_out_unless_they_are_tracked(repo: Repo) -> None:
    repo.write(".env", "1").write("keep.log", "2").add().write(".gitignore", ".env\n*.log\nbuild/\n!important.log\n")
    repo.write("x.log", "3").write("build/out", "4").write("sub/important.log", "5").write("sub/.gitignore", "secret\n")
    repo.write("sub/secret", "6").write("secret", "7")
    assert sorted(listed(repo)) == [
        b".env",
        b".gitignore",
        b"keep.log",
        b"secret",
        b"sub/.gitignore",
        b"sub/important.log",
    ]


def test_only_gitignore_files_in_the_tree_hide_anything(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    excludes = tmp_path / "excludes"
    excludes.write_text("c\n")
    repo.write("a", "").write("b", "").write("c", "").write(".git/info/exclude", "a\n")
    repo.config("core.excludesFile", str(excludes))
    (tmp_path / ".config/git").mkdir(parents=True)
    (tmp_path / ".config/git/ignore").write_text("b\n")
    assert sorted(listed(repo)) == [b"a", b"b", b"c"]


NAMES = [
    b"new\nline",
    b"tab\there",
    b'quo"te',
    b"back\\slash",
    b"not-utf8-\xff\xfe",
    b"-leading-dash",
    b"--output=x",
    b":(exclude)magic",
    b"*",
    b"\x1b[31mred",
    b"::error::x",
    b" ",
    b"a" * 255,
    "ünï/cødé".encode(),
]


@pytest.mark.parametrize("tracked", [True, False])
def test_names_are_bytes_of_any_kind(repo: Repo, tracked: bool) -> None:
    for name in NAMES:
        repo.write(name, "x")
    if tracked:
        repo.add()
    entries = listed(repo)
    assert sorted(entries) == sorted(NAMES)
    assert {bool(entry.mode) for entry in entries.values()} == {tracked}


def test_a_folder_restricts_the_listing_and_is_taken_literally(repo: Repo) -> None:
    repo.write("a/x", "").write("[a]/y", "").write("b/z", "").add()
    repo.write("a/new", "").write("[a]/new", "").write("b/new", "").write(b"\xff/new", "")
    assert sorted(listed(repo, b"a")) == [b"a/new", b"a/x"]
    assert sorted(listed(repo, b"[a]/")) == [b"[a]/new", b"[a]/y"]
    assert sorted(listed(repo, b"\xff")) == [b"\xff/new"]
    assert len(listed(repo, b"/")) == 7


def test_submodules_and_nested_repositories_come_out_as_such(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner").write("f", "1").add().commit()
    repo.git("submodule", "--quiet", "add", str(inner.path), "sub")
    Repo(repo.path / "nested").write("g", "2")
    Repo(repo.path / "deep/committed").write("h", "3").add().commit()
    entries = listed(repo)
    assert entries[b"sub"].mode == GITLINK
    assert sorted(entries) == [b".gitmodules", b"deep/committed/", b"nested/", b"sub"]
    assert entries[b"nested/"] == Entry(b"nested/")


def test_all_sides_of_a_conflict_are_listed(repo: Repo) -> None:
    repo.conflict("c")
    entries = [entry for entry in tracked_and_untracked(found(repo.path)) if isinstance(entry, Entry)]
    assert [(entry.path, entry.stage) for entry in entries] == [(b"c", 1), (b"c", 2), (b"c", 3)]
    assert [entry.oid for entry in entries] == [repo.oid(f":{stage}:c") for stage in (1, 2, 3)]


def test_files_that_git_was_told_not_to_look_at_are_marked(repo: Repo) -> None:
    repo.write("plain", "").write("assumed", "").write("skipped", "").write("both", "").add()
    repo.git("update-index", "--assume-unchanged", "assumed", "both")
    repo.git("update-index", "--skip-worktree", "skipped", "both")
    assert {entry.path for entry in listed(repo).values() if entry.unwatched} == {b"assumed", b"skipped", b"both"}


def test_what_is_only_intended_to_be_added_is_listed(repo: Repo) -> None:
    repo.write("later", "text")
    repo.git("add", "--intent-to-add", "later")
    assert listed(repo)[b"later"].mode == 0o100644


def many(repo: Repo) -> list[bytes]:
    names = [b"d%d/f%d" % (folder, number) for folder in range(5) for number in range(20)]
    for name in names:
        repo.write(name, name)
    repo.add().commit()
    return sorted(names)


def test_a_split_index_is_read_whole_and_not_touched(repo: Repo) -> None:
    names = many(repo)
    repo.git("update-index", "--split-index")
    repo.write("later", "x").add("later")
    (shared,) = repo.path.glob(".git/sharedindex.*")
    os.utime(shared, ns=(1, 1))
    assert sorted(listed(repo)) == [*names, b"later"]
    assert shared.stat().st_mtime_ns == 1


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_every_version_of_the_index_is_read(tmp_path: Path, version: str, object_format: str) -> None:
    repo = Repo(tmp_path / "r", f"--object-format={object_format}")
    names = many(repo)
    repo.git("update-index", "--skip-worktree", "d0/f0")  # version 3 exists for such flags only
    repo.git("update-index", "--index-version", version)
    assert (repo.path / ".git/index").read_bytes()[7] == max(int(version), 3)
    entries = listed(repo)
    assert sorted(entries) == names
    assert [entries[name].oid for name in names[:3]] == [repo.oid(f":{name.decode()}") for name in names[:3]]
    assert [entry.path for entry in entries.values() if entry.unwatched] == [b"d0/f0"]


def test_a_sparse_index_is_unfolded(repo: Repo) -> None:
    names = many(repo)
    repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
    repo.git("sparse-checkout", "set", "d1")
    assert b"sdir" in (repo.path / ".git/index").read_bytes()
    assert not repo.file("d0/f0").exists()
    entries = listed(repo)
    assert sorted(entries) == names
    assert entries[b"d0/f0"].unwatched
    assert not entries[b"d1/f0"].unwatched


def test_caches_in_the_index_that_tell_lies_are_not_believed(repo: Repo) -> None:
    many(repo)
    repo.config("core.untrackedCache", "true").config("core.fsmonitor", "true")
    repo.git("update-index", "--untracked-cache", "--fsmonitor")
    repo.git("status")
    repo.write("d0/late", "x")
    assert b"d0/late" in listed(repo)


def test_a_linked_worktree_lists_its_own_files(repo: Repo, tmp_path: Path) -> None:
    repo.write("a", "").add().commit()
    repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", init=False).write("b", "").add().write("c", "")
    assert sorted(listed(linked)) == [b"a", b"b", b"c"]
    assert sorted(listed(repo)) == [b"a"]


def bury(folder: Path) -> None:
    """Make a file whose path is longer than a path may be, which stops git, and does not stop everybody."""
    deep = os.open(folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("x" * 250, dir_fd=deep)
        deep, above = os.open("x" * 250, os.O_RDONLY, dir_fd=deep), deep
        os.close(above)
    os.close(os.open("secret", os.O_WRONLY | os.O_CREAT, dir_fd=deep))
    os.close(deep)


def test_a_folder_that_git_cannot_open_is_said(repo: Repo) -> None:
    repo.write("a", "")
    bury(repo.path)
    entries = list(tracked_and_untracked(found(repo.path)))
    assert entries[0] == Entry(b"a")
    (gap,) = entries[1:]
    assert isinstance(gap, Skipped)
    assert gap.gap
    assert gap.reason == "unreadable"
    assert gap.path.startswith(b"x" * 250 + b"/")
    assert "long" in gap.detail


@pytest.mark.parametrize("where", [4, 11, 40, -1])
@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_damaged_index_is_an_error_even_where_git_would_read_it(
    tmp_path: Path, where: int, object_format: str
) -> None:
    repo = Repo(tmp_path / "r", f"--object-format={object_format}").write("a", "").add()
    index = repo.path / ".git/index"
    data = bytearray(index.read_bytes())
    data[where] ^= 1
    index.write_bytes(data)
    with pytest.raises(GitError, match="index: damaged"):
        list(tracked_and_untracked(found(repo.path)))
    index.write_bytes(data[:-30])
    with pytest.raises(GitError, match="index: damaged"):
        list(tracked_and_untracked(found(repo.path)))


def test_an_index_without_a_checksum_is_read(repo: Repo) -> None:
    repo.write("a", "").add()
    index = repo.path / ".git/index"
    index.write_bytes(index.read_bytes()[:-20] + bytes(20))
    assert sorted(listed(repo)) == [b"a"]


@pytest.mark.parametrize("name", [".gitignore", "sub/.gitignore", "nested/.git/HEAD"])
def test_a_pipe_that_git_would_read_is_an_error_that_names_it(
    repo: Repo, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "PATIENCE", 0.05)
    Repo(repo.path / "nested").write("x", "")
    repo.write("sub/a", "").write("b", "")
    repo.file(name).unlink(missing_ok=True)
    os.mkfifo(repo.file(name))
    with pytest.raises(GitError, match=f"{name} is not a regular file"):
        list(tracked_and_untracked(found(repo.path)))


def test_what_was_listed_before_an_error_still_holds(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "PATIENCE", 0.05)
    repo.write("a", "").add()
    os.mkfifo(repo.path / ".gitignore")
    entries = tracked_and_untracked(found(repo.path))
    assert next(entries).path == b"a"
    with pytest.raises(GitError):
        next(entries)


@pytest.mark.parametrize("said", ["", "H 100644 zz 0\\ta\\0", "H 100644 %040d 0 a\\0", "fatal\\0"])
def test_an_answer_that_makes_no_sense_is_an_error_or_nothing(repo: Repo, fake_git: Path, said: str) -> None:
    repository = found(repo.path)
    fake_git.write_text(f"#!/bin/sh\ncase \"$*\" in *stage*) printf '{said}' 1;; esac\n")
    if said:
        with pytest.raises(GitError, match="not understood"):
            list(tracked_and_untracked(repository))
    else:
        assert list(tracked_and_untracked(repository)) == []


def test_of_what_git_complains_about_only_folders_are_gaps(repo: Repo, fake_git: Path) -> None:
    repository = found(repo.path)
    fake_git.write_text("#!/bin/sh\nprintf \"warning: x\nwarning: could not open directory 'a': 'b/': No\n\" >&2\n")
    assert list(tracked_and_untracked(repository)) == [Skipped(b"a': 'b/", "unreadable", "No")]


def test_complaints_without_end_are_a_gap(repo: Repo, fake_git: Path) -> None:
    repository = found(repo.path)
    fake_git.write_text("#!/bin/sh\nhead -c 100000 /dev/zero >&2\n")
    (gap,) = tracked_and_untracked(repository)
    assert isinstance(gap, Skipped)
    assert gap.gap
