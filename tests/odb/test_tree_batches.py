"""What many trees bring, read all at once, against trees that are parsed whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyguard.odb import tree_batches
from keyguard.odb.entry_headers import TREE
from keyguard.odb.tree_batches import NewEntries, new_entries
from keyguard.odb.tree_deltas import NewEntryCollector, tree_entries
from tests.helpers.repos import Repo
from tests.history.packfiles import copy, delta_of, insert
from tests.odb.opening import opened
from tests.odb.treesamples import Tree, grown, packed_trees, raw, tree_deltas, trees


@pytest.fixture(autouse=True, params=[0, 1000])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of so many ranges entries are read one by one; that must not show."""
    monkeypatch.setattr(tree_batches, "_FEW", request.param)


def ids_of(found: NewEntries, tree: int) -> set[bytes]:
    return {bytes(oid) for which, oid in zip(found.trees.tolist(), found.ids, strict=True) if which == tree}


def text_of(found: NewEntries, tree: int) -> bytes:
    """What is to be seen of a tree."""
    at = found.order.tolist().index(tree)
    return found.text[found.bounds[at] : found.bounds[at + 1]]


def check(found: NewEntries, tree: int, base: bytes | None, result: bytes, size: int) -> None:
    """Unless it is left open: nothing new is missed, and nothing is told that is not there."""
    assert found.sizes[tree] == len(result)
    if tree in found.open:
        return
    entries = tree_entries(result, size)
    before = tree_entries(base, size) if base is not None else []
    seen = ids_of(found, tree)
    assert {oid for _, _, oid in entries} - {oid for _, _, oid in before} <= seen <= {oid for _, _, oid in entries}
    # as long a part of a name as what shows that it could hold a key
    parts = {name[at : at + 60] for _, name, _ in entries for at in range(max(1, len(name) - 59))}
    assert all(part in (base or b"") or part in text_of(found, tree) for part in parts)


@pytest.mark.parametrize("size", [20, 32])
def test_what_trees_bring_is_found(size: int) -> None:
    @settings(max_examples=60)
    @given(st.lists(tree_deltas(size) | trees(size).map(lambda tree: (None, tree, b"")), max_size=12))
    def run(some: list[tuple[Tree | None, Tree, bytes]]) -> None:
        bases = [None if before is None else raw(before) for before, _, _ in some]
        stored = [raw(after) if before is None else delta for before, after, delta in some]
        found = new_entries(stored, bases, size)
        for at, (_, after, _) in enumerate(some):
            check(found, at, bases[at], raw(after), size)

    run()


@pytest.mark.parametrize("depth", [1, 50])
@pytest.mark.parametrize("size", [20, 32])
def test_trees_that_git_packs_are_told_or_left_open(tmp_path: Path, size: int, depth: int) -> None:
    repo = Repo(tmp_path / "r", "--bare", "--object-format=" + ("sha256" if size == 32 else "sha1"))
    packed_trees(repo, grown(size, size), depth)
    with opened(repo, "sha256" if size == 32 else "sha1") as store:
        (pack,) = store.packs
        unpacked = list(pack.unpack(0, len(pack), []))
        contents = {entry: data for entry, data, _ in pack.walk(0, len(pack), [])}
        assert set(pack.forest.kinds.tolist()) == {TREE}
    found = new_entries([stored for _, _, stored, _ in unpacked], [base for _, base, _, _ in unpacked], size)
    for at, (entry, base, _, _) in enumerate(unpacked):
        check(found, at, base, contents[entry], size)
    assert 0 < len(found.open) < len(unpacked)  # names of hundreds of bytes are too long


