"""Reading files: only regular ones, none outside the root, each whole or reported as a gap."""

from __future__ import annotations

import os
import resource
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from keyguard.model.finding import Skipped
from keyguard.sources import reading
from keyguard.sources.reading import PIECE, Absent, Opened, Reader, Shrunk
from tests.helpers.calling import descriptors


def reader_of(root: Path, max_size: int | None = None) -> Reader:
    return Reader(os.fsencode(root), b"", max_size)


def content(opened: Opened | Skipped) -> bytes:
    """Return the whole content of what was opened."""
    assert isinstance(opened, Opened)
    if opened.data is not None:
        return opened.data
    assert opened.read is not None
    return b"".join(iter(opened.read, b""))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17])
def test_a_file_is_read_whole_whatever_its_size(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "f").write_bytes(data)
    opened = reader_of(tmp_path).read(b"f")
    assert isinstance(opened, Opened)
    assert opened.size == size
    assert content(opened) == data


def test_a_file_that_says_it_is_empty_and_is_not_is_read_whole(tmp_path: Path) -> None:
    assert content(Reader(b"/proc/self", b"").read(b"cmdline")) == Path("/proc/self/cmdline").read_bytes()
    assert content(Reader(b"/proc/self", b"").read(b"maps")).count(b"\n") > 10


def test_a_large_file_that_says_it_is_empty_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = os.urandom(2 * PIECE + 5)
    (tmp_path / "f").write_bytes(data)
    really = os.fstat

    class Empty:
        st_mode, st_size, st_blocks, st_ino = really(0).st_mode, 0, 0, 0

    def empty(fd: int) -> object:
        Empty.st_mode = really(fd).st_mode
        return Empty

    monkeypatch.setattr(os, "fstat", empty)
    assert content(reader_of(tmp_path).read(b"f")) == data


def test_a_link_is_read_as_the_text_of_its_target(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert content(reader_of(tmp_path).read(b"link")) == b"/etc/passwd"
    (tmp_path / "odd").symlink_to(os.fsdecode(b"\xff\n"))
    assert content(reader_of(tmp_path).read(b"odd")) == b"\xff\n"


def test_nothing_is_read_by_way_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"x")
    root = tmp_path / "root"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "secret").write_bytes(b"y")
    assert content(reader_of(root).read(b"a/b/secret")) == b"y"
    (root / "a" / "b").rename(root / "a" / "c")
    (root / "a" / "b").symlink_to(tmp_path / "outside")
    (root / "d").symlink_to(tmp_path)
    for path in (b"a/b/secret", b"d/outside/secret"):
        with pytest.raises(Absent):
            reader_of(root).read(path)


@pytest.mark.parametrize("path", [b"gone", b"folder", b"file/below", b"folder/gone/below"])
def test_what_is_no_file_any_more_is_absent(tmp_path: Path, path: bytes) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Absent):
        reader_of(tmp_path).read(path)


def test_a_pipe_is_not_opened_and_its_writer_goes_on_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    released = threading.Event()

    def write() -> None:
        os.close(os.open(tmp_path / "pipe", os.O_WRONLY))
        released.set()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    found = reader_of(tmp_path).read(b"pipe")
    assert found == Skipped(b"pipe", "not-a-file", "a pipe", gap=False)
    assert not released.wait(0.2)
    os.close(os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK))
    writer.join(10)


def test_sockets_and_devices_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)
        server.bind("socket")
        assert reader_of(tmp_path).read(b"socket") == Skipped(b"socket", "not-a-file", "a socket", gap=False)
    assert Reader(b"/dev", b"").read(b"zero") == Skipped(b"zero", "not-a-file", "a device", gap=False)
    assert reading.kind_of(0o060000) == "a device"
    assert reading.kind_of(0o030000) == "not a regular file"


def test_a_file_that_becomes_a_pipe_just_now_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"x")
    really = os.stat

    def swapping(path: bytes, **options: object) -> os.stat_result:
        info = really(path, **options)  # type: ignore[arg-type]
        if path == b"f":
            (tmp_path / "f").unlink()
            os.mkfifo(tmp_path / "f")
        return info

    monkeypatch.setattr(os, "stat", swapping)
    assert reader_of(tmp_path).read(b"f") == Skipped(b"f", "vanished", "replaced while it was opened")


