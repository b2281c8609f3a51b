"""Only regular files are opened, and never through a link."""

from __future__ import annotations

import os
import sys
from importlib import reload
from pathlib import Path

import pytest

from keyguard.odb import arrays
from keyguard.odb.regular_files import open_file, open_regular, read_whole
from keyguard.support.errors import GitError


def test_a_regular_file_is_read_whole_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    data = os.urandom(1000) * 20_000
    path.write_bytes(data)
    with open_regular(str(path)) as fd:
        assert read_whole(fd, str(path)) == data
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_anything_else_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in ("folder", "link", "pipe", "nothing"):
        with pytest.raises(GitError, match=name):
            open_file(str(tmp_path / name))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_cannot_be_read_to_its_end_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()

    def broken(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    with open_regular(str(tmp_path / "file")) as fd:
        monkeypatch.setattr(os, "read", broken)
        with pytest.raises(GitError, match="file: cannot be read: Input/output error"):
            read_whole(fd, "some/file")
        monkeypatch.undo()


@pytest.mark.parametrize("value", ["", "3"])
def test_numpy_is_loaded_without_a_trace_in_the_environment(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    if value:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", value)
    else:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert reload(sys.modules[arrays.__name__]).np is arrays.np
    assert os.environ.get("OPENBLAS_NUM_THREADS", "") == value