def test_no_ordinary_tree_is_left_open(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r", "--bare")
    names = [b"file-%d.txt" % number for number in range(60)]
    ordinary: list[Tree] = [{name: (b"100644", bytes([at]) * 20) for at, name in enumerate(names[:40])}]
    for number, name in enumerate(names * 3):
        tree = dict(ordinary[-1])
        if number % 3:
            tree[name] = b"100644", bytes([number]) * 19 + b"x"
        elif name in tree:
            del tree[name]
        ordinary.append(tree)
    packed_trees(repo, ordinary, 50)
    with opened(repo) as store:
        unpacked = list(store.packs[0].unpack(0, len(store), []))
        contents = {entry: data for entry, data, _ in store.packs[0].walk(0, len(store), [])}
    found = new_entries([stored for _, _, stored, _ in unpacked], [base for _, base, _, _ in unpacked], 20)
    for at, (entry, base, _, _) in enumerate(unpacked):
        check(found, at, base, contents[entry], 20)
    assert found.open.tolist() == []


def entry(name: bytes, oid: bytes, mode: bytes = b"100644") -> bytes:
    return mode + b" " + name + b"\0" + oid * 20


def told(base: bytes, *operations: bytes, result: bytes) -> tuple[set[bytes], bool]:
    """The ids that are told of one delta, and whether it is left open."""
    found = new_entries([delta_of(base, result, *operations)], [base], 20)
    return ids_of(found, 0), bool(len(found.open))


THREE = entry(b"a", b"A") + entry(b"b", b"B") + entry(b"c", b"C")
ONE = len(entry(b"a", b"A"))


def test_an_id_in_the_place_of_another_is_told_without_more() -> None:
    result = THREE[: 2 * ONE - 20] + b"X" * 20 + THREE[2 * ONE :]
    delta = copy(0, 2 * ONE - 20), insert(b"X" * 20), copy(2 * ONE, ONE)
    assert told(THREE, *delta, result=result) == ({b"X" * 20}, False)


def test_an_id_at_the_end_is_told() -> None:
    result = THREE[:-20] + b"X" * 20
    assert told(THREE, copy(0, len(THREE) - 20), insert(b"X" * 20), result=result) == ({b"X" * 20}, False)


def test_an_id_that_shares_bytes_with_the_one_before_it_is_told() -> None:
    result = THREE[: 2 * ONE - 15] + b"X" * 15 + THREE[2 * ONE :]
    delta = copy(0, 2 * ONE - 15), insert(b"X" * 15), copy(2 * ONE, ONE)
    assert told(THREE, *delta, result=result) == ({b"B" * 5 + b"X" * 15}, False)


def test_two_copies_that_meet_within_an_id_are_told() -> None:
    result = THREE[: ONE - 10] + THREE[2 * ONE - 10 :]
    delta = copy(0, ONE - 10), copy(2 * ONE - 10, ONE + 10)
    assert told(THREE, *delta, result=result) == ({b"A" * 10 + b"B" * 10}, False)


def test_twenty_bytes_that_are_no_id_are_left_open() -> None:
    result = THREE[: ONE - 10] + b"X" * 10 + b"100644 bcd" + THREE[ONE + 8 :]
    delta = copy(0, ONE - 10), insert(b"X" * 10 + b"100644 bcd"), copy(ONE + 8, 2 * ONE - 8)
    assert told(THREE, *delta, result=result)[1]


def test_a_header_before_an_id_that_is_new_as_well_is_read_to_its_end() -> None:
    result = THREE[:ONE] + b"100755 " + THREE[ONE + 7 : 2 * ONE - 20] + b"X" * 20 + THREE[2 * ONE :]
    delta = copy(0, ONE), insert(b"100755 "), copy(ONE + 7, 2), insert(b"X" * 20), copy(2 * ONE, ONE)
    assert told(THREE, *delta, result=result) == ({b"X" * 20}, False)


@pytest.mark.parametrize(
    "result",
    [
        b"junk",
        THREE + b"junk",
        b"\0" * 30,
        THREE[5:],
        THREE[:-1],
        entry(b"a", b"A", b"100600"),
        entry(b"x" * 400, b"A"),
    ],
)
def test_what_does_not_come_out_even_is_left_open(result: bytes) -> None:
    few = tree_batches._FEW
    assert new_entries([result], [None], 20).open.tolist() == [0] or (len(result) > 400 and few)
    assert told(THREE, insert(result), result=result)[1] or (len(result) > 400 and few)


@pytest.mark.parametrize(("start", "end"), [(5, 2 * ONE), (0, 2 * ONE - 3), (ONE, 2 * ONE + 1)])
def test_a_part_of_a_tree_is_left_open(start: int, end: int) -> None:
    assert told(THREE, copy(start, end - start), result=THREE[start:end])[1]


def test_whole_entries_from_the_middle_are_not_new() -> None:
    assert told(THREE, copy(ONE, ONE), result=THREE[ONE : 2 * ONE]) == (set(), False)


def test_a_damaged_delta_is_left_open() -> None:
    found = new_entries(
        [delta_of(THREE, THREE, copy(0, ONE)), delta_of(THREE, THREE, copy(0, len(THREE)))], [THREE] * 2, 20
    )
    assert found.open.tolist() == [0]


def test_places_in_the_text_lead_to_trees() -> None:
    stored: Sequence[bytes] = [THREE, delta_of(THREE, THREE, insert(THREE)), entry(b"z", b"Z")]
    found = new_entries(stored, [None, THREE, None], 20)
    assert found.at([found.text.index(b" z\0")]).tolist() == [2]
    assert found.at([found.text.index(b" a\0"), found.text.rindex(b" a\0")]).tolist() == [0, 1]
    assert found.at([0, len(found.text) - 1, len(found.text) + 5]).tolist() == []


@pytest.mark.parametrize("size", [20, 32])
def test_the_rest_of_an_id_and_the_beginning_of_a_name_are_no_id(size: int) -> None:
    # the first id ends with a NUL: what is put in behind it, as long as an id, is the mode and name of a new entry
    first, rest = b"100644 a\0" + b"\x11" * (size - 1) + b"\0", b"100644 b\0" + b"\x22" * size
    new = b"40000 leaked".ljust(size, b".")
    base, result = first + rest, first + new + rest
    name = new[len(b"40000 ") :] + b"100644 b"
    assert name in [found for _, found, _ in tree_entries(result, size)], "so git reads it"
    delta = delta_of(base, result, copy(0, len(first)), insert(new), copy(len(first), len(rest)))
    assert new_entries([delta], [base], size).open.tolist() == [0]
    fresh = NewEntryCollector(size)
    fresh.of_delta(result, delta)
    assert name in fresh.names
