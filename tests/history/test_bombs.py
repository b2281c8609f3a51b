"""Objects that are small where they lie and huge when read: memory and time stay bounded, and nothing is hidden."""

from __future__ import annotations

import io
import json
import zlib
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history.asking import ASKED, History, ask, key, line
from tests.history.packfiles import (
    Packed,
    copy,
    delta_of,
    insert,
    install,
    loose,
    object_id,
    offsets_of,
    size_of,
    smuggle,
)

#: what one process may take, and far less than the bombs would
MOST = 300 << 20

FIRST = line("first").encode()


class Measured(NamedTuple):
    seen: History
    peak: int
    """Bytes of the largest of its processes."""


def measured(kg: Keyguard, path: Path, *more: str) -> Measured:
    """Scan in a process of its own, and see how much memory that took; it is ended long before a test would be."""
    said, peak = kg.measured(*ASKED, *more, path)
    assert said.code in (0, 1, 2), said
    assert "Traceback" not in said.err
    seen = History(said, json.loads(said.out))
    seen.adds_up()
    return Measured(seen, peak)


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Keyguard:
    """Processes of their own, for what could take all memory or never end."""
    return Keyguard(tmp_path_factory.mktemp("alone"), cache)


@pytest.fixture
def bombed(repo: Repo) -> Repo:
    """With a key before any bomb."""
    repo.config("gc.auto", "0").write("first.env", FIRST).add().commit()
    return repo.remove("first.env").add().commit()


