"""Files are written whole or not at all, as they were, and never through a link."""

from __future__ import annotations

import os
import stat
from functools import partial
from pathlib import Path

import pytest

from keyguard.fix.files.folder import LIMIT, Blocked, Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    folder = tmp_path / "shop"
    (folder / "api").mkdir(parents=True)
    (folder / "api/a.py").write_bytes(b"old\n")
    return Files(os.fsencode(folder))


def path_of(files: Files, name: str) -> Path:
    return Path(os.fsdecode(files.root)) / name


def names(files: Files) -> set[str]:
    return {str(path.relative_to(path_of(files, ""))) for path in path_of(files, "").rglob("*")}


def test_a_file_is_put_in_place_of_the_old_one_with_its_permissions(files: Files) -> None:
    path = path_of(files, "api/a.py")
    path.chmod(0o640)
    files.write(b"api/a.py", b"old\n", b"new\n")
    assert path.read_bytes() == b"new\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(files) == {"api", "api/a.py"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_its_owner_stays(files: Files) -> None:
    os.chown(path_of(files, "api/a.py"), 12, 34)
    files.write(b"api/a.py", b"old\n", b"new\n")
    found = path_of(files, "api/a.py").stat()
    assert (found.st_uid, found.st_gid) == (12, 34)


def test_a_new_file_is_as_the_mask_says_or_private(files: Files) -> None:
    before = os.umask(0o027)
    try:
        files.write(b"api/b", None, b"x")
        files.write(b".env", None, b"x", 0o600)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path_of(files, "api/b").stat().st_mode) == 0o640
    assert stat.S_IMODE(path_of(files, ".env").stat().st_mode) == 0o600


def test_what_has_changed_since_is_refused(files: Files) -> None:
    for path, old in ((b"api/a.py", b"older\n"), (b"api/a.py", None), (b"gone", b"x")):
        with pytest.raises(Blocked, match="has changed"):
            files.write(path, old, b"new\n")
        with pytest.raises(Blocked, match="has changed"):
            files.remove(path, old or b"y")
    assert path_of(files, "api/a.py").read_bytes() == b"old\n"
    assert names(files) == {"api", "api/a.py"}


def test_what_changes_while_it_is_written_is_refused(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def late(fd: int) -> None:
        path_of(files, "api/a.py").write_bytes(b"someone else's\n")
        real(fd)

    monkeypatch.setattr(os, "fsync", late)
    with pytest.raises(Blocked, match="has changed"):
        files.write(b"api/a.py", b"old\n", b"new\n")
    assert path_of(files, "api/a.py").read_bytes() == b"someone else's\n"
    assert names(files) == {"api", "api/a.py"}


def test_links_are_not_followed(files: Files, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.py").write_bytes(b"old\n")
    path_of(files, "link.py").symlink_to(outside / "a.py")
    path_of(files, "folder").symlink_to(outside)
    path_of(files, "lost").symlink_to(tmp_path / "nowhere")
    for path, old in ((b"link.py", b"old\n"), (b"folder/a.py", b"old\n"), (b"lost", None)):
        acts = (partial(files.read, path), partial(files.write, path, old, b"new\n"), partial(files.restrict, path, 0))
        for act in acts:
            with pytest.raises(Blocked, match="a link is in the way"):
                act()
    assert (outside / "a.py").read_bytes() == b"old\n"
    assert not (tmp_path / "nowhere").exists()


def test_a_file_with_two_names_keeps_being_one(files: Files) -> None:
    os.link(path_of(files, "api/a.py"), path_of(files, "b.py"))
    with pytest.raises(Blocked, match="several names"):
        files.write(b"b.py", b"old\n", b"new\n")
    with pytest.raises(Blocked, match="several names"):
        files.restrict(b"b.py", 0o600)
    assert stat.S_IMODE(path_of(files, "api/a.py").stat().st_mode) == 0o644


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no such marks")
def test_what_others_wrote_on_a_file_stays_on_it(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    path = path_of(files, "api/a.py")
    try:
        os.setxattr(path, "user.mark", b"mine")
    except OSError:
        pytest.skip("this file system has no such marks")
    files.write(b"api/a.py", b"old\n", b"new\n")
    assert os.getxattr(path, "user.mark") == b"mine"

    def fail(*arguments: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "listxattr", fail)
    files.write(b"api/a.py", b"new\n", b"newer\n")
    assert path.read_bytes() == b"newer\n"


def test_only_files_of_some_size_are_read(files: Files) -> None:
    os.mkfifo(path_of(files, "pipe"))
    with path_of(files, "large").open("wb") as file:
        file.truncate(LIMIT + 1)
    for name, why in ((b"pipe", "not a regular"), (b"large", "too large"), (b"api", "not a regular")):
        with pytest.raises(Blocked, match=why):
            files.read(name)
    with pytest.raises(Blocked, match="not a regular"):
        files.restrict(b"pipe", 0o600)
    assert files.read(b"nothing") is None


@pytest.mark.parametrize("call", ["replace", "fchmod", "fsync"])
def test_nothing_is_left_where_the_disk_fails(files: Files, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(Blocked, match="No space left"):
        files.write(b"api/a.py", b"old\n", b"new\n")
    assert path_of(files, "api/a.py").read_bytes() == b"old\n"
    assert names(files) == {"api", "api/a.py"}


def test_a_file_is_removed_only_as_it_was(files: Files) -> None:
    files.remove(b"api/a.py", b"old\n")
    assert names(files) == {"api"}
