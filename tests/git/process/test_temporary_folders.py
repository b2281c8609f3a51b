"""What a killed scan left behind is removed by the next one, and nothing else is."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from keyguard.git.process import temporary_folders
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.process.temporary_folders import lock_folder, remove_abandoned
from tests.helpers.calling import descriptors
from tests.helpers.checkout import ROOT

OURS = re.compile(r"keyguard-[0-9a-f]{16}")
HOLDER = """
import sys
from keyguard.git.process.isolated_git import IsolatedGit
with IsolatedGit(sys.argv[1]) as git:
    print(git.path, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which private git directories are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def held(tmp_path: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """Start another process with an open private git directory; return it and the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, Path(os.fsdecode(process.stdout.readline().rstrip(b"\n")))


def made(place: Path, number: int, age: float = 0.0) -> Path:
    """A folder of such a name, of so many seconds ago, with something in it."""
    folder = place / f"keyguard-{number:016x}"
    (folder / "refs").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def test_what_a_killed_scan_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path, place: Path) -> None:
    process, folder = held(tmp_path)
    try:
        with IsolatedGit(str(tmp_path)) as git:
            assert {path.name for path in place.iterdir()} == {folder.name, Path(git.path).name}
        assert folder.is_dir()
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        assert folder.is_dir()
        with IsolatedGit(str(tmp_path)) as git:
            assert [path.name for path in place.iterdir()] == [Path(git.path).name]
    finally:
        process.kill()
        process.communicate()
    assert list(place.iterdir()) == []


def test_a_worker_keeps_the_claim_of_a_process_that_was_killed(tmp_path: Path, place: Path) -> None:
    folder = made(place, 1)
    locked = lock_folder(str(folder))
    assert locked is not None
    child = os.fork()
    if not child:
        signal.pause()
    os.close(locked)
    remove_abandoned(str(place), OURS)
    assert folder.is_dir()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    remove_abandoned(str(place), OURS)
    assert not folder.exists()


def test_one_that_nobody_has_claimed_yet_is_left_alone_for_a_while(place: Path) -> None:
    young, old = made(place, 1), made(place, 2, age=temporary_folders._YOUNG + 60)
    remove_abandoned(str(place), OURS)
    assert (young.is_dir(), old.exists()) == (True, False)


@pytest.mark.parametrize("name", ["keyguard-1", "keyguard-000000000000000g", "other", "keyguard-0000000000000001x"])
def test_what_is_called_otherwise_is_left(place: Path, name: str) -> None:
    made(place, 1, age=temporary_folders._YOUNG * 2).rename(place / name)
    remove_abandoned(str(place), OURS)
    assert (place / name).is_dir()


def test_links_are_not_followed_and_files_are_left(tmp_path: Path, place: Path) -> None:
    kept = made(tmp_path, 1, age=temporary_folders._YOUNG * 2)
    (place / kept.name).symlink_to(kept)
    (place / "keyguard-0000000000000002").touch()
    linked = made(place, 3, age=temporary_folders._YOUNG * 2)
    (linked / "claim").symlink_to(kept / "HEAD")
    inner = made(place, 4, age=temporary_folders._YOUNG * 2)
    (inner / "out").symlink_to(kept)
    for folder in (linked, inner):
        os.utime(folder, (1, 1))
    before = descriptors()
    remove_abandoned(str(place), OURS)
    assert sorted(path.name[-1] for path in place.iterdir()) == ["1", "2", "3"]
    assert (kept / "HEAD").is_file()
    assert descriptors() == before


def test_somebody_elses_is_left(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(place, 1, age=temporary_folders._YOUNG * 2)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    remove_abandoned(str(place), OURS)
    assert folder.is_dir()


def test_one_that_is_taken_before_it_is_claimed_is_no_ones(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, lock = made(place, 1), fcntl.flock

    def overtaken(fd: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        remove_abandoned(str(place), OURS)  # between the making of the file and its lock
        lock(fd, how)

    monkeypatch.setattr(fcntl, "flock", overtaken)
    before = descriptors()
    assert lock_folder(str(folder)) is None
    assert not folder.exists()
    assert descriptors() == before


def test_a_private_folder_that_was_taken_is_replaced_by_another(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken = iter([True, True])
    monkeypatch.setattr(
        "keyguard.git.process.isolated_git.lock_folder",
        lambda path: None if next(overtaken, False) else lock_folder(path),
    )
    monkeypatch.setattr("keyguard.git.process.isolated_git._FOLDERS", (str(place),) * 3)
    with IsolatedGit(str(tmp_path)) as git:
        assert Path(git.path).parent == place
    assert list(place.iterdir()) == []


def test_where_files_cannot_be_locked_nothing_is_removed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refused)
    folder = made(place, 1, age=temporary_folders._YOUNG * 2)
    locked = lock_folder(str(folder))
    assert locked is not None
    remove_abandoned(str(place), OURS)
    assert folder.is_dir()
    os.close(locked)


def test_of_a_crowded_folder_only_so_much_is_looked_at(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary_folders, "_MOST", 0)
    folder = made(place, 1, age=temporary_folders._YOUNG * 2)
    remove_abandoned(str(place), OURS)
    remove_abandoned(str(place / "nowhere"), OURS)
    assert folder.is_dir()


def test_of_many_some_are_looked_at_each_time_and_all_in_the_end(place: Path) -> None:
    for number in range(3 * temporary_folders._AT_ONCE):
        made(place, number, age=temporary_folders._YOUNG * 2)
    counts = [len([*place.iterdir()])]
    while counts[-1]:
        remove_abandoned(str(place), OURS)
        counts.append(len([*place.iterdir()]))
    assert {before - after for before, after in pairwise(counts)} == {temporary_folders._AT_ONCE}
