"""Whether what is generated is what it says: git itself is asked."""

from __future__ import annotations

from pathlib import Path

from hypothesis import find, given, settings
from hypothesis import strategies as st

from tests.helpers.repos import Repo
from tests.history.packfiles import (
    Delta,
    Packed,
    broken_deltas,
    chains,
    deltas,
    index_of,
    install,
    object_id,
    offsets_of,
    pack_of,
    smuggle,
)


def apply(base: bytes, delta: bytes) -> bytes | None:
    """What a delta makes of a base, byte by byte as git's documentation has it; None where something is wrong."""
    try:
        sizes, at = [], 0
        for _ in range(2):
            size = shift = 0
            while True:
                byte = delta[at]
                size, shift, at = size | (byte & 0x7F) << shift, shift + 7, at + 1
                if byte < 0x80:
                    break
            sizes.append(size)
        out = b""
        while at < len(delta):
            operation, at = delta[at], at + 1
            if operation & 0x80:
                values = [0] * 7
                for bit in range(7):
                    if operation >> bit & 1:
                        values[bit], at = delta[at], at + 1
                start = int.from_bytes(bytes(values[:4]), "little")
                size = int.from_bytes(bytes(values[4:]), "little") or 0x10000
                piece = base[start : start + size]
            elif operation:
                size, piece, at = operation, delta[at : at + operation], at + operation
            else:
                return None
            if len(piece) != size:
                return None
            out += piece
    except IndexError:
        return None
    return out if sizes == [len(base), len(out)] else None


@given(deltas())
def test_generated_deltas_make_what_they_say(one: Delta) -> None:
    assert apply(one.base, one.delta) == one.result


@given(broken_deltas())
def test_generated_broken_deltas_make_nothing(one: tuple[bytes, bytes]) -> None:
    assert apply(*one) is None


@settings(max_examples=25)
@given(st.lists(chains(), min_size=1, max_size=8))
def test_git_makes_of_generated_chains_what_they_say(tmp_path_factory: object, lists: list[list[Delta]]) -> None:
    folder = tmp_path_factory.mktemp("chains")  # type: ignore[attr-defined]
    repo = Repo(folder / "r", "--bare")
    entries: list[Packed] = []
    for links in lists:
        entries.append(Packed("blob", links[0].base))
        for link in links:
            entries.append(Packed("ofs-delta", link.delta, len(entries) - 1))
    install(repo, entries)
    for links in lists:
        for link in links:
            oid = object_id("blob", link.result)
            assert repo.git("cat-file", "blob", oid) == link.result


def test_ref_deltas_may_stand_before_their_base(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r", "--bare")
    one = find(deltas(), lambda each: bool(each.result) and each.result != each.base)
    install(repo, [Packed("ref-delta", one.delta, object_id("blob", one.base)), Packed("blob", one.base)])
    assert repo.git("cat-file", "blob", object_id("blob", one.result)) == one.result


def test_an_index_of_our_own_is_as_git_makes_it(repo: Repo) -> None:
    entries = [Packed("blob", text) for text in (b"one", b"two", b"three")]
    rows = [(object_id("blob", each.data), at) for each, at in zip(entries, offsets_of(entries), strict=True)]
    smuggle(repo, entries, rows)
    assert [repo.git("cat-file", "blob", oid) for oid, _ in rows] == [b"one", b"two", b"three"]
    made = install(Repo(repo.path.parent / "other", "--bare"), entries).with_suffix(".idx").read_bytes()
    ours = index_of(rows, pack_of(entries))
    # git knows checksums of the entries, which nothing reads but a copy from pack to pack
    assert (ours[: 8 + 1024 + 60], ours[-52:-20]) == (made[: 8 + 1024 + 60], made[-52:-20])