def test_what_is_too_large_is_the_users_choice(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    assert content(reader_of(tmp_path, 5).read(b"f")) == b"12345"
    found = reader_of(tmp_path, 4).read(b"f")
    assert found == Skipped(b"f", "too-large", "5 bytes, more than --max-size", gap=False)


@pytest.mark.parametrize("error", [PermissionError(13, "x"), OSError(5, "x"), OSError(24, "x"), OSError(12, "x")])
def test_what_cannot_be_opened_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    (tmp_path / "f").write_bytes(b"x")
    found_by = reader_of(tmp_path)

    def fail(*args: object, **options: object) -> int:
        raise error

    monkeypatch.setattr(os, "open", fail)
    assert found_by.read(b"f") == Skipped(b"f", "unreadable", os.strerror(error.errno or 0))


def test_a_small_file_that_shrinks_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"x" * 100)
    really = os.read

    def shrinking(fd: int, size: int) -> bytes:
        (tmp_path / "f").write_bytes(b"x" * 40)
        return really(fd, size)

    monkeypatch.setattr(os, "read", shrinking)
    assert reader_of(tmp_path).read(b"f") == Skipped(b"f", "shrunk", "40 of 100 bytes could be read")


@pytest.mark.parametrize("most", [1, 40, 99])
def test_a_disk_that_gives_a_small_file_bit_by_bit_is_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    (tmp_path / "f").write_bytes(bytes(range(100)))
    really = os.read
    monkeypatch.setattr(os, "read", lambda fd, size: really(fd, min(size, most)))
    assert content(reader_of(tmp_path).read(b"f")) == bytes(range(100))


def test_a_file_that_grows_just_now_is_read_as_it_is_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"x")
    really = os.open

    def growing(*arguments: Any, **options: Any) -> int:
        (tmp_path / "f").write_bytes(b"y" * 100)
        return really(*arguments, **options)

    monkeypatch.setattr(os, "open", growing)
    assert content(reader_of(tmp_path).read(b"f")) == b"y" * 100


def test_a_file_that_shrinks_between_two_looks_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"x" * 100)
    really, calls = os.read, list[int]()

    def shrinking(fd: int, size: int) -> bytes:
        calls.append(size)
        if len(calls) == 2:  # the second reading has begun
            os.truncate(tmp_path / "f", 10)
        return really(fd, min(size, 60) if len(calls) == 1 else size)

    monkeypatch.setattr(os, "read", shrinking)
    assert reader_of(tmp_path).read(b"f") == Skipped(b"f", "shrunk", "10 of 100 bytes could be read")


def test_a_large_file_that_shrinks_gives_what_there_is_and_then_says_so(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * (2 * PIECE))
    reader = reader_of(tmp_path)
    opened = reader.read(b"f")
    assert isinstance(opened, Opened)
    assert opened.read is not None
    assert len(opened.read()) == PIECE
    os.truncate(tmp_path / "f", PIECE + 9)
    assert len(opened.read()) == 9
    with pytest.raises(Shrunk, match=f"{PIECE - 9} bytes fewer than it had"):
        opened.read()


def test_a_file_that_grows_is_read_as_it_was_when_it_was_opened(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * (PIECE + 1))
    opened = reader_of(tmp_path).read(b"f")
    assert isinstance(opened, Opened)
    assert opened.read is not None
    pieces = 0
    with (tmp_path / "f").open("ab") as log:
        while opened.read():
            pieces += 1
            assert pieces < 9, "a log that is written to as fast as it is read has no end"
            log.write(b"y" * PIECE)
            log.flush()
    assert pieces == 2


# --- holes --------------------------------------------------------------------------------------------------------

