"""Objects in files of their own: whole, in pieces, and none that is something else than its name says."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from random import Random

import pytest

from keyguard.odb.entry_headers import BLOB, COMMIT, TAG, TREE
from keyguard.odb.loose_objects import LooseObject, list_loose, loose_path, quarantines, read_loose, read_loose_pieces
from keyguard.odb.pack import LARGEST
from keyguard.support.errors import GitError
from tests.history.packfiles import object_id
from tests.odb.opening import loose_file

KINDS = {"commit": COMMIT, "tree": TREE, "blob": BLOB, "tag": TAG}


def written(folder: Path, raw: bytes) -> str:
    path = folder / "object"
    path.write_bytes(raw)
    return str(path)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("data", [b"", b"text\n", b"\0" * 100, Random(1).randbytes(700_000)], ids=len)
def test_an_object_is_read_as_it_was_written(tmp_path: Path, kind: str, data: bytes, object_format: str) -> None:
    oid = object_id(kind, data, object_format)
    path = written(tmp_path, loose_file(kind, data))
    assert read_loose(path, oid, object_format) == LooseObject(KINDS[kind], len(data), data)
    assert b"".join(read_loose_pieces(path, oid, object_format)) == data


def test_a_large_object_is_read_in_pieces_only(tmp_path: Path) -> None:
    data = bytes(LARGEST + 1)
    oid, path = object_id("blob", data), written(tmp_path, loose_file("blob", data))
    assert read_loose(path, oid, "sha1") == LooseObject(BLOB, len(data), b"")
    pieces = list(read_loose_pieces(path, oid, "sha1"))
    assert max(map(len, pieces)) < 1 << 20
    assert b"".join(pieces) == data
    with pytest.raises(GitError, match="something else"):
        list(read_loose_pieces(path, object_id("blob", b""), "sha1"))


TEXT = b"some text, long enough " * 20
SOUND = loose_file("blob", TEXT)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "cut off"),
        (b"no zlib stream", "damaged"),
        (SOUND[:-1], "cut off"),
        (SOUND[:-1] + bytes([SOUND[-1] ^ 1]), "damaged"),
        (zlib.compress(b"blob 3"), "no head"),
        (zlib.compress(b"blub 3\0abc"), "no head"),
        (zlib.compress(b"blob \0abc"), "no head"),
        (zlib.compress(b"blob -3\0abc"), "no head"),
        (zlib.compress("blob ²\0abc".encode("latin-1")), "no head"),
        (zlib.compress(b"blob 3" + b" " * 100 + b"\0abc"), "no head"),
        (loose_file("blob", TEXT, len(TEXT) - 1), "larger than it says"),
        (loose_file("blob", TEXT, 0), "larger than it says"),
        (loose_file("blob", TEXT, len(TEXT) + 1), "shorter than it says"),
        (loose_file("blob", TEXT + b"!"), "something else"),
        (loose_file("tag", TEXT), "something else"),
    ],
)
def test_what_is_damaged_or_something_else_is_not_read(tmp_path: Path, raw: bytes, problem: str) -> None:
    path, oid = written(tmp_path, raw), object_id("blob", TEXT)
    with pytest.raises(GitError, match=problem):
        read_loose(path, oid, "sha1")
    with pytest.raises(GitError, match=problem):
        list(read_loose_pieces(path, oid, "sha1"))


def test_what_stands_behind_the_stream_does_not_matter(tmp_path: Path) -> None:
    assert read_loose(written(tmp_path, SOUND + b"more"), object_id("blob", TEXT), "sha1").content == TEXT


def test_a_bomb_is_left_at_the_size_that_it_tells(tmp_path: Path) -> None:
    path = written(tmp_path, loose_file("blob", bytes(64 << 20), 100))
    with pytest.raises(GitError, match="larger than it says"):
        read_loose(path, "0" * 40, "sha1")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_only_names_of_objects_are_listed_and_in_order(tmp_path: Path, object_format: str) -> None:
    oids = sorted(object_id("blob", b"%d" % number, object_format) for number in range(300))
    for oid in oids:
        path = Path(loose_path(str(tmp_path), oid))
        assert str(path.relative_to(tmp_path)) == f"{oid[:2]}/{oid[2:]}"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    head = oids[0][:2]
    for name in ("tmp_obj_1", oids[0][2:-1], oids[0][2:] + "0", oids[0][2:].upper().replace("0", "A")):
        (tmp_path / head / name).touch()
    (tmp_path / "pack").mkdir()
    missing = next(f"{number:02x}" for number in range(256) if not (tmp_path / f"{number:02x}").exists())
    (tmp_path / missing).touch()
    assert list(list_loose(str(tmp_path), object_format)) == oids


def test_a_folder_that_is_a_link_is_followed_as_git_follows_it(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / ("1" * 38)).touch()
    (tmp_path / "11").symlink_to("outside")
    assert list(list_loose(str(tmp_path), "sha1")) == ["1" * 40]


@pytest.mark.parametrize("target", ["nowhere", "22"])
def test_a_folder_that_is_a_link_without_an_end_is_said(tmp_path: Path, target: str) -> None:
    (tmp_path / "22").symlink_to(target)
    with pytest.raises(GitError, match="objects/22: "):
        list(list_loose(str(tmp_path), "sha1"))


def test_objects_that_were_not_finished_are_told(tmp_path: Path) -> None:
    (tmp_path / "11").mkdir()
    (tmp_path / "11" / "tmp_obj_x").touch()
    (tmp_path / "incoming-1234").mkdir()
    leftovers: list[str] = []
    assert list(list_loose(str(tmp_path), "sha1", leftovers)) == []
    assert (leftovers, quarantines(str(tmp_path))) == (["11/tmp_obj_x"], ["incoming-1234"])
    assert quarantines(str(tmp_path / "nowhere")) == []


def test_folders_that_cannot_be_listed_are_said_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for head in ("11", "22", "33"):
        (tmp_path / head).mkdir()
        (tmp_path / head / ("1" * 38)).touch()
    listdir = os.listdir

    def refuse(path: str) -> list[str]:
        if path.endswith(("11", "22")):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    found = list_loose(str(tmp_path), "sha1")
    assert next(found) == "33" + "1" * 38
    with pytest.raises(GitError, match="objects/11: cannot be read: Permission denied"):
        next(found)
