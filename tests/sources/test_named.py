"""The source of files that a hook names: the staged version if there is one, else the file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.model.finding import Blob, Where
from keyguard.sources.listing import Ask, Listing, TreeFile
from keyguard.sources.named import started
from keyguard.support.errors import UsageError
from tests.helpers.repos import Repo


@pytest.fixture
def committed(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.chdir(repo.path)
    return repo.write("a", "one\n").write("b", "two\n").write("sub/c", "three\n").add().commit()


def listed(*names: str, index: str = "") -> Listing:
    with started(Ask(paths=names, index=index)) as found:
        return found()


def test_what_is_staged_comes_from_the_index_and_the_rest_from_the_tree(committed: Repo) -> None:
    committed.write("a", "staged\n").add().write("a", "later\n")
    found = listed("b", "a")
    assert found.stored[0].blobs == [Blob(b"a", Where.INDEX, committed.oid(":a"), committed.oid("HEAD:a"))]
    assert [(folder.root, folder.files) for folder in found.folders] == [
        (os.fsencode(committed.path), [TreeFile(b"b")])
    ]
    assert found.scope == "files named by the hook"


def test_only_what_is_named_is_listed(committed: Repo) -> None:
    committed.write("a", "staged\n").write("b", "staged\n").add()
    found = listed("b")
    assert [blob.path for blob in found.stored[0].blobs] == [b"b"]
    assert found.folders == []


def test_a_name_counts_once_however_it_is_written(committed: Repo) -> None:
    found = listed("sub/c", "./sub/c", "sub/../sub/c", str(committed.path / "sub" / "c"))
    assert found.count() == 1


def test_names_are_as_seen_from_here(committed: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(committed.path / "sub")
    assert [file.path for file in listed("c", "../a").folders[0].files] == [b"a", b"sub/c"]


def test_the_index_that_git_names_is_the_one_that_is_read(committed: Repo) -> None:
    committed.write("a", "for the other\n")
    committed.git("add", "a", GIT_INDEX_FILE=str(committed.path / ".git/other"))
    found = listed("a", index=".git/other")
    assert [blob.path for blob in found.stored[0].blobs] == [b"a"]
    assert listed("a").stored == []


def test_a_link_is_not_followed_but_those_on_the_way_to_it_are(committed: Repo, tmp_path: Path) -> None:
    committed.link("l", str(tmp_path))
    assert [file.path for file in listed("l").folders[0].files] == [b"l"]
    (tmp_path / "way").symlink_to(committed.path / "sub")
    assert [file.path for file in listed(str(tmp_path / "way" / "c")).folders[0].files] == [b"sub/c"]


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", ".."])
def test_what_is_outside_is_refused(committed: Repo, name: str) -> None:
    with pytest.raises(UsageError, match="outside of the repository"):
        listed(name)


def test_folders_are_not_what_a_hook_takes(committed: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner").write("z", "").add().commit()
    committed.git("submodule", "--quiet", "add", str(inner.path), "lib")
    committed.file("empty").mkdir()
    found = listed("lib", "sub", "empty")
    assert [(one.path, one.gap) for one in found.skipped] == [(b"empty", False), (b"lib", False), (b"sub", True)]
    assert {one.reason for one in found.skipped} == {"not-a-file"}
    assert found.count() == 3


@pytest.mark.parametrize("name", [b"\xff\xfe", b"a\nb", b"-x", "é".encode(), b"\x1b[31m"])
def test_a_name_may_be_of_any_bytes(committed: Repo, name: bytes) -> None:
    committed.write(name, "x").add()
    found = listed(os.fsdecode(name))
    assert [blob.path for blob in found.stored[0].blobs] == [name]
