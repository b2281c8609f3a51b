"""One pack: walks from anywhere, damage that costs no more than what grows out of it, and bounds."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyguard.odb.inflate import DAMAGE
from keyguard.odb.pack import LARGEST, Pack, open_pack
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo
from tests.history.packfiles import (
    Delta,
    Packed,
    broken_deltas,
    chains,
    copy,
    delta_of,
    index_of,
    insert,
    object_id,
    offsets_of,
    pack_of,
)
from tests.odb.opening import packed, walked


def by_hand(folder: Path, entries: list[Packed], oids: list[str] | None = None) -> Pack:
    """A pack with an index of our own; ids are made up where they are not told."""
    data = pack_of(entries)
    names = oids or [object_id("blob", b"%d" % number) for number in range(len(entries))]
    path = folder / "pack-0.pack"
    path.write_bytes(data)
    path.with_suffix(".idx").write_bytes(index_of(list(zip(names, offsets_of(entries), strict=True)), data))
    return open_pack(str(path), 20)


def at(pack: Pack, number: int) -> int:
    """The entry that is called by this number in the pack's own order."""
    oid = object_id("blob", b"%d" % number)
    (found,) = [entry for entry in range(len(pack)) if bytes(pack.ids[entry]).hex() == oid]
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(chains(), min_size=1, max_size=5), st.booleans())
def test_any_chains_come_out_as_they_were_made(tmp_path: Path, lists: list[list[Delta]], near: bool) -> None:
    entries: list[Packed] = []
    expected: list[bytes] = []
    for links in lists:
        entries.append(Packed("blob", links[0].base))
        expected.append(links[0].base)
        for link in links:
            base: int | str = len(entries) - 1 if near else object_id("blob", b"%d" % (len(entries) - 1))
            entries.append(Packed("ofs-delta" if near else "ref-delta", link.delta, base))
            expected.append(link.result)
    pack = by_hand(tmp_path, entries)
    try:
        found, lost = walked(pack)
        assert lost == []
        assert [found[at(pack, number)] for number in range(len(entries))] == expected
        for number, text in enumerate(expected):
            entry = at(pack, number)
            assert pack.read(entry) == text
            # a walk may begin anywhere, and takes what grows out of the entry
            stop = entry + int(pack.forest.counts[entry])
            assert walked(pack, entry, stop) == ({one: found[one] for one in range(entry, stop)}, [])
    finally:
        pack.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken_deltas())
def test_a_broken_delta_costs_itself_and_what_grows_out_of_it(tmp_path: Path, broken: tuple[bytes, bytes]) -> None:
    base, delta = broken
    side = delta_of(base, b"side", insert(b"side"))
    above = delta_of(b"above", b"above", insert(b"above"))
    entries = [
        Packed("blob", base),
        Packed("ofs-delta", delta, 0),
        Packed("ofs-delta", above, 1),
        Packed("ofs-delta", above, 2),
        Packed("ofs-delta", side, 0),
        Packed("blob", b"another"),
    ]
    pack = by_hand(tmp_path, entries)
    try:
        found, lost = walked(pack)
        numbers = {number: at(pack, number) for number in range(6)}
        assert {number: found[numbers[number]] for number in (0, 4, 5)} == {0: base, 4: b"side", 5: b"another"}
        assert len(found) == 3
        assert sorted(entry for low, high in lost for entry in range(low, high)) == sorted(
            numbers[number] for number in (1, 2, 3)
        )
        for number in (1, 2, 3):
            with pytest.raises(GitError, match="damaged"):
                pack.read(numbers[number])
    finally:
        pack.close()


@pytest.mark.parametrize(
    "stream",
    [
        b"no zlib stream",
        zlib.compress(b"x" * 40),
        zlib.compress(b"x" * 60),
        zlib.compress(b"x" * 50)[:-5],
        zlib.compress(b"x" * 50)[:-1] + b"!",
    ],
    ids=["none", "short", "long", "cut", "checksum"],
)
def test_a_damaged_stream_costs_what_grows_out_of_it(tmp_path: Path, stream: bytes) -> None:
    delta = delta_of(b"x" * 50, b"y", insert(b"y"))
    entries = [Packed("blob", b"x" * 50, stream=stream), Packed("ofs-delta", delta, 0), Packed("blob", b"whole")]
    pack = by_hand(tmp_path, entries)
    found, lost = walked(pack)
    assert found == {at(pack, 2): b"whole"}
    assert lost == [(at(pack, 0), at(pack, 0) + 2)]
    with pytest.raises(DAMAGE):
        pack.raw(at(pack, 0))
    with pytest.raises(GitError):
        b"".join(pack.stream(at(pack, 0)))
    pack.close()


