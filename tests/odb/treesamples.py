"""Trees, versions of them, and deltas between these: what the tests of both ways to read trees are tried on."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from tests.helpers.repos import Repo
from tests.history.packfiles import copy, delta_of, insert

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
