"""Indexes of packs: both versions, and none that is damaged."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from keyguard.odb.pack_index import PackIndex, read_index
from keyguard.support.errors import GitError
from tests.history.packfiles import Packed, index_of, object_id, offsets_of, pack_of

ENTRIES = [Packed("blob", b"%d" % number) for number in range(40)]
ROWS = sorted((object_id("blob", one.data), at) for one, at in zip(ENTRIES, offsets_of(ENTRIES), strict=True))
PACK = pack_of(ENTRIES)


def sealed(data: bytes) -> bytes:
    return data + hashlib.sha1(data, usedforsecurity=False).digest()


def read(folder: Path, data: bytes, size: int = 20) -> PackIndex:
    path = folder / "pack-1.idx"
    path.write_bytes(data)
    return read_index(str(path), size)


def fanout(rows: list[tuple[str, int]]) -> bytes:
    return b"".join(sum(int(oid[:2], 16) <= byte for oid, _ in rows).to_bytes(4, "big") for byte in range(256))


def version_1(rows: list[tuple[str, int]]) -> bytes:
    body = b"".join(at.to_bytes(4, "big") + bytes.fromhex(oid) for oid, at in rows)
    return sealed(fanout(rows) + body + PACK[-20:])


def version_2(rows: list[tuple[str, int]], large: list[int], more: bytes = b"") -> bytes:
    table = b"".join(bytes.fromhex(oid) for oid, _ in rows) + bytes(4 * len(rows))
    table += b"".join(at.to_bytes(4, "big") for _, at in rows) + b"".join(at.to_bytes(8, "big") for at in large)
    return sealed(b"\xfftOc\0\0\0\2" + fanout(rows) + table + more + PACK[-20:])


def rows_of(index: PackIndex) -> list[tuple[str, int]]:
    return [(bytes(oid).hex(), at) for oid, at in zip(index.ids, index.offsets.tolist(), strict=True)]


@pytest.mark.parametrize("data", [index_of(ROWS, PACK), version_1(ROWS), version_2(ROWS, [])], ids=["git", "1", "2"])
def test_every_version_holds_the_same(tmp_path: Path, data: bytes) -> None:
    index = read(tmp_path, data)
    assert rows_of(index) == ROWS
    assert index.checksum == PACK[-20:]


def test_large_offsets_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    places = [1 << 31 | 1, 12, 1 << 31]
    rows = [(oid, at) for (oid, _), at in zip(ROWS, places, strict=False)]
    index = read(tmp_path, version_2(rows, [1 << 40, 1 << 50]))
    assert index.offsets.tolist() == [1 << 50, 12, 1 << 40]


def test_an_empty_index_holds_nothing(tmp_path: Path) -> None:
    for data in (version_1([]), version_2([], [])):
        assert rows_of(read(tmp_path, data)) == []


SOUND = version_2(ROWS, [])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "checksum"),
        (b"short", "checksum"),
        (SOUND[:-1], "checksum"),
        (SOUND[:-1] + bytes([SOUND[-1] ^ 1]), "checksum"),
        (sealed(b""), "not a whole"),
        (sealed(SOUND[:500]), "not a whole"),
        (sealed(SOUND[:7] + b"\3" + SOUND[8:-20]), "not a whole"),
        (sealed(SOUND[:8] + b"\xff" * 4 + SOUND[12:-20]), "not a whole"),
        (sealed(SOUND[:8] + b"\xff" * 1024 + SOUND[8 + 1024 : -20]), "not a whole"),
        (version_2(ROWS, [], b"odd"), "not a whole"),
        (version_2([(ROWS[0][0], 1 << 31 | 1)], [1]), "not a whole"),
        (version_2(ROWS[::-1], []), "not in order"),
        (version_1(ROWS[::-1]), "not in order"),
        (sealed(version_1(ROWS)[:-21]), "not a whole"),
        (sealed(version_1(ROWS)[:-20] + b"x"), "not a whole"),
    ],
)
def test_what_is_no_whole_index_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    with pytest.raises(GitError, match=problem):
        read(tmp_path, data)


def test_the_size_of_ids_decides_how_an_index_is_read(tmp_path: Path) -> None:
    with pytest.raises(GitError):
        read(tmp_path, SOUND, 32)
