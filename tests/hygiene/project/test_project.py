"""A project as checks see it: each file is read once, also when it is too large to be kept with all others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.hygiene.project import project as module
from keyguard.hygiene.project.project import Project
from keyguard.sources.listing import Folder, TreeFile
from tests.helpers.seeing import engine


def test_a_file_that_is_not_kept_is_not_read_for_each_of_its_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (b"a", b"b"):
        (tmp_path / name.decode()).write_bytes(name * 100)
    monkeypatch.setattr(module, "_KEPT", 50)
    files = [TreeFile(b"a"), TreeFile(b"b")]
    project = Project([Folder(os.fsencode(tmp_path), b"", files)], [], [], engine())
    read, reads = project._reader.small, list[bytes]()

    def counted(path: bytes) -> bytes | None:
        reads.append(path)
        return read(path)

    monkeypatch.setattr(project._reader, "small", counted)
    for name in (b"a", b"b"):
        assert [project.read(name) for _ in range(50)] == [name * 100] * 50
    assert reads == [b"a", b"b"]
    project.close()
