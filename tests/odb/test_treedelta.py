"""What is told from the deltas of trees, against trees that are parsed whole."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keyguard.odb.headers import TREE
from keyguard.odb.treedelta import FreshEntries, fresh_spans, tree_entries
from tests.history.packfiles import Delta, copy, delta_of, deltas, insert
from tests.history.packing import content, objects_of, repacked
from tests.odb.opening import opened
from tests.repos import Repo

Tree = dict[bytes, tuple[bytes, bytes]]

#: names of all lengths, such as begin, end or look as others do, or as the beginning of an entry
NAMES = (
    st.sampled_from([b"a", b"b", b"a b", b"b a", b"a.txt", b"Copy of a", b"x" * 95, b"y" * 97, b"z" * 250, b"100644"])
    | st.sampled_from([b"10064", b"40000", b"a 100644", b"\xff", b"caf\xc3\xa9", b"a\nb"])
    | st.binary(min_size=1, max_size=6).map(lambda name: name.translate(None, b"\0/") or b"_")
    | st.integers(0, 40).map(lambda number: b"file%d.txt" % number)
)
MODES = st.sampled_from([b"100644", b"100644", b"100755", b"40000", b"120000", b"160000", b"100664", b"040000"])


def ids(size: int) -> st.SearchStrategy[bytes]:
    """Ids of objects, among them few that come again and again, and such with NULs in and at their ends."""
    few = st.sampled_from([bytes([number]) * size for number in (1, 65, 255)])
    nul = st.sampled_from([b"\0" * size, b"\1" * (size - 1) + b"\0", b"\0" + b"\1" * (size - 1)])
    return st.binary(min_size=size, max_size=size) | few | nul


def trees(size: int) -> st.SearchStrategy[Tree]:
    return st.dictionaries(NAMES, st.tuples(MODES, ids(size)), max_size=25)


def raw(tree: Tree) -> bytes:
    """As git writes it: folders sort as if there were a slash behind their names."""
    order = sorted(tree, key=lambda name: name + (b"/" if tree[name][0] in (b"40000", b"040000") else b""))
    return b"".join(tree[name][0] + b" " + name + b"\0" + tree[name][1] for name in order)


@st.composite
def edits(draw: st.DrawFn, size: int) -> tuple[Tree, Tree]:
    """A tree and a version of it: some entries go, come, change what they stand for, their mode, or their name."""
    base = draw(trees(size))
    edited = dict(base)
    for _ in range(draw(st.integers(0, 5))):
        name = draw(st.sampled_from(sorted(edited)) if edited else NAMES)
        one = edited.get(name, (b"100644", draw(ids(size))))
        kind = draw(st.sampled_from(["put", "drop", "id", "mode", "name", "copy"]))
        if kind in ("drop", "name"):
            edited.pop(name, None)
        if kind != "drop":
            mode = draw(MODES) if kind in ("mode", "put") else one[0]
            oid = draw(ids(size)) if kind in ("id", "put") else one[1]
            edited[draw(NAMES) if kind in ("put", "name", "copy") else name] = mode, oid
    return base, edited


@st.composite
def tree_deltas(draw: st.DrawFn, size: int = 20) -> tuple[Tree, Tree, bytes]:
    """A tree, a version of it, and a delta between them: copies wherever at least so many bytes are the same."""
    before, after = draw(edits(size))
    base, result = raw(before), raw(after)
    least = draw(st.integers(4, 40))
    longest = draw(st.sampled_from([1 << 24, 30]))
    operations, at, pending = [], 0, b""
    while at < len(result):
        start, length = _match(base, result, at, least, longest)
        if length:
            operations += [insert(pending), copy(start, length)]
            pending = b""
        else:
            pending += result[at : at + 1]
        at += length or 1
    return before, after, delta_of(base, result, *operations, insert(pending))


def _match(base: bytes, result: bytes, at: int, least: int, longest: int) -> tuple[int, int]:
    """The longest piece of the base that comes next in the result, if it is long enough."""
    best, length = 0, 0
    start = base.find(result[at : at + least]) if at + least <= len(result) else -1
    while start >= 0:
        end = 0
        while (
            end < longest
            and start + end < len(base)
            and base[start + end : start + end + 1] == result[at + end : at + end + 1]
        ):
            end += 1
        if end > length:
            best, length = start, end
        start = base.find(result[at : at + least], start + 1)
    return best, length


def seen_in(size: int, tree: bytes, delta: bytes) -> tuple[set[bytes], set[bytes]]:
    """(ids, names) that are told from a delta."""
    fresh = FreshEntries(size)
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
    fresh = FreshEntries(size)
    assert fresh.of_whole(raw(tree)) == [oid for _, _, oid in entries]
    assert fresh.names == set(tree)


@given(deltas())
@example(Delta(b"", b"\0\x04\x04" + b"abcd", b"abcd"))
def test_spans_cover_all_that_is_inserted(one: Delta) -> None:
    """Outside of the spans are bytes of the base, each stretch of them copied in one piece."""
    spans = list(fresh_spans(one.delta))
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
        assert list(fresh_spans(delta_of(base, bytes(place), *operations))) == expected


# --- git's own deltas ---------------------------------------------------------------------------------------------


def in_whole_store(repo: Repo, size: int) -> tuple[set[bytes], set[bytes], bool]:
    """(ids, names) told from all trees of a store and their deltas; whether there were deltas."""
    fresh, found, some = FreshEntries(size), set[bytes](), False
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


def grown(seed: int, size: int) -> list[Tree]:
    """Versions of a tree of fifty entries, each with some edits to one before it."""
    random = Random(seed)

    def entry() -> tuple[bytes, bytes]:
        return random.choice([b"100644", b"100755", b"40000", b"160000"]), random.randbytes(size)

    words = [b"a", b"b.txt", b"Copy of", b"x" * 90, b"100644", b"z" * 200]
    kept: list[Tree] = [{b"file%d" % number: entry() for number in range(50)}]
    for _ in range(150):
        tree = dict(random.choice(kept[-5:]))
        for _ in range(random.randint(1, 4)):
            name = random.choice(sorted(tree))
            other = b" ".join(random.choices(words, k=random.randint(1, 3))) + b"%d" % random.randint(0, 30)
            kind = random.randrange(5)
            if kind == 0:
                tree[name] = entry()
            elif kind == 1:
                tree[other] = tree.pop(name)
            elif kind == 2:
                tree[other] = random.choice([entry(), tree[name]])
            elif kind == 3 and len(tree) > 30:
                del tree[name]
            else:
                tree[name] = entry()[0], tree[name][1]
        kept.append(tree)
    return kept


def packed_trees(repo: Repo, trees: list[Tree], depth: int) -> None:
    """Have git write and pack these trees, whatever they name."""
    kinds = {b"40000": b"tree", b"160000": b"commit"}
    listed = [
        b"".join(
            b"%s %s %s\t%s\0" % (mode, kinds.get(mode, b"blob"), oid.hex().encode(), name)
            for name, (mode, oid) in tree.items()
        )
        for tree in trees
    ]
    oids = repo.git("mktree", "--missing", "--batch", "-z", stdin=b"\0".join(listed) + b"\0").decode()
    repo.git("pack-objects", "-q", "--window=20", f"--depth={depth}", "objects/pack/pack", stdin=oids.encode())
    repo.git("prune-packed", "-q")


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