def zeros(total: int, head: bytes, tail: bytes = b"") -> bytes:
    """What zlib would make of ``head``, so many zeros and ``tail``, without ever having them all."""
    piece = 1 << 22
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    middle = packer.compress(bytes(piece)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.compress(tail) + packer.flush(zlib.Z_FINISH)
    # Adler-32 of zeros: the first sum stays, the second grows by it at each
    first, second = zlib.adler32(head) & 0xFFFF, zlib.adler32(head) >> 16
    checksum = ((second + first * total) % 65521) << 16 | first
    checksum = zlib.adler32(tail, checksum)
    assert total % piece == 0
    return b"\x78\x01" + start + middle * (total // piece) + end + checksum.to_bytes(4, "big")


def test_what_stands_for_zeros_is_what_zlib_makes() -> None:
    unpacked = zlib.decompress(zeros(1 << 24, b"head", b"tail"))
    assert unpacked == b"head" + bytes(1 << 24) + b"tail"


# --- zlib ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [10, 1 << 62], ids=["little", "endlessly much"])
def test_a_loose_object_that_inflates_without_end_is_a_gap(alone: Keyguard, bombed: Repo, told: int) -> None:
    oid = "ab" * 20
    loose(bombed, oid, zeros(1 << 29, b"blob %d\0" % told))
    seen, peak = measured(alone, bombed.path)
    assert seen.gaps == {f"object:{oid}"}
    assert seen.missed(["first"]) == []
    assert seen.code == 2
    assert peak < MOST


def test_a_packed_object_that_inflates_without_end_is_a_gap(alone: Keyguard, bombed: Repo) -> None:
    entries = [Packed("blob", b"", size=10, stream=zeros(1 << 29, b"")), Packed("blob", line("second").encode())]
    oids = ["ab" * 20, object_id("blob", entries[1].data)]
    smuggle(bombed, entries, list(zip(oids, offsets_of(entries), strict=True)))
    seen, peak = measured(alone, bombed.path)
    assert seen.gaps == {f"object:{oids[0]}"}
    assert seen.missed(["first", "second"]) == []
    assert peak < MOST


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_a_large_blob_is_read_to_its_end_in_little_memory(alone: Keyguard, bombed: Repo, packed: bool) -> None:
    size, head, tail = 80 * (1 << 22), line("at-start").encode(), b"\n" + line("at-end").encode()
    whole = len(head) + size + len(tail)
    with (bombed.path / "large").open("wb") as file:
        file.write(head)
        file.seek(size, io.SEEK_CUR)
        file.write(tail)
    oid = bombed.git("hash-object", "--no-filters", "large").decode().strip()
    (bombed.path / "large").unlink()
    if packed:
        entry = Packed("blob", b"", size=whole, stream=zeros(size, head, tail))
        smuggle(bombed, [entry], [(oid, offsets_of([entry])[0])])
    else:
        loose(bombed, oid, zeros(size, b"blob %d\0" % whole + head, tail))
    seen, peak = measured(alone, bombed.path)
    assert seen.missed(["first", "at-start", "at-end"]) == []
    assert (seen.code, seen.gaps) == (1, set())
    assert [place["line"] for place in seen.places("at-end")] == [5]
    assert peak < MOST


# --- deltas -------------------------------------------------------------------------------------------------------


def growing(levels: int) -> list[Packed]:
    """A blob of 16 MiB, a version that has it 64 times, which is a GiB, and versions of 64 GiB."""
    size = 0xFFFFFF
    entries = [Packed("blob", bytes(size))]
    for number in range(levels):
        copies = min(64 ** (number + 1), 4096)
        told = size * 64 if copies == 64 ** (number + 1) else copies * 0xFFFFFF
        entries.append(Packed("ofs-delta", size_of(size) + size_of(told) + copy(0, 0xFFFFFF) * copies, number))
        size = told
    return entries


@pytest.mark.parametrize("levels", [1, 3])
def test_a_delta_that_grows_beyond_all_bounds_is_a_gap(alone: Keyguard, bombed: Repo, levels: int) -> None:
    entries = [*growing(levels), Packed("blob", line("second").encode())]
    oids = [object_id("blob", entries[0].data), *(f"{number:02}" * 20 for number in range(10, 10 + levels))]
    oids.append(object_id("blob", entries[-1].data))
    smuggle(bombed, entries, list(zip(oids, offsets_of(entries), strict=True)))
    seen, peak = measured(alone, bombed.path)
    assert seen.missed(["first", "second"]) == []
    assert {f"object:{oid}" for oid in oids[1:-1]} <= seen.gaps
    assert seen.code == 2
    assert peak < MOST


def test_very_many_deltas_of_one_large_base_are_not_held_at_once(alone: Keyguard, bombed: Repo) -> None:
    base = bytes(range(256)) * (20 << 12)
    entries = [Packed("blob", base)]
    for number in range(16):
        tail = line(f"sibling-{number}").encode()
        delta = delta_of(base, base + tail, copy(0, 0xFFFFFF), copy(0xFFFFFF, len(base) - 0xFFFFFF), insert(tail))
        entries.append(Packed("ofs-delta", delta, 0))
    install(bombed, entries)
    seen, peak = measured(alone, bombed.path)
    assert seen.missed([f"sibling-{number}" for number in range(16)]) == []
    assert seen.code == 1
    assert peak < MOST


@pytest.mark.parametrize(
    "bases", [["11" * 20], ["22" * 20, "11" * 20], ["22" * 20, "33" * 20, "11" * 20]], ids=["one", "two", "three"]
)
def test_deltas_that_are_based_on_each_other_in_a_circle_are_gaps(
    alone: Keyguard, bombed: Repo, bases: list[str]
) -> None:
    delta = delta_of(FIRST, FIRST, copy(0, len(FIRST)))
    entries = [*(Packed("ref-delta", delta, base) for base in bases), Packed("blob", line("second").encode())]
    oids = [f"{number}{number}" * 20 for number in range(1, len(bases) + 1)]
    oids.append(object_id("blob", entries[-1].data))
    smuggle(bombed, entries, list(zip(oids, offsets_of(entries), strict=True)))
    seen, _ = measured(alone, bombed.path)
    assert seen.gaps == {f"object:{oid}" for oid in oids[:-1]}
    assert seen.missed(["first", "second"]) == []


@pytest.mark.parametrize("distance", ["0", "5", "1", "1000000", str(1 << 70)])
def test_an_offset_that_leads_to_no_object_is_a_gap(kg: Keyguard, bombed: Repo, distance: str) -> None:
    delta = delta_of(FIRST, FIRST, copy(0, len(FIRST)))
    entries = [Packed("blob", line("second").encode()), Packed("ofs-delta", delta, distance)]
    oids = [object_id("blob", entries[0].data), "11" * 20]
    smuggle(bombed, entries, list(zip(oids, offsets_of(entries), strict=True)))
    seen = ask(kg, bombed.path)
    assert seen.gaps == {f"object:{oids[1]}"}
    assert seen.missed(["first", "second"]) == []


def test_a_base_that_is_in_no_store_is_a_gap_and_one_that_is_elsewhere_may_be(kg: Keyguard, bombed: Repo) -> None:
    """What an interrupted fetch of a thin pack could leave behind."""
    text = line("second").encode()
    delta = delta_of(FIRST, text, insert(text))
    bases = [object_id("blob", FIRST), "99" * 20]
    entries = [Packed("ref-delta", delta, base) for base in bases]
    oids = [object_id("blob", text), "11" * 20]
    smuggle(bombed, entries, list(zip(oids, offsets_of(entries), strict=True)))
    seen = ask(kg, bombed.path)
    assert f"object:{oids[1]}" in seen.gaps
    assert seen.missed(["second"]) == [] or f"object:{oids[0]}" in seen.gaps
    assert seen.missed(["first"]) == []
    assert seen.code == 2


@pytest.mark.parametrize("told", [0, 5, 5000, 1 << 40, 1 << 62])
@pytest.mark.parametrize("kind", ["blob", "ofs-delta", "commit", "tree", "tag"])
def test_a_packed_object_of_another_size_than_it_says_is_a_gap(
    kg: Keyguard, bombed: Repo, kind: str, told: int
) -> None:
    base, end = Packed("blob", line("base").encode()), Packed("blob", line("second").encode())
    data = delta_of(base.data, b"x" * 100, insert(b"x" * 100)) if kind == "ofs-delta" else b"x" * 100
    entries = [base, Packed(kind, data, 0, size=told), end]
    oids = [object_id("blob", base.data), "11" * 20, object_id("blob", end.data)]
    smuggle(bombed, entries, list(zip(oids, offsets_of(entries), strict=True)))
    seen = ask(kg, bombed.path)
    assert seen.gaps == {f"object:{oids[1]}"}
    assert seen.missed(["first", "base", "second"]) == []


# --- indexes that lie ---------------------------------------------------------------------------------------------


def test_an_index_that_leaves_objects_out_hides_none(kg: Keyguard, bombed: Repo) -> None:
    entries = [Packed("blob", line(name).encode()) for name in ("told", "untold")]
    smuggle(bombed, entries, [(object_id("blob", entries[0].data), offsets_of(entries)[0])])
    seen = ask(kg, bombed.path)
    assert seen.missed(["first", "told"]) == []
    assert seen.missed(["untold"]) == [] or seen.code == 2


def test_an_index_that_calls_objects_by_wrong_names_hides_none(kg: Keyguard, bombed: Repo) -> None:
    entries = [Packed("blob", line(name).encode()) for name in ("one", "two")]
    oids = [object_id("blob", entry.data) for entry in entries]
    smuggle(bombed, entries, list(zip(oids[::-1], offsets_of(entries), strict=True)))
    seen = ask(kg, bombed.path)
    assert seen.missed(["first", "one", "two"]) == []


def test_two_objects_of_one_name_are_both_read(kg: Keyguard, bombed: Repo) -> None:
    """An id that is claimed twice, in two packs: whoever reads only one of them could be shown the harmless one."""
    texts = (b"harmless\n", line("second").encode())
    for text in texts:
        entry = Packed("blob", text)
        smuggle(bombed, [entry], [("11" * 20, offsets_of([entry])[0])])
    seen = ask(kg, bombed.path)
    assert seen.missed(["second"]) == [] or seen.code == 2
    assert seen.missed(["first"]) == []


@pytest.mark.parametrize("offset", [0, 5, 13, 1 << 20, 0x7FFFFFFF, 0xFFFFFFFF])
def test_an_index_that_points_to_no_object_hides_none(kg: Keyguard, bombed: Repo, offset: int) -> None:
    entries = [Packed("blob", line("second").encode())]
    oid = object_id("blob", entries[0].data)
    smuggle(bombed, entries, [(oid, offsets_of(entries)[0]), ("11" * 20, offset)])
    seen = ask(kg, bombed.path)
    # what an index says beyond what is in the pack is no object
    assert seen.missed(["first", "second"]) == []
    assert seen.coverage["read"] == 6


# --- trees --------------------------------------------------------------------------------------------------------


def test_a_tree_of_ten_thousand_million_files_is_read_once(alone: Keyguard, bombed: Repo) -> None:
    blob = bombed.git("hash-object", "-w", "--stdin", stdin=line("deep").encode()).decode().strip()
    inner = f"100644 blob {blob}"
    for _ in range(10):
        entries = "".join(f"{inner}\tn{number}\n" for number in range(10))
        inner = "040000 tree " + bombed.git("mktree", stdin=entries.encode()).decode().strip()
    tree = inner.split()[-1]
    for number in range(2):
        commit = bombed.git("commit-tree", "-p", "main", "-m", f"bomb {number}", tree).decode().strip()
        bombed.git("update-ref", "refs/heads/main", commit)
    seen, peak = measured(alone, bombed.path)
    assert seen.missed(["first", "deep"]) == []
    assert all(place["path"].startswith("n") for place in seen.places("deep"))
    assert len(seen.places("deep")) <= 10_000
    assert seen.code in (1, 2)
    assert peak < MOST


def test_a_key_in_a_name_of_such_a_tree_is_told(alone: Keyguard, bombed: Repo) -> None:
    inner = "100644 blob " + bombed.git("hash-object", "-w", "--stdin").decode().strip()
    for level in range(10):
        names = [f"n{number}" for number in range(9)] + [key("named") if level == 0 else "n9"]
        entries = "".join(f"{inner}\t{name}\n" for name in names)
        inner = "040000 tree " + bombed.git("mktree", stdin=entries.encode()).decode().strip()
    commit = bombed.git("commit-tree", "-m", "bomb", inner.split()[-1]).decode().strip()
    bombed.git("update-ref", "refs/heads/bomb", commit)
    seen, peak = measured(alone, bombed.path)
    assert seen.missed(["first", "named"]) == []
    assert len(seen.places("named")) <= 10_000
    assert peak < MOST


def test_folders_may_lie_very_deep(alone: Keyguard, bombed: Repo) -> None:
    blob = bombed.git("hash-object", "-w", "--stdin", stdin=line("deep").encode()).decode().strip()
    inner = f"100644 blob {blob}\tdeep.env\n"
    depth = 3000
    stream = []
    for _ in range(depth):
        data = _entry(inner)
        oid = object_id("tree", data)
        stream.append(Packed("tree", data))
        inner = f"040000 tree {oid}\td\n"
    install(bombed, stream)
    commit = bombed.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=_commit(inner.split()[2]))
    bombed.git("update-ref", "refs/heads/deep", commit.decode().strip())
    seen, _ = measured(alone, bombed.path)
    assert seen.missed(["first", "deep"]) == []
    assert seen.paths("deep") == {"d/" * (depth - 1) + "deep.env"} or seen.code == 2


def _entry(line_of_mktree: str) -> bytes:
    mode, _, oid, name = line_of_mktree.rstrip("\n").replace("\t", " ").split(" ")
    return f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(oid)


def _commit(tree: str) -> bytes:
    who = "A <a@example.com> 1 +0000"
    return f"tree {tree}\nauthor {who}\ncommitter {who}\n\ndeep\n".encode()
