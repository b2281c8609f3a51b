"""What is told from the deltas of trees, against trees that are parsed whole."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keyguard.odb.entry_headers import TREE
from keyguard.odb.tree_deltas import NewEntryCollector, inserted_spans, tree_entries
from tests.helpers.repos import Repo
from tests.history.packfiles import Delta, copy, delta_of, deltas, insert
from tests.history.packing import content, objects_of, repacked
from tests.odb.opening import opened
from tests.odb.treesamples import Tree, grown, packed_trees, raw, tree_deltas, trees


def seen_in(size: int, tree: bytes, delta: bytes) -> tuple[set[bytes], set[bytes]]:
    """(ids, names) that are told from a delta."""
    fresh = NewEntryCollector(size)
    return set(fresh.of_delta(tree, delta)), fresh.names


@pytest.mark.parametrize("size", [20, 32])
def test_what_a_delta_puts_in_is_found(size: int) -> None:
    @settings(max_examples=400)
    @given(tree_deltas(size))
    def check(one: tuple[Tree, Tree, bytes]) -> None:
        before, after, delta = one
        found, names = seen_in(size, raw(after), delta)
        changed = {name: entry for name, entry in after.items() if before.get(name, (b"", b""))[1] != entry[1]}
        assert {oid for _, oid in changed.values()} - {oid for _, oid in before.values()} <= found
        assert set(after) - set(before) <= names

    check()


@settings(max_examples=400)
@given(tree_deltas())
def test_what_is_found_is_in_the_tree(one: tuple[Tree, Tree, bytes]) -> None:
    _, after, delta = one
    found, _ = seen_in(20, raw(after), delta)
    assert len(found) <= len(raw(after))
    assert found <= {raw(after)[at : at + 20] for at in range(len(raw(after)))}


@settings(max_examples=200)
@given(st.sampled_from([20, 32]).flatmap(lambda size: st.tuples(st.just(size), trees(size))))
def test_a_whole_tree_is_parsed_entry_by_entry(one: tuple[int, Tree]) -> None:
    size, tree = one
    entries = tree_entries(raw(tree), size)
    assert {name: (mode, oid) for mode, name, oid in entries} == tree
    assert len(entries) == len(tree)
    fresh = NewEntryCollector(size)
    assert fresh.of_whole(raw(tree)) == [oid for _, _, oid in entries]
    assert fresh.names == set(tree)


@given(deltas())
@example(Delta(b"", b"\0\x04\x04" + b"abcd", b"abcd"))
def test_spans_cover_all_that_is_inserted(one: Delta) -> None:
    """Outside of the spans are bytes of the base, each stretch of them copied in one piece."""
    spans = list(inserted_spans(one.delta))
    assert all(0 <= start <= end <= len(one.result) for start, end in spans)
    assert spans == sorted(spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    at = 0
    for start, end in [*spans, (len(one.result), len(one.result))]:
        assert one.result[at:start] in one.base
        at = end


def test_a_copy_of_each_length_is_stepped_over() -> None:
    base = bytes(range(256)) * 70_000
    sizes = [1, 255, 256, 257, 0x10000, 0x1_0001, 0x10100, 0x1_0000 * 3, 0xFF_00FF, 0xFFFFFF]
    for padded in (False, True):
        operations, expected, place = [], [], 0
        for size in sizes:
            operations += [copy(3, size, padded=padded), insert(b"x")]
            expected.append((place + size, place + size + 1))
            place += size + 1
        assert list(inserted_spans(delta_of(base, bytes(place), *operations))) == expected


# --- git's own deltas ---------------------------------------------------------------------------------------------


def in_whole_store(repo: Repo, size: int) -> tuple[set[bytes], set[bytes], bool]:
    """(ids, names) told from all trees of a store and their deltas; whether there were deltas."""
    fresh, found, some = NewEntryCollector(size), set[bytes](), False
    with opened(repo, "sha256" if size == 32 else "sha1") as store:
        for pack in store.packs:
            lost: list[tuple[int, int]] = []
            for entry, data, delta in pack.walk(0, len(pack), lost):
                if int(pack.forest.kinds[entry]) == TREE:
                    found.update(fresh.of_delta(data, delta) if delta else fresh.of_whole(data))
                    some = some or bool(delta)
            assert not lost
    return found, fresh.names, some


def parsed(repo: Repo, size: int) -> tuple[set[bytes], set[bytes]]:
    """The same by parsing every tree."""
    entries = [
        entry for kind, data in objects_of(repo.path).values() if kind == "tree" for entry in tree_entries(data, size)
    ]
    return {oid for _, _, oid in entries}, {name for _, name, _ in entries}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return content(Repo(tmp_path_factory.mktemp("packing") / "source"))


@pytest.mark.parametrize("name", ["one-pack", "depth-1", "depth-4095", "ref-deltas", "whole-again", "thin"])
def test_all_that_trees_of_a_store_name_is_told_from_their_deltas(source: Repo, tmp_path: Path, name: str) -> None:
    repo = repacked(source, tmp_path, name)
    assert in_whole_store(repo, 20)[:2] == parsed(repo, 20)


@pytest.mark.parametrize("depth", [1, 50])
@pytest.mark.parametrize("size", [20, 32])
@pytest.mark.parametrize("seed", range(4))
def test_random_trees_that_git_packs_are_told_from_their_deltas(
    tmp_path: Path, seed: int, size: int, depth: int
) -> None:
    repo = Repo(tmp_path / "r", "--bare", "--object-format=" + ("sha256" if size == 32 else "sha1"))
    trees = grown(seed, size)
    packed_trees(repo, trees, depth)
    found, names, some = in_whole_store(repo, size)
    expected, expected_names = parsed(repo, size)
    assert expected_names == {name for tree in trees for name in tree}
    assert (found, names & expected_names) == (expected, expected_names)
    # the end of a name may look like an entry, and is found as well
    assert all(any(known.endswith(name) for known in expected_names) for name in names)
    assert some


def test_a_tree_without_an_end_of_a_name_is_looked_at_once() -> None:
    tree = b"100644 " * 100_000  # to look for the end of each name to the end of the tree took minutes
    fresh = NewEntryCollector(20)
    assert fresh.of_whole(tree) == []
    assert fresh.malformed
    assert tree_entries(tree, 20) == []
    assert tree_entries(b"100644 a\0" + b"A" * 20 + tree, 20) == [(b"100644", b"a", b"A" * 20)]


def test_a_tree_that_does_not_come_out_even_is_read_whole_once() -> None:
    names = [b"%05d" % number + b"x" * 300 for number in range(500)]
    tree = b"".join(b"100644 " + name + b"\0" + b"A" * 20 for name in names)
    changed = bytearray(tree)
    width, operations = len(tree) // len(names), []
    for number in range(len(names)):
        at = number * width + 150
        changed[at] = ord("y")
        operations += [copy(number * width, 150), insert(b"y"), copy(at + 1, width - 151)]
    fresh = NewEntryCollector(20)
    ids = fresh.of_delta(bytes(changed), delta_of(tree, bytes(changed), *operations))
    assert len(ids) <= 2 * len(names), "every range added all ids of the tree"
    assert len(fresh.names) == len(names)