def test_a_delta_is_handed_over_with_what_it_makes(tmp_path: Path) -> None:
    delta = delta_of(b"base", b"based", copy(0, 4), insert(b"d"))
    pack = by_hand(tmp_path, [Packed("blob", b"base"), Packed("ofs-delta", delta, 0)])
    assert list(pack.walk(0, 2, [])) == [(0, b"base", b""), (1, b"based", delta)]
    assert pack.raw(1) == delta
    pack.close()


def test_what_is_too_large_to_be_held_is_streamed(tmp_path: Path) -> None:
    large = bytes(range(256)) * (LARGEST // 256) + b"1"
    small = delta_of(large, b"small", insert(b"small"))
    entries = [Packed("blob", large), Packed("ofs-delta", small, 0), Packed("blob", large[:-1])]
    pack = by_hand(tmp_path, entries)
    found, lost = walked(pack)
    assert found == {at(pack, 2): large[:-1]}
    assert lost == [(at(pack, 0), at(pack, 0) + 2)]
    pieces = list(pack.stream(at(pack, 0)))
    assert b"".join(pieces) == large
    assert max(map(len, pieces)) < LARGEST
    with pytest.raises(GitError):
        pack.read(at(pack, 1))
    pack.close()


def test_a_small_delta_that_makes_something_too_large_is_not_applied(tmp_path: Path) -> None:
    base = bytes(1 << 20)
    bomb = delta_of(base, bytes(17 << 20), *[copy(0, 1 << 20)] * 17)
    pack = by_hand(tmp_path, [Packed("blob", base), Packed("ofs-delta", bomb, 0)])
    found, lost = walked(pack)
    assert found == {0: base}
    assert lost == [(1, 2)]
    with pytest.raises(GitError):
        pack.read(1)
    pack.close()


def test_bases_are_held_within_bounds(tmp_path: Path) -> None:
    """A tree of deltas in which at each level one of two is as heavy as the other: the worst there can be."""
    base = bytes(LARGEST)
    entries = [Packed("blob", base, stream=zlib.compress(base))]
    for parent in range((1 << 7) - 1):
        for _ in range(2):
            mark = b"%d" % len(entries)
            kept = len(base) - len(mark)
            entries.append(Packed("ofs-delta", delta_of(base, base, copy(0, kept), insert(mark)), parent))
    pack = by_hand(tmp_path, entries)
    lost: list[tuple[int, int]] = []
    seen = {entry for entry, _, _ in pack.walk(0, len(pack), lost)}
    left = {entry for low, high in lost for entry in range(low, high)}
    assert left
    assert not seen & left
    assert seen | left == set(range(len(pack)))
    # what a walk leaves out for its size can be read by itself
    assert len(pack.read(min(left))) == LARGEST
    pack.close()


# --- what does not fit together -----------------------------------------------------------------------------------


def files(repo: Repo, entries: list[Packed]) -> Path:
    with packed(repo, entries) as pack:
        path = Path(pack.path)
    path.chmod(0o644)
    path.with_suffix(".idx").chmod(0o644)
    return path


ENTRIES = [Packed("blob", b"one " * 50), Packed("blob", b"two " * 50)]


@pytest.mark.parametrize("change", ["trailer", "count", "longer", "shorter"])
def test_a_pack_that_its_index_is_not_of_is_refused_or_said(repo: Repo, change: str) -> None:
    path = files(repo, ENTRIES)
    data = path.read_bytes()
    changed = {
        "trailer": data[:-1] + bytes([data[-1] ^ 1]),
        "count": data[:11] + b"\x07" + data[12:],
        "longer": data + b"more",
        "shorter": data[:-4],
    }
    path.write_bytes(changed[change])
    with pytest.raises(GitError, match="not the pack that its index is of"):
        open_pack(str(path), 20)
    pack = open_pack(str(path), 20, lenient=True)
    assert pack.problem
    # the end of the last one may be what a trailer is taken for
    there = ENTRIES[:1] if change == "shorter" else ENTRIES
    found, lost = walked(pack)
    assert sorted(found.values()) == sorted(entry.data for entry in there)
    assert len(found) + sum(high - low for low, high in lost) == len(ENTRIES)
    pack.close()


def test_two_ids_at_one_place_are_no_index_of_the_pack(tmp_path: Path) -> None:
    data, path = pack_of(ENTRIES), tmp_path / "pack-0.pack"
    path.write_bytes(data)
    first = offsets_of(ENTRIES)[0]
    path.with_suffix(".idx").write_bytes(index_of([("1" * 40, first), ("2" * 40, first)], data))
    with pytest.raises(GitError, match="not the pack"):
        open_pack(str(path), 20)


def test_offsets_beyond_the_end_lead_nowhere(tmp_path: Path) -> None:
    data, path = pack_of(ENTRIES), tmp_path / "pack-0.pack"
    path.write_bytes(data)
    path.with_suffix(".idx").write_bytes(index_of([("1" * 40, offsets_of(ENTRIES)[0]), ("2" * 40, 1 << 30)], data))
    pack = open_pack(str(path), 20)
    found, lost = walked(pack)
    seen = {bytes(pack.ids[entry]).hex() for entry in found}
    rest = {bytes(pack.ids[entry]).hex() for low, high in lost for entry in range(low, high)}
    assert seen <= {"1" * 40}
    assert "2" * 40 in rest | {bytes(oid).hex() for oid in pack.lost_ids}
    pack.close()


@pytest.mark.parametrize("data", [b"", b"PACK", b"no pack at all, but long enough for a trailer"])
def test_something_else_is_no_pack_and_its_descriptor_is_given_back(repo: Repo, data: bytes) -> None:
    path = files(repo, ENTRIES)
    path.write_bytes(data)
    before = sorted(Path("/proc/self/fd").iterdir())
    with pytest.raises(GitError, match="not"):
        open_pack(str(path), 20)
    assert len(list(Path("/proc/self/fd").iterdir())) == len(before)


def test_an_empty_pack_holds_nothing(repo: Repo) -> None:
    path = repo.path / "empty.pack"
    path.write_bytes(pack_of([]))
    path.with_suffix(".idx").write_bytes(index_of([], pack_of([])))
    pack = open_pack(str(path), 20)
    assert len(pack) == 0
    assert walked(pack) == ({}, [])
    pack.close()


def test_a_file_that_shrinks_meanwhile_is_damage(repo: Repo) -> None:
    path = files(repo, [Packed("blob", bytes(range(256)) * 20), Packed("blob", b"whole")])
    pack = open_pack(str(path), 20)
    path.write_bytes(path.read_bytes()[:60])
    found, lost = walked(pack)
    assert (found, sorted(lost)) == ({}, [(0, 1), (1, 2)])
    with pytest.raises(GitError, match="ends before its end"):
        b"".join(pack.stream(0))
    pack.close()


def test_a_file_that_can_no_longer_be_read_is_damage(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files(repo, ENTRIES)
    pack = open_pack(str(path), 20)

    def broken(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.pread", broken)
    with pytest.raises(GitError, match="Input/output error"):
        b"".join(pack.stream(0))
    with pytest.raises(GitError):
        pack.read(0)
    monkeypatch.undo()
    pack.close()


def test_deltas_on_what_is_not_there_or_on_themselves_are_lost(tmp_path: Path) -> None:
    delta = delta_of(b"base", b"x", insert(b"x"))
    entries = [
        Packed("blob", b"base"),
        Packed("ofs-delta", delta, "0"),
        Packed("ofs-delta", delta, "7"),
        Packed("ofs-delta", delta, "100000"),
        Packed("ref-delta", delta, "f" * 40),
        Packed("ref-delta", delta, object_id("blob", b"6")),
        Packed("ref-delta", delta, object_id("blob", b"5")),
        Packed("ref-delta", delta, object_id("blob", b"0")),
    ]
    pack = by_hand(tmp_path, entries)
    assert walked(pack) == ({at(pack, 0): b"base", at(pack, 7): b"x"}, [])
    assert sorted(bytes(oid).hex() for oid in pack.lost_ids) == sorted(
        object_id("blob", b"%d" % number) for number in range(1, 7)
    )
    pack.close()
