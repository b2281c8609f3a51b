"""Bundles, packs and loose objects of git, as git writes them, and what is missing or damaged in them."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest

from tests.containers.packing import opened
from tests.helpers.repos import Repo

LONG = "".join(f"line {number}\n" for number in range(2000))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Ten versions of a file that are deltas of each other, in folders, a tag, and a file that was removed."""
    repo = Repo(tmp_path_factory.mktemp("written") / "r")
    repo.write("conf/prod/.env", "KEY=1\n").add().commit("first message")
    repo.remove("conf/prod/.env")
    for number in range(10):
        repo.write("src/a.txt", LONG.replace("line 77\n", f"line of {number}\n")).add().commit(f"number {number}")
    repo.git("tag", "-a", "-m", "words of a tag", "v1")
    repo.git("repack", "-adq", "--depth=50", "--window=50")
    return repo


@pytest.mark.parametrize("kind", ["bundle", "pack"])
def test_files_and_messages(written: Repo, kind: str) -> None:
    if kind == "bundle":
        written.git("bundle", "create", "-q", "../x.bundle", "--all")
        data = (written.path.parent / "x.bundle").read_bytes()
    else:
        (pack,) = written.path.glob(".git/objects/pack/*.pack")
        data = pack.read_bytes()
    found, walk = opened(data)
    assert (walk.problem, walk.over, walk.unopened) == ("", "", [])
    assert found["conf/prod/.env"] == b"KEY=1\n"
    assert sorted(name.partition(":")[0] for name in found if ":" in name) == ["commit"] * 11 + ["tag"]
    assert b"words of a tag" in found[f"tag:{written.oid('refs/tags/v1')}"]
    assert b"first message" in found[f"commit:{written.oid('HEAD~10')}"]


def test_every_version_of_a_file_is_read(written: Repo) -> None:
    (pack,) = written.path.glob(".git/objects/pack/*.pack")
    from keyguard.odb.packed_stream import BLOB, COMMIT, TAG, TREE, PackedStream

    stream = PackedStream(pack.read_bytes(), 0, "sha1", lambda size: None, lambda size: None)
    objects = {one.oid.hex(): one for one in stream.objects((COMMIT, TREE, BLOB, TAG))}
    assert set(objects) == set(
        written.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").decode().split()
    )
    for number in range(10):
        oid = written.oid(f"HEAD~{number}:src/a.txt")
        assert objects[oid].content == written.git("cat-file", "blob", oid)
    assert (stream.problem, stream.unresolved) == ("", 0)


def test_a_bundle_that_builds_on_others_says_so(written: Repo) -> None:
    written.git("bundle", "create", "-q", "../thin.bundle", "HEAD~3..main")
    found, walk = opened((written.path.parent / "thin.bundle").read_bytes())
    assert sum(name.startswith("commit:") for name in found) == 3
    assert walk.problem.startswith("git file (bundle: ") or "src/a.txt" in found


def test_objects_with_long_ids(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r", "--object-format=sha256").write("in/a", "text\n").add().commit()
    repo.git("bundle", "create", "-q", "../x.bundle", "main")
    found, walk = opened((tmp_path / "x.bundle").read_bytes())
    assert (found["in/a"], walk.problem) == (b"text\n", "")


def test_a_loose_object(repo: Repo) -> None:
    repo.write("a", "KEY=2\n").add().commit("a message")
    objects = repo.path / ".git/objects"
    read = {path: opened(path.read_bytes())[0] for path in objects.glob("??/*")}
    names = sorted(name for found in read.values() for name in found)
    assert names == ["blob", "commit"]
    assert b"KEY=2\n" in {text for found in read.values() for text in found.values()}


def test_a_bomb_in_a_pack_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyguard.containers.budget._FREE", 1 << 20)
    size = 8 << 20
    head, rest = bytearray([0x30 | (size & 15) | 0x80]), size >> 4
    while rest:
        head.append((rest & 0x7F) | (0x80 if rest > 0x7F else 0))
        rest >>= 7
    data = b"PACK\0\0\0\2\0\0\0\1" + bytes(head) + zlib.compress(bytes(size))
    assert opened(data)[1].over == "it unpacks to far more than it should"


def test_nothing_that_is_damaged_raises(written: Repo) -> None:
    (pack,) = written.path.glob(".git/objects/pack/*.pack")
    whole, source = pack.read_bytes(), random.Random(1)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(source.randint(1, 5)):
            data[source.randrange(8, len(data))] = source.randrange(256)
        if source.random() < 0.3:
            del data[source.randrange(12, len(data)) :]
        opened(bytes(data))
