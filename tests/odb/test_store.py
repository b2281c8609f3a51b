"""What is read of a store is what git reads, object for object, however it is packed; and what is wrong is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.odb.entry_headers import BLOB, COMMIT
from keyguard.odb.store import Store
from tests.helpers.repos import Repo
from tests.history.packfiles import (
    Packed,
    copy,
    delta_of,
    index_of,
    insert,
    install,
    object_id,
    offsets_of,
    pack_of,
    smuggle,
)
from tests.history.packing import PACKINGS, content, deep, objects_of, repacked
from tests.odb.opening import NAMES, contents, no_index, objects_folder, opened, walked


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return content(Repo(tmp_path_factory.mktemp("packing") / "source"))


def every_way(store: Store) -> None:
    """Walking, reading one by one and streaming come to the same."""
    for pack in store.packs:
        found, lost = walked(pack)
        assert lost == []
        assert sorted(found) == list(range(len(pack)))
        for entry, data in found.items():
            assert pack.read(entry) == data
            if not pack.forest.depths[entry]:
                assert b"".join(pack.stream(entry)) == data


@pytest.mark.parametrize("name", list(PACKINGS))
def test_every_packing_is_read_as_git_reads_it(source: Repo, tmp_path: Path, name: str) -> None:
    repo = repacked(source, tmp_path, name)
    expected = objects_of(repo.path)
    with opened(repo) as store:
        assert contents(store) == expected
        assert {store.oid(number) for number in range(len(store))} == set(expected)
        assert int(store.first.sum()) == len(expected)
        assert store.table.find_hex(sorted(expected)) == [
            number for number in sorted(range(len(store)), key=store.oid) if store.first[number]
        ]
        assert store.skipped == []
        every_way(store)


@pytest.mark.parametrize("name", ["one-pack", "ref-deltas", "several", "loose", "index-version-1", "64-bit-offsets"])
def test_a_store_of_sha256_is_read_as_git_reads_it(tmp_path: Path, name: str) -> None:
    repo = content(Repo(tmp_path / "r", "--object-format=sha256"))
    PACKINGS[name](repo)
    with opened(repo, "sha256") as store:
        assert contents(store) == objects_of(repo.path)
        every_way(store)


@pytest.mark.parametrize("depth", [1, 2, 49, 4095])
def test_chains_of_deltas_are_read_to_their_end(repo: Repo, depth: int) -> None:
    oids = deep(repo, depth)
    with opened(repo) as store:
        assert contents(store) == objects_of(repo.path)
        assert [NAMES[int(store.kinds[number])] for number in store.table.find_hex(oids)] == ["blob"] * len(oids)
        (pack,) = store.packs
        assert pack.read(depth) == contents(store)[oids[-1]][1]


def test_what_is_stored_more_than_once_has_one_first(source: Repo, tmp_path: Path) -> None:
    repo = repacked(source, tmp_path, "duplicated")
    with opened(repo) as store:
        groups: dict[str, list[int]] = {}
        for number in range(len(store)):
            groups.setdefault(store.oid(number), []).append(number)
        assert max(map(len, groups.values())) >= 3
        for numbers in groups.values():
            assert store.firsts[numbers].tolist() == [numbers[0]] * len(numbers)
            assert store.first[numbers].tolist() == [True] + [False] * (len(numbers) - 1)


def test_a_number_has_a_place_in_a_pack_or_none(source: Repo, tmp_path: Path) -> None:
    repo = repacked(source, tmp_path, "several")
    repo.git("hash-object", "-w", "--stdin", stdin=b"alone")
    with opened(repo) as store:
        assert len(store.packs) == 3
        assert store.packed == store.loose_from == len(store) - 1
        assert store.place(store.packed) is None
        for number in range(store.packed):
            place = store.place(number)
            assert place
            assert bytes(place[0].ids[place[1]]).hex() == store.oid(number)


def test_an_empty_store_and_one_that_is_not_there_hold_nothing(repo: Repo, tmp_path: Path) -> None:
    with opened(repo) as store:
        assert len(store) == 0
        assert store.table.find_hex([object_id("blob", b"")]) == [-1]
    gone = Store((str(tmp_path / "nowhere"),), "sha1", no_index)
    assert (len(gone), gone.skipped) == (0, [])


# --- packs with something wrong -----------------------------------------------------------------------------------


def one_pack(repo: Repo) -> Path:
    repo.write("a", "one\n").add().commit("one")
    repo.git("repack", "-a", "-d", "-q")
    (path,) = (repo.path / ".git/objects/pack").glob("*.pack")
    path.chmod(0o644)
    path.with_suffix(".idx").chmod(0o644)
    return path


def test_a_pack_without_an_index_is_read_by_one_that_is_made(repo: Repo) -> None:
    path = one_pack(repo)
    expected = objects_of(repo.path)
    for damage in (lambda: path.with_suffix(".idx").write_bytes(b"no index"), path.with_suffix(".idx").unlink):
        damage()
        asked: list[str] = []

        def reindex(pack: str, asked: list[str] = asked) -> str:
            asked.append(pack)
            repo.git("index-pack", "-o", "made.idx", pack)
            return str(repo.path / "made.idx")

        with opened(repo, reindex=reindex) as store:
            assert contents(store) == expected
            assert store.skipped == []
        assert asked == [str(path)]
        (repo.path / "made.idx").unlink()


def test_a_pack_for_which_no_index_can_be_had_is_a_gap(repo: Repo) -> None:
    path = one_pack(repo)
    path.with_suffix(".idx").unlink()
    with opened(repo) as store:
        assert len(store) == 0
        (gap,) = store.skipped
    assert gap.path == f"objects/pack/{path.name}".encode()
    assert gap.reason == "corrupt"
    assert f"no index for {path.name}" in gap.detail
    assert f"{path.stem}.idx: cannot be read" in gap.detail


def test_of_a_pack_that_is_cut_off_is_read_what_is_there(repo: Repo) -> None:
    entries = [Packed("blob", b"one " * 99), Packed("blob", b"two " * 99), Packed("blob", bytes(range(256)) * 9)]
    path = install(repo, entries)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: offsets_of(entries)[2] + 30])
    with opened(repo) as store:
        found, lost = walked(store.packs[0])
        assert sorted(found.values()) == sorted(entry.data for entry in entries[:2])
        assert sum(high - low for low, high in lost) + len(store.packs[0].lost_ids) == 1
        assert len(store) == 3
        (gap,) = store.skipped
    assert (gap.reason, gap.detail) == ("corrupt", "not the pack that its index is of, or cut off")


def test_the_same_pack_in_two_folders_is_read_once(repo: Repo, tmp_path: Path) -> None:
    path = one_pack(repo)
    other = tmp_path / "other/objects/pack"
    other.mkdir(parents=True)
    for file in (path, path.with_suffix(".idx")):
        (other / file.name).write_bytes(file.read_bytes())
    before = len(list(Path("/proc/self/fd").iterdir()))
    store = Store((str(repo.path / ".git/objects"), str(other.parent)), "sha1", no_index)
    assert len(store.packs) == 1
    assert len(store) == len(objects_of(repo.path))
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    store.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_entries_whose_base_is_nowhere_follow_the_packs(repo: Repo) -> None:
    text = b"a base that is not there\n"
    delta = delta_of(text, text[:9] + b"x", copy(0, 9), insert(b"x"))
    oids = [object_id("blob", b"whole"), object_id("blob", text[:9] + b"x")]
    entries = [Packed("blob", b"whole"), Packed("ref-delta", delta, object_id("blob", text))]
    smuggle(repo, entries, list(zip(oids, offsets_of(entries), strict=True)))
    repo.git("hash-object", "-w", "--stdin", stdin=b"loose")
    with opened(repo) as store:
        assert [store.oid(number) for number in range(3)] == [*oids, object_id("blob", b"loose")]
        assert (store.packed, store.loose_from) == (1, 2)
        assert store.kinds.tolist() == [BLOB, 0, 0]


def test_a_folder_of_packs_that_cannot_be_listed_is_a_gap(repo: Repo) -> None:
    folder = objects_folder(repo) / "pack"
    folder.rmdir()
    folder.symlink_to("pack")
    with opened(repo) as store:
        assert [(gap.path, gap.reason) for gap in store.skipped] == [(b"objects/pack", "unreadable")]


def test_a_folder_of_loose_objects_that_cannot_be_listed_is_a_gap(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("a", "one\n").add().commit("one")
    there = sorted(objects_of(repo.path))
    listdir = os.listdir

    def refuse(path: str) -> list[str]:
        if str(path).endswith(there[0][:2]):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    with opened(repo) as store:
        assert sorted(map(store.oid, range(len(store)))) == [oid for oid in there if oid[:2] != there[0][:2]]
        (gap,) = store.skipped
    assert (gap.path, gap.reason) == (b"objects", "unreadable")
    assert f"objects/{there[0][:2]}" in gap.detail


def test_other_files_beside_packs_are_no_packs(repo: Repo) -> None:
    path = one_pack(repo)
    path.with_suffix(".keep").touch()
    (path.parent / "tmp_pack_x").write_bytes(pack_of([Packed("blob", b"under way")]))
    with opened(repo) as store:
        assert contents(store) == objects_of(repo.path)
        assert store.skipped == []
        assert store.leftovers == ["pack/tmp_pack_x"]


def twin_of(repo: Repo, path: Path, blob: bytes) -> Path:
    """Another pack with that blob. Its checksum, and that in its index, is that of the pack at ``path``."""
    raw = pack_of([Packed("blob", blob)])[:-20] + path.read_bytes()[-20:]
    twin = path.with_name("pack-twin.pack")
    twin.write_bytes(raw)
    twin.with_suffix(".idx").write_bytes(index_of([(object_id("blob", blob), 12)], raw))
    return twin


def test_two_packs_with_one_checksum_are_both_read(repo: Repo) -> None:
    path = one_pack(repo)
    twin_of(repo, path, b"hidden")
    with opened(repo) as store:
        assert len(store.packs) == 2
        assert contents(store) == objects_of(repo.path)
        assert object_id("blob", b"hidden") in contents(store)


def test_a_copy_of_a_pack_is_read_once_and_only_if_its_index_is_one_too(repo: Repo) -> None:
    path = one_pack(repo)
    copied = path.with_name("pack-copy.pack")
    for suffix in (".pack", ".idx"):
        copied.with_suffix(suffix).write_bytes(path.with_suffix(suffix).read_bytes())
    with opened(repo) as store:
        assert len(store.packs) == 1
    copied.with_suffix(".idx").write_bytes(index_of([], copied.read_bytes()))
    with opened(repo) as store:
        assert {gap.reason for gap in store.skipped} == {"corrupt"}


def test_folders_of_objects_that_are_links_are_read_as_git_reads_them(repo: Repo, tmp_path: Path) -> None:
    repo.write("a", "one\n").add().commit("one")
    for folder in [*objects_folder(repo).glob("??"), objects_folder(repo) / "pack"]:
        folder.rename(tmp_path / folder.name)
        folder.symlink_to(tmp_path / folder.name)
    with opened(repo) as store:
        assert contents(store) == objects_of(repo.path)
        assert len(store) == 3


def test_a_pack_that_is_a_link_or_a_folder_is_a_gap(repo: Repo) -> None:
    path = one_pack(repo)
    linked = path.with_name("pack-1.pack")
    linked.symlink_to(path)
    path.with_name("pack-1.idx").write_bytes(path.with_suffix(".idx").read_bytes())
    path.with_name("pack-2.pack").mkdir()
    path.with_name("pack-2.idx").write_bytes(path.with_suffix(".idx").read_bytes())
    with opened(repo) as store:
        assert contents(store) == objects_of(repo.path)
        assert sorted(gap.path.rpartition(b"/")[2] for gap in store.skipped) == [b"pack-1.pack", b"pack-2.pack"]


def test_a_format_that_is_not_known_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Store((str(tmp_path),), "md5", no_index)


def test_kinds_are_those_of_the_ends_of_chains(source: Repo, tmp_path: Path) -> None:
    repo = repacked(source, tmp_path, "depth-10")
    with opened(repo) as store:
        commits = repo.git("rev-list", "--all").decode().split()
        assert {int(store.kinds[number]) for number in store.table.find_hex(commits)} == {COMMIT}
        assert int((store.kinds == COMMIT).sum()) == len(commits)


def test_no_index_is_made_where_one_is_there(repo: Repo) -> None:
    one_pack(repo)

    def reindex(path: str) -> str:
        raise AssertionError(path)

    with opened(repo, reindex=reindex) as store:
        assert store.packs
