"""Stores in which something is missing or broken: each gap is said with its id, and everything else is still read."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history.asking import ASKED, History, ask, line, store_of
from tests.history.packfiles import Packed, copy, delta_of, insert, loose, object_id, offsets_of, smuggle

#: in ``Damaged.repo``, which is damaged then
KEYS = ("early", "nested", "late", "tag", "side", "staged")


class Damaged(NamedTuple):
    repo: Repo
    oids: dict[str, str]
    """What can be taken away, by name."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    """What each test damages a copy of."""
    repo = Repo(tmp_path_factory.mktemp("whole") / "repo")
    repo.config("gc.auto", "0").config("core.logAllRefUpdates", "false")
    repo.write("keep.txt", "x\n").write("early.env", line("early")).add().commit("first")
    repo.write("in/side/nested.env", line("nested")).remove("early.env").add().commit("second")
    repo.write("late.env", line("late")).add().commit("third")
    repo.git("tag", "-a", "v1", "-m", line("tag"))
    repo.git("branch", "side", "main~2")
    repo.git("checkout", "--quiet", "side")
    repo.write("side.env", line("side")).add().commit("aside")
    repo.git("checkout", "--quiet", "main")
    repo.write("staged.env", line("staged")).add()
    names = {
        "blob": "main~2:early.env",
        "tree": "main~2^{tree}",
        "subtree": "main:in/side",
        "commit": "side",
        "middle commit": "main~1",
        "root commit": "main~2",
        "head commit": "main",
        "tag": "refs/tags/v1",
        "staged blob": ":staged.env",
    }
    return Damaged(repo, {name: repo.oid(revision) for name, revision in names.items()})


@pytest.fixture
def damaged(whole: Damaged, tmp_path: Path) -> Damaged:
    """A copy of it."""
    return whole._replace(repo=whole.repo.copy(tmp_path / "repo"))


def path_of(repo: Repo, oid: str) -> Path:
    path = repo.path / ".git/objects" / oid[:2] / oid[2:]
    if path.exists():
        path.chmod(0o644)
    return path


def honest(seen: History, keys: tuple[str, ...] = KEYS) -> None:
    """Nothing is missed without a gap."""
    if seen.missed(keys):
        assert seen.code == 2
        assert seen.gaps
    else:
        assert seen.code in (1, 2)


LOST = {
    "blob": ["early"],
    "tree": [],
    "subtree": [],
    "commit": [],
    "middle commit": [],
    "root commit": [],
    "head commit": [],
    "tag": ["tag"],
    "staged blob": ["staged"],
}


@pytest.mark.parametrize("name", list(LOST))
def test_a_missing_object_is_a_gap_and_all_others_are_read(kg: Keyguard, damaged: Damaged, name: str) -> None:
    repo, oid = damaged.repo, damaged.oids[name]
    path_of(repo, oid).unlink()
    seen = ask(kg, repo.path)
    assert seen.missed(KEYS) == LOST[name]
    assert seen.reasons == {f"object:{oid}": "missing"}
    assert seen.code == 2
    assert seen.coverage["missing"] == 1
    assert seen.coverage["read"] == len(store_of(repo.path))


def test_what_names_a_missing_object_is_said(kg: Keyguard, damaged: Damaged) -> None:
    repo = damaged.repo
    # two commits are made on the first one: either may be named
    for name, *parts in (
        ("blob", "early.env in tree"),
        ("root commit", damaged.oids["middle commit"], damaged.oids["commit"]),
        ("tag", "refs/tags/v1"),
    ):
        path_of(repo, damaged.oids[name]).unlink()
        seen = ask(kg, repo.path)
        (detail,) = [one["detail"] for one in seen.document["skipped"] if one["path"] == f"object:{damaged.oids[name]}"]
        assert any(part in detail for part in parts)


def test_missing_objects_of_a_promisor_are_told_apart(kg: Keyguard, damaged: Damaged) -> None:
    repo = damaged.repo
    path_of(repo, damaged.oids["blob"]).unlink()
    repo.config("core.repositoryFormatVersion", "1").config("extensions.partialClone", "origin")
    repo.config("remote.origin.promisor", "true").config("remote.origin.url", "https://example.com/x.git")
    seen = ask(kg, repo.path)
    assert seen.code == 2
    assert "partial" in seen.reasons.values()
    assert seen.missed(KEYS) == ["early"]


@pytest.mark.parametrize(
    "write",
    [
        lambda repo, oid: repo.write(".git/refs/heads/lost", f"{oid}\n"),
        lambda repo, oid: repo.write(".git/refs/odd/lost", f"{oid}\n"),
        lambda repo, oid: repo.write(".git/packed-refs", f"# pack-refs with: peeled\n{oid} refs/heads/lost\n"),
        lambda repo, oid: repo.write(".git/HEAD", f"{oid}\n"),
        lambda repo, oid: repo.write(".git/logs/HEAD", f"{'0' * 40} {oid} C <c@example.com> 1 +0000\tx\n"),
        lambda repo, oid: repo.write(".git/logs/refs/stash", f"{'0' * 40} {oid} C <c@example.com> 1 +0000\tx\n"),
        lambda repo, oid: repo.git("update-index", "--add", "--cacheinfo", f"100644,{oid},lost.env"),
        lambda repo, oid: repo.git(
            "update-ref", "refs/tags/lost", repo.git("mktag", "--no-strict", stdin=tag_of(oid)).decode().strip()
        ),
    ],
    ids=["branch", "odd ref", "packed ref", "HEAD", "reflog", "stash reflog", "index", "tag"],
)
def test_what_a_tip_names_must_be_there(
    kg: Keyguard, damaged: Damaged, write: Callable[[Repo, str], object], request: pytest.FixtureRequest
) -> None:
    oid = "1234567890" * 4
    if request.node.callspec.id == "tag":
        oid = damaged.oids["blob"]
    write(damaged.repo, oid)
    if request.node.callspec.id == "tag":
        path_of(damaged.repo, oid).unlink()
    seen = ask(kg, damaged.repo.path)
    assert seen.reasons == {f"object:{oid}": "missing"}
    assert seen.missed(KEYS) in ([], ["early"])
    assert seen.code == 2


def tag_of(oid: str) -> bytes:
    return f"object {oid}\ntype blob\ntag lost\ntagger C <c@example.com> 1 +0000\n\nx\n".encode()


def test_a_submodule_s_commit_is_not_looked_for_here(kg: Keyguard, damaged: Damaged) -> None:
    damaged.repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    damaged.repo.commit()
    seen = ask(kg, damaged.repo.path)
    assert (seen.missed(KEYS), seen.code, seen.gaps) == ([], 1, set())


def test_what_one_tree_calls_a_submodule_and_another_a_file_is_missing(kg: Keyguard, damaged: Damaged) -> None:
    repo, oid = damaged.repo, "12" * 20
    inner = [written(repo, "tree", b"%s x\0" % mode + bytes.fromhex(oid)) for mode in (b"160000", b"100644")]
    for tree in inner:
        commit = written(repo, "commit", b"tree %s\nauthor %s\ncommitter %s\n\n" % (tree.encode(), WHO, WHO))
        repo.write(f".git/refs/odd/{commit}", f"{commit}\n")
    seen = ask(kg, repo.path)
    assert seen.reasons == {f"object:{oid}": "missing"}


# --- loose objects that are not what they should be ---------------------------------------------------------------


def raw(kind: str, data: bytes, size: int | None = None) -> bytes:
    return zlib.compress(b"%s %d\0" % (kind.encode(), len(data) if size is None else size) + data)


def instead(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


TEXT = line("early").encode()

LIES: dict[str, Callable[[Path], object]] = {
    "larger than it says": lambda path: path.write_bytes(raw("blob", TEXT, 5)),
    "smaller than it says": lambda path: path.write_bytes(raw("blob", TEXT, 5000)),
    "of endless size": lambda path: path.write_bytes(raw("blob", TEXT, 1 << 62)),
    "of a size with a sign": lambda path: path.write_bytes(zlib.compress(b"blob -1\0" + TEXT)),
    "of another type": lambda path: path.write_bytes(raw("tree", TEXT)),
    "of no type": lambda path: path.write_bytes(raw("blub", TEXT)),
    "something else": lambda path: path.write_bytes(raw("blob", b"something else\n")),
    "garbage": lambda path: path.write_bytes(b"\xff" * 100),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-12]),
    "without a head": lambda path: path.write_bytes(zlib.compress(b"x" * 1000)),
    "of a wrong checksum": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?"),
    "a pipe": lambda path: instead(path, os.mkfifo),
    "a link": lambda path: path.symlink_to(path.rename(path.with_name("x" * 38))),
    "a link to a device": lambda path: instead(path, lambda place: place.symlink_to("/dev/zero")),
    "a link to nowhere": lambda path: instead(path, lambda place: place.symlink_to("/nonexistent")),
    "a folder": lambda path: instead(path, Path.mkdir),
}


@pytest.mark.parametrize("lie", list(LIES))
@pytest.mark.parametrize("name", ["blob", "tree", "middle commit", "tag"])
def test_a_loose_object_that_is_not_what_it_says_is_a_gap(kg: Keyguard, damaged: Damaged, name: str, lie: str) -> None:
    oid = damaged.oids[name]
    LIES[lie](path_of(damaged.repo, oid))
    seen = ask(kg, damaged.repo.path)
    assert set(seen.missed(KEYS)) <= set(LOST[name])
    assert f"object:{oid}" in seen.gaps or (lie == "a link" and seen.missed(KEYS) == [])
    assert seen.code == 2 or lie == "a link"
    assert len(seen.gaps) <= 1


def test_what_is_damaged_here_is_read_where_it_is_whole(kg: Keyguard, damaged: Damaged) -> None:
    repo, oid = damaged.repo, damaged.oids["blob"]
    repo.git("repack", "-a", "-q")
    loose(repo, oid, b"\xff" * 100)
    seen = ask(kg, repo.path)
    assert seen.missed(KEYS) == []
    assert seen.code in (1, 2)


@pytest.mark.parametrize(
    "name", ["12/34", "12/" + "3" * 37, "12/" + "g" * 38, "123/x", "ab", "pack/x.pack", "tmp_obj_x"]
)
def test_files_among_the_objects_that_are_none_hide_nothing(kg: Keyguard, damaged: Damaged, name: str) -> None:
    damaged.repo.write(f".git/objects/{name}", b"\xff" * 50)
    seen = ask(kg, damaged.repo.path)
    assert seen.missed(KEYS) == []
    assert seen.code in ((1, 2) if name == "pack/x.pack" else (1,))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_object_that_may_not_be_read_is_a_gap(kg: Keyguard, damaged: Damaged) -> None:
    oid = damaged.oids["blob"]
    path_of(damaged.repo, oid).chmod(0)
    seen = ask(kg, damaged.repo.path)
    assert seen.gaps == {f"object:{oid}"}
    assert seen.code == 2


# --- objects that are what they say, and yet no use ---------------------------------------------------------------


def written(repo: Repo, kind: str, data: bytes) -> str:
    oid = object_id(kind, data)
    loose(repo, oid, raw(kind, data))
    return oid


WHO = b"A <a@example.com> 1 +0000"
TREE = b"4b825dc642cb6eb9a060e54bf8d69288fbee4904"

MALFORMED = {
    "commit without a tree": ("commit", b"author %s\ncommitter %s\n\n" % (WHO, WHO)),
    "commit with half an id": ("commit", b"tree 1234\nauthor %s\ncommitter %s\n\n" % (WHO, WHO)),
    "commit with nothing": ("commit", b""),
    "commit with one parent cut": ("commit", b"tree %s\nparent 12\nauthor %s\n\n" % (TREE, WHO)),
    "tree cut in an id": ("tree", b"100644 a\0" + b"x" * 10),
    "tree cut in a name": ("tree", b"100644 aaaa"),
    "tree without a mode": ("tree", b"aaaa" * 20),
    "commit with an id too long": ("commit", b"tree %s0123\nauthor %s\ncommitter %s\n\n" % (TREE, WHO, WHO)),
    "tag with an id too long": ("tag", b"object %s0123\ntype tree\ntag x\n\n" % TREE),
    "tag without an object": ("tag", b"type commit\ntag x\n\n"),
    "tag with nothing": ("tag", b""),
}


@pytest.mark.parametrize("name", list(MALFORMED))
def test_a_malformed_object_is_a_gap_and_is_scanned_all_the_same(kg: Keyguard, damaged: Damaged, name: str) -> None:
    kind, data = MALFORMED[name]
    data = data + line("malformed").encode() if data else data
    oid = written(damaged.repo, kind, data)
    damaged.repo.write(".git/refs/odd/malformed", f"{oid}\n")
    seen = ask(kg, damaged.repo.path)
    assert seen.missed(KEYS) == []
    assert seen.code == 2
    assert f"object:{oid}" in seen.gaps
    if kind != "tree" and data:
        assert seen.missed(["malformed"]) == []


EMPTY = bytes.fromhex("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
ENTRIES = [b"100644 %s\0" % name + EMPTY for name in (b"a", b"b", b"c")]
WHOLE = b"".join(ENTRIES)
EACH = len(ENTRIES[0])

#: what a delta on ``WHOLE`` is made of: ranges of it, and what is inserted
Parts = list[tuple[int, int] | bytes]

MALFORMED_DELTAS: dict[str, Parts] = {
    "cut at its end": [(0, 2 * EACH - 3)],
    "cut at its beginning": [(3, 2 * EACH)],
    "cut in the middle": [(0, EACH - 2), (EACH, 2 * EACH)],
    "with something in between": [(0, EACH), b"something", (EACH, 2 * EACH)],
    "with something behind": [(0, EACH), b"something"],
    "with something before": [b"something", (0, EACH)],
    "with an id too short": [(0, EACH), ENTRIES[1][:-3], (2 * EACH, 3 * EACH)],
    "with an id too long": [(0, EACH), ENTRIES[1] + b"x", (2 * EACH, 3 * EACH)],
    "of ids only": [(EACH - 20, EACH), (2 * EACH - 20, 2 * EACH)],
}

SOUND_DELTAS: list[Parts] = [
    [(0, EACH)],
    [(EACH, 2 * EACH)],
    [(0, EACH), (2 * EACH, 3 * EACH)],
    [ENTRIES[2]],
    [(0, EACH), ENTRIES[2]],
    [(0, 8), b"x", (8, EACH)],
    [(EACH, 2 * EACH), ENTRIES[1]],
]


def trees_of(repo: Repo, ways: list[Parts]) -> list[str]:
    """Put ``WHOLE`` and deltas on it into a repository; the ids of these."""
    entries, oids = [Packed("tree", WHOLE), Packed("blob", b"")], [object_id("tree", WHOLE), object_id("blob", b"")]
    for parts in ways:
        result = b"".join(part if isinstance(part, bytes) else WHOLE[slice(*part)] for part in parts)
        operations = [insert(part) if isinstance(part, bytes) else copy(part[0], part[1] - part[0]) for part in parts]
        entries.append(Packed("ofs-delta", delta_of(WHOLE, result, *operations), 0))
        oids.append(object_id("tree", result))
    smuggle(repo, entries, list(zip(oids, offsets_of(entries), strict=True)))
    return oids[2:]


@pytest.mark.parametrize("name", list(MALFORMED_DELTAS))
def test_a_malformed_tree_that_is_a_delta_is_a_gap(kg: Keyguard, repo: Repo, name: str) -> None:
    (oid,) = trees_of(repo, [MALFORMED_DELTAS[name]])
    seen = ask(kg, repo.path)
    assert seen.reasons == {f"object:{oid}": "corrupt"}


def test_trees_that_are_sound_deltas_are_no_gaps(kg: Keyguard, repo: Repo) -> None:
    oids = trees_of(repo, SOUND_DELTAS)
    seen = ask(kg, repo.path)
    assert (seen.code, seen.gaps, seen.coverage["trees"]) == (0, set(), 1 + len(set(oids)))


ODD_COMMITS = {
    "a date beyond all years": b"author A <a@example.com> 99999999999999999999 +0000",
    "a date before all years": b"author A <a@example.com> -99999999999999999999 +0000",
    "a zone that is none": b"author A <a@example.com> 1767225600 +9999999",
    "no date": b"author A <a@example.com>",
    "no author": b"",
    "no text": b"author \xff\xfe\x00 <> 1 +0000",
    "brackets": b"author " + b"<" * 50_000 + b" 1 +0000",
    "blanks": b"author " + b" " * 200_000 + b"x",
    "many headers": b"author A <a@example.com> 1 +0000\n" + b"gpgsig x\n y\n" * 10_000,
}


@pytest.mark.parametrize("name", list(ODD_COMMITS))
def test_odd_commits_are_read_in_sensible_time(kg: Keyguard, damaged: Damaged, name: str) -> None:
    repo = damaged.repo
    blob = repo.git("hash-object", "-w", "--stdin", stdin=line("odd").encode()).decode().strip()
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\todd.env\n".encode()).strip()
    data = b"tree %s\n%s\ncommitter %s\n\nodd\n%s" % (tree, ODD_COMMITS[name], WHO, line("odd-message").encode())
    oid = written(repo, "commit", data)
    repo.write(".git/refs/heads/odd", f"{oid}\n")
    seen = ask(kg, repo.path)
    assert seen.missed((*KEYS, "odd", "odd-message")) == []
    assert seen.paths("odd") == {"odd.env"}
    assert [place["commit"] for place in seen.places("odd")] == [oid]
    assert seen.coverage["missing"] == 0


def test_a_commit_may_have_very_many_parents(kg: Keyguard, damaged: Damaged) -> None:
    repo = damaged.repo
    tree = repo.git("mktree").decode().strip()
    head = f"tree {tree}\n".encode()
    parents = [written(repo, "commit", head + b"author %s\ncommitter %s\n\n%d" % (WHO, WHO, n)) for n in range(200)]
    data = head + b"".join(b"parent %s\n" % oid.encode() for oid in parents)
    oid = written(repo, "commit", data + b"author %s\ncommitter %s\n\n" % (WHO, WHO))
    repo.write(".git/refs/heads/many", f"{oid}\n")
    path_of(repo, parents[150]).unlink()
    seen = ask(kg, repo.path)
    assert seen.reasons == {f"object:{parents[150]}": "missing"}


ODD_NAMES = [b"..", b".git", b"a/b", b"\xff\xfe", b"\n::error::x", b"x" * 5000, b"", b"\x1b[31m"]


def test_odd_names_in_trees_are_told_as_they_are(kg: Keyguard, damaged: Damaged) -> None:
    repo = damaged.repo
    oids = []
    for number, name in enumerate(ODD_NAMES):
        blob = repo.git("hash-object", "-w", "--stdin", stdin=line(f"name-{number}").encode()).decode().strip()
        tree = written(repo, "tree", b"100644 %s\0" % name + bytes.fromhex(blob))
        commit = b"tree %s\nauthor %s\ncommitter %s\n\n" % (tree.encode(), WHO, WHO)
        oids.append(written(repo, "commit", commit))
        repo.write(f".git/refs/odd/{number}", f"{oids[-1]}\n")
    seen = ask(kg, repo.path)
    assert seen.missed([*KEYS, *(f"name-{number}" for number in range(len(ODD_NAMES)))]) == []
    for number, oid in enumerate(oids):
        assert [place["commit"] for place in seen.places(f"name-{number}")] == [oid]
    assert "\n::error::" not in seen.said.out


# --- packs --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tidy(whole: Damaged, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The same with one pack and nothing loose."""
    repo = whole.repo.copy(tmp_path_factory.mktemp("tidy") / "repo")
    repo.git("gc", "--quiet", "--prune=now")
    for path in (repo.path / ".git/objects/pack").iterdir():
        path.chmod(0o644)
    return repo


