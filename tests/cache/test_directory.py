"""The user's own cache folder: what is not certainly his own is not read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from keyguard.cache import directory
from keyguard.support import userdirs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="owners and modes are those of POSIX")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the cache is to be in; not there yet."""
    path = tmp_path / "deep" / "cache"
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", str(path))
    return path


def test_what_is_written_can_be_read(folder: Path) -> None:
    assert directory.read("a") is None
    assert directory.write("a", b"content")
    assert directory.read("a") == b"content"
    assert directory.write("a", b"newer")
    assert directory.read("a") == b"newer"
    assert os.listdir(folder) == ["a"]


def test_the_folder_and_its_files_are_for_their_owner_alone(folder: Path) -> None:
    before = os.umask(0)
    try:
        directory.write("a", b"")
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "a").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777])
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path, mode: int) -> None:
    directory.write("a", b"content")
    folder.chmod(mode)
    assert directory.read("a") is None
    assert not directory.write("b", b"more")
    assert os.listdir(folder) == ["a"]


@pytest.mark.parametrize("mode", [0o660, 0o606])
def test_a_file_that_others_may_write_to_is_not_read(folder: Path, mode: int) -> None:
    directory.write("a", b"content")
    (folder / "a").chmod(mode)
    assert directory.read("a") is None
    assert directory.write("a", b"mine again")
    assert directory.read("a") == b"mine again"


@as_root
def test_what_belongs_to_somebody_else_is_not_read(folder: Path) -> None:
    directory.write("a", b"content")
    os.chown(folder / "a", 4711, 4711)
    assert directory.read("a") is None
    os.chown(folder / "a", os.geteuid(), -1)
    os.chown(folder, 4711, 4711)
    assert directory.read("a") is None
    assert not directory.write("b", b"more")


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"of somebody else")
    directory.write("a", b"content")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    assert directory.read("link") is None
    assert directory.write("link", b"mine")
    assert (tmp_path / "elsewhere").read_bytes() == b"of somebody else"
    assert directory.read("link") == b"mine"


def test_a_folder_that_is_a_link_is_not_used(folder: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    (real / "a").write_bytes(b"planted")
    folder.parent.mkdir()
    folder.symlink_to(real)
    assert directory.read("a") is None
    assert not directory.write("b", b"more")
    directory.prune(".*", 0)
    assert os.listdir(real) == ["a"]


def test_only_regular_files_are_read_and_a_pipe_does_not_hang(folder: Path) -> None:
    directory.write("a", b"content")
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    assert directory.read("pipe") is None
    assert directory.read("folder") is None
    assert directory.read("missing") is None


def test_where_a_file_stands_in_the_way_there_is_no_cache(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("a file")
    assert directory.read("a") is None
    assert not directory.write("a", b"content")
    directory.prune(".*", 0)
    assert folder.read_text() == "a file"


def test_what_a_dead_process_left_behind_is_in_nobody_s_way(folder: Path) -> None:
    directory.write("a", b"content")
    (folder / f".a.{os.getpid()}").write_bytes(b"half")
    assert not directory.write("a", b"newer")
    assert directory.write("a", b"newer")
    assert (os.listdir(folder), directory.read("a")) == (["a"], b"newer")


@as_user
def test_a_read_only_disk_is_no_error(folder: Path) -> None:
    folder.parent.mkdir(mode=0o500)
    assert not directory.write("a", b"content")


def test_a_full_disk_leaves_nothing_half_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.write("a", b"content")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert not directory.write("a", b"newer")
    assert (os.listdir(folder), directory.read("a")) == (["a"], b"content")


def test_a_disk_that_fails_while_it_is_read_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.write("a", b"content")

    def failing(*_: object) -> os.stat_result:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fstat", failing)
        found = directory.read("a")
    assert found is None


def test_the_oldest_files_are_removed_that_fit_as_a_whole(folder: Path) -> None:
    for age, name in enumerate(["x-4", "x-3", "x-2", "x-1", "x-0", "x-longer", "y-0"]):
        directory.write(name, b"")
        os.utime(folder / name, (1000 + age, 1000 + age))
    directory.prune("x-[0-9]", 2)
    assert sorted(os.listdir(folder)) == ["x-0", "x-1", "x-longer", "y-0"]


def test_files_that_vanish_while_they_are_tidied_are_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.write("x-1", b"")
    monkeypatch.setattr(os, "listdir", lambda _: ["x-1", "x-2"])
    directory.prune("x-[0-9]", 0)
    monkeypatch.setattr(os, "lstat", os.stat)
    directory.remove(str(folder / "x-2"))
    assert (folder / "x-1").exists()


# --- where it is ----------------------------------------------------------------------------------------------------


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No variable says where a cache could be."""
    for name in ("KEYGUARD_CACHE_DIR", "XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_cache_is_where_the_platform_keeps_caches(nowhere: pytest.MonkeyPatch) -> None:
    nowhere.setattr(sys, "platform", "linux")
    nowhere.setenv("HOME", "/home/me")
    assert directory.cache_dir() == "/home/me/.cache/keyguard"
    nowhere.setenv("XDG_CACHE_HOME", "/var/cache/me")
    assert directory.cache_dir() == "/var/cache/me/keyguard"
    nowhere.setattr(sys, "platform", "darwin")
    assert directory.cache_dir() == "/home/me/Library/Caches/keyguard"
    nowhere.setattr(sys, "platform", "win32")
    assert directory.cache_dir() is None
    nowhere.setenv("LOCALAPPDATA", "/c/Users/me/AppData/Local")
    assert directory.cache_dir() == "/c/Users/me/AppData/Local/keyguard"
    nowhere.setenv("KEYGUARD_CACHE_DIR", "/elsewhere")
    assert directory.cache_dir() == "/elsewhere"


@pytest.mark.parametrize("name", ["KEYGUARD_CACHE_DIR", "XDG_CACHE_HOME", "HOME"])
def test_a_path_that_is_relative_leads_nowhere(nowhere: pytest.MonkeyPatch, name: str, tmp_path: Path) -> None:
    """It would lead into the repository that is being scanned, and a database out of that would be run."""
    nowhere.chdir(tmp_path)
    nowhere.setattr(sys, "platform", "linux")
    nowhere.setattr(userdirs, "_registered_home", lambda: "")
    nowhere.setenv(name, "cache")
    assert directory.cache_dir() is None
    assert directory.read("a") is None
    assert not directory.write("a", b"content")
    directory.prune(".*", 0)
    assert os.listdir(tmp_path) == []


def test_without_a_home_there_is_no_cache(nowhere: pytest.MonkeyPatch) -> None:
    nowhere.setattr(userdirs, "_registered_home", lambda: "")
    assert directory.cache_dir() is None


def test_on_windows_folders_are_private_by_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.write("a", b"content")
    folder.chmod(0o777)
    monkeypatch.setattr(sys, "platform", "win32")
    assert directory.read("a") == b"content"
