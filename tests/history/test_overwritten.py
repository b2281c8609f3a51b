"""A store that was overwritten in place, with sizes, checksums and times as before, is read again."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history.asking import line
from tests.history.packfiles import Packed, index_of, object_id, pack_of, smuggle


def overwrite(path: Path, data: bytes) -> None:
    """Put other bytes in place of a file's own, with its time put back."""
    info = path.stat()
    assert len(data) == info.st_size
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def stored(text: bytes) -> list[Packed]:
    return [Packed("blob", text, stream=zlib.compress(text, 0))]


@pytest.mark.parametrize("other", [False, True], ids=["unchanged", "with another commit"])
def test_a_pack(kg: Keyguard, repo: Repo, other: bool) -> None:
    leak = line("gone").encode()
    plain = b"x" * len(leak)
    repo.commit()
    path = smuggle(repo, stored(plain), [(object_id("blob", plain), 12)])
    assert kg.scan("--history-only", repo.path).code == 0
    raw = pack_of(stored(leak))[:-20] + path.read_bytes()[-20:]
    overwrite(path, raw)
    overwrite(path.with_suffix(".idx"), index_of([(object_id("blob", leak), 12)], raw))
    if other:
        repo.commit()
    assert kg.scan("--history-only", repo.path).code == 1


def test_a_loose_object(kg: Keyguard, repo: Repo) -> None:
    repo.write("a", "one\n").add().commit()
    path = repo.path / ".git/objects" / repo.oid("HEAD:a")[:2] / repo.oid("HEAD:a")[2:]
    assert kg.scan("--history-only", repo.path).code == 0
    overwrite(path, path.read_bytes()[:-1] + b"?")
    assert kg.scan("--history-only", repo.path).code == 2