LAYOUTS = [
    [(0, b"start"), (5 * PIECE, b"")],
    [(3 * PIECE, b"end")],
    [(0, b"a"), (2 * PIECE + 4097, b"b\n"), (7 * PIECE - 1, b"c")],
    [(PIECE - 2, b"abcd"), (9 * PIECE, b"")],
    [(4 * PIECE, b"")],
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=range(len(LAYOUTS)))
def test_a_file_with_holes_is_read_as_if_they_were_filled(tmp_path: Path, layout: list[tuple[int, bytes]]) -> None:
    with (tmp_path / "f").open("wb") as file:
        for at, data in layout:
            file.seek(at)
            file.write(data)
        file.truncate(file.tell())
    opened = reader_of(tmp_path).read(b"f")
    assert isinstance(opened, Opened)
    assert content(opened) == (tmp_path / "f").read_bytes()


def test_holes_are_not_read_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "f").open("wb") as file:
        file.truncate(1 << 40)
        file.seek(5)
        file.write(b"here")
    opened = reader_of(tmp_path).read(b"f")
    assert isinstance(opened, Opened)
    assert opened.read is not None
    size, really = 0, os.read

    def counted(fd: int, count: int) -> bytes:
        nonlocal size
        data = really(fd, count)
        size += len(data)
        return data

    monkeypatch.setattr(os, "read", counted)
    assert opened.read()[:12] == b"\0\0\0\0\0here\0\0\0"
    for _ in range(100):
        assert opened.read() == bytes(PIECE)
    assert size <= PIECE


# --- what is small ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "most"), [(1, None), (PIECE, None), (5, 5)])
def test_a_small_file_is_read_in_one_go(tmp_path: Path, size: int, most: int | None) -> None:
    data = os.urandom(size)
    (tmp_path / "f").write_bytes(data)
    assert reader_of(tmp_path, most).small(b"f") == data


@pytest.mark.parametrize(("size", "most"), [(0, None), (PIECE + 1, None), (6, 5)])
def test_what_is_empty_or_large_is_not_small(tmp_path: Path, size: int, most: int | None) -> None:
    (tmp_path / "f").write_bytes(b"x" * size)
    assert reader_of(tmp_path, most).small(b"f") is None


@pytest.mark.parametrize("change", [b"x" * 99, b"x" * 101, b""])
def test_what_changes_just_now_is_not_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: bytes) -> None:
    (tmp_path / "f").write_bytes(b"x" * 100)
    really = os.read

    def changing(fd: int, size: int) -> bytes:
        (tmp_path / "f").write_bytes(change)
        return really(fd, size)

    monkeypatch.setattr(os, "read", changing)
    assert reader_of(tmp_path).small(b"f") is None


def test_links_pipes_and_folders_are_not_small_and_nothing_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "f").write_bytes(b"x")
    (tmp_path / "link").symlink_to("folder/f")
    (tmp_path / "way").symlink_to("folder")
    os.mkfifo(tmp_path / "pipe")
    reader, opened = reader_of(tmp_path), list[object]()
    really = os.open

    def noted(path: Any, *args: Any, **options: Any) -> int:
        opened.append(path)
        return really(path, *args, **options)

    monkeypatch.setattr(os, "open", noted)
    assert [reader.small(path) for path in (b"folder", b"link", b"way/f", b"pipe", b"gone", b"gone/f")] == [None] * 6
    assert not {b"link", b"pipe"}.intersection(opened)
    assert reader.small(b"folder/f") == b"x"


# --- descriptors --------------------------------------------------------------------------------------------------


def test_none_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/x", "a/b/y", "z"):
        (tmp_path / name).write_bytes(b"x" * (2 * PIECE))
    before = len(descriptors())
    reader = reader_of(tmp_path)
    (tmp_path / "a" / "small").write_bytes(b"x")
    for path in (b"a/x", b"a/b/y", b"a/small", b"z", b"gone", b"a/b"):
        reader.small(path)
        try:
            reader.read(path)
        except Absent:
            continue
    reader.close()
    assert len(descriptors()) == before


def test_depth_does_not_use_them_up(tmp_path: Path) -> None:
    names, folder = [], tmp_path
    for level in range(300):
        folder = folder / "d"
        folder.mkdir()
        (folder / "f").write_bytes(b"%d" % level)
        names.append(b"d/" * (level + 1) + b"f")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    in_use = descriptors()[-1] + 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + 60, hard))
    try:
        reader = reader_of(tmp_path)
        assert [content(reader.read(name)) for name in sorted(names)] == [
            b"%d" % level for level in reversed(range(300))
        ]
        reader.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