@pytest.fixture
def packed(damaged: Damaged, tidy: Repo) -> Path:
    """The only pack of the repository; nothing is loose."""
    shutil.rmtree(damaged.repo.path)
    (pack,) = (tidy.copy(damaged.repo.path).path / ".git/objects/pack").glob("*.pack")
    return pack


def spread(size: int, count: int) -> list[int]:
    """Places all over a file, the first and the last byte among them."""
    return sorted({at * (size - 1) // (count - 1) for at in range(count)})


@pytest.mark.parametrize("suffix", [".pack", ".idx"])
def test_no_flipped_byte_makes_a_scan_miss_a_key_in_silence(
    kg: Keyguard, damaged: Damaged, packed: Path, suffix: str
) -> None:
    path = packed.with_suffix(suffix)
    data = path.read_bytes()
    for number, at in enumerate(spread(len(data), 30)):
        path.write_bytes(data[:at] + bytes([data[at] ^ (0x80, 0x01)[number % 2]]) + data[at + 1 :])
        seen = ask(kg, damaged.repo.path)
        honest(seen)
        # one byte does not take everything with it
        assert suffix == ".idx" or at < 12 or len(seen.missed(KEYS)) <= len(KEYS) / 2, at
    path.write_bytes(data)
    assert ask(kg, damaged.repo.path).code == 1


@pytest.mark.parametrize("suffix", [".pack", ".idx"])
def test_a_pack_or_index_that_is_cut_is_a_gap(kg: Keyguard, damaged: Damaged, packed: Path, suffix: str) -> None:
    path = packed.with_suffix(suffix)
    data = path.read_bytes()
    for size in spread(len(data), 12)[:-1]:
        path.write_bytes(data[:size])
        seen = ask(kg, damaged.repo.path)
        honest(seen)
        # an index can be made again from the pack
        assert seen.code == 2 if suffix == ".pack" else seen.missed(KEYS) == [], size


def test_bytes_behind_a_pack_hide_nothing(kg: Keyguard, damaged: Damaged, packed: Path) -> None:
    packed.write_bytes(packed.read_bytes() + b"x" * 100)
    honest(ask(kg, damaged.repo.path))


def test_a_pack_without_an_index_is_read_or_a_gap(kg: Keyguard, damaged: Damaged, packed: Path) -> None:
    packed.with_suffix(".idx").unlink()
    seen = ask(kg, damaged.repo.path)
    honest(seen)
    # git reads nothing here: what is told must come from the pack itself, or be a gap that names it
    assert seen.missed(KEYS) == [] or any(packed.name in str(one) for one in seen.document["skipped"])


def test_an_index_without_a_pack_is_a_gap(kg: Keyguard, damaged: Damaged, packed: Path) -> None:
    number = len(store_of(damaged.repo.path))
    packed.unlink()
    seen = ask(kg, damaged.repo.path)
    assert seen.code == 2
    assert seen.missed(KEYS) == list(KEYS)
    assert seen.coverage["missing"] + seen.coverage["unreadable"] >= 1
    assert seen.coverage["read"] < number


@pytest.mark.parametrize("suffix", [".pack", ".idx"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "link"])
def test_a_pack_that_is_no_file_is_a_gap(kg: Keyguard, damaged: Damaged, packed: Path, suffix: str, kind: str) -> None:
    path = packed.with_suffix(suffix)
    away = path.rename(path.parent.parent / "away")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else away)
    seen = ask(kg, damaged.repo.path)
    honest(seen)
    assert seen.code == 2 or kind == "link" or (suffix == ".idx" and seen.missed(KEYS) == [])


@pytest.mark.parametrize(
    "name", ["pack/tmp_pack_x", "pack/tmp_idx_x", "pack/pack-x.keep", "pack/multi-pack-index", "info/packs"]
)
def test_what_else_lies_among_the_packs_hides_nothing(kg: Keyguard, damaged: Damaged, packed: Path, name: str) -> None:
    damaged.repo.write(f".git/objects/{name}", b"MIDX\1\1" + bytes(500))
    seen = ask(kg, damaged.repo.path)
    assert seen.missed(KEYS) == []
    assert seen.code == 1


@pytest.mark.parametrize("suffix", [".rev", ".bitmap", ".mtimes"])
def test_files_that_only_speed_git_up_are_not_believed(
    kg: Keyguard, damaged: Damaged, packed: Path, suffix: str
) -> None:
    packed.with_suffix(suffix).write_bytes(b"RIDX" + bytes(2000))
    seen = ask(kg, damaged.repo.path)
    assert seen.missed(KEYS) == []
    assert seen.code == 1


def test_a_pack_that_is_there_twice_is_read_once(kg: Keyguard, damaged: Damaged, packed: Path) -> None:
    expected = ask(kg, damaged.repo.path)
    for suffix in (".pack", ".idx"):
        shutil.copy(packed.with_suffix(suffix), packed.with_name(f"pack-{'1' * 40}{suffix}"))
    seen = ask(kg, damaged.repo.path)
    assert seen.document["findings"] == expected.document["findings"]
    assert seen.coverage == expected.coverage


# --- git's own files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["HEAD", "refs/heads/side", "packed-refs", "logs/HEAD", "index", "worktrees/x/HEAD"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "binary", "empty", "huge line"])
def test_odd_files_of_git_hide_no_object(kg: Keyguard, damaged: Damaged, name: str, kind: str) -> None:
    place = damaged.repo.file(f".git/{name}")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    elif kind == "folder":
        place.mkdir()
    else:
        place.write_bytes({"binary": bytes(range(256)) * 10, "empty": b"", "huge line": b"x" * 3_000_000}[kind])
    said = kg(*ASKED, damaged.repo.path)
    assert said.code in (1, 2)
    assert "Traceback" not in said.err
    if said.out:
        seen = History(said, said.document)
        seen.adds_up()
        # every blob is in the store; only the path of one that is staged alone is known from the index
        assert seen.missed(KEYS) == []
    else:
        assert (name, said.code) == ("HEAD", 2)


@pytest.mark.parametrize("name", ["HEAD", "refs/heads/side", "index"])
def test_a_tip_that_cannot_be_read_is_a_gap(kg: Keyguard, damaged: Damaged, name: str) -> None:
    (damaged.repo.path / ".git" / name).write_bytes(b"nonsense\xff\n")
    seen = ask(kg, damaged.repo.path)
    assert seen.missed(KEYS) == []
    assert seen.code == 2


def test_symbolic_refs_that_go_round_in_a_circle_end(kg: Keyguard, damaged: Damaged) -> None:
    repo = damaged.repo
    repo.write(".git/refs/heads/a", "ref: refs/heads/b\n").write(".git/refs/heads/b", "ref: refs/heads/a\n")
    repo.write(".git/HEAD", "ref: refs/heads/a\n")
    seen = ask(kg, repo.path)
    assert seen.missed(KEYS) == []
    assert seen.code == 2


def test_refs_that_lead_out_of_the_repository_are_not_followed(kg: Keyguard, damaged: Damaged, tmp_path: Path) -> None:
    repo = damaged.repo
    (tmp_path / "outside").write_text(f"{repo.oid()} {line('outside')}")
    (repo.path / ".git/refs/heads/out").symlink_to(tmp_path / "outside")
    (repo.path / ".git/logs/refs/heads").mkdir(parents=True, exist_ok=True)
    (repo.path / ".git/logs/refs/heads/out").symlink_to(tmp_path / "outside")
    repo.write(".git/refs/heads/up", "ref: ../../../../outside\n")
    seen = ask(kg, repo.path)
    assert seen.missed((*KEYS, "outside")) == ["outside"]
