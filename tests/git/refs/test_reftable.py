"""Refs and reflogs in tables: of git itself, of every layout that the format allows, and damaged ones."""

from __future__ import annotations

import zlib
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.git.layout.repository import discover
from keyguard.git.metadata_files import table_reflogs
from keyguard.git.refs.reftable import LogRecord, RefRecord, records
from keyguard.git.refs.tips import Tip, Tips, read_tips
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo
from tests.helpers.tables import REAL, REAL_IDS, Log, Ref, table

A, B, C = "a" * 40, "b" * 40, "c" * 40
ZERO = "0" * 40


def store(repo: Repo, *tables: bytes, folder: str = ".git") -> Repo:
    """Make it a repository that keeps its refs in these tables."""
    config = (repo.path / ".git/config").read_text(encoding="utf-8")
    repo.write(".git/config", f"{config}[extensions]\n\trefStorage = reftable\n")
    for number, data in enumerate(tables):
        repo.write(f"{folder}/reftable/0x{number:012x}.ref", data)
    names = "".join(f"0x{number:012x}.ref\n" for number in range(len(tables)))
    return repo.write(f"{folder}/reftable/tables.list", names)


def tips_of(repo: Repo) -> Tips:
    repository = discover(str(repo.path))
    assert repository is not None
    return read_tips(repository)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_what_git_wrote_is_read(tmp_path: Path, object_format: str) -> None:
    repo = store(Repo(tmp_path / "r", f"--object-format={object_format}"), REAL[object_format])
    commit, tag = REAL_IDS[object_format]
    assert tips_of(repo) == Tips(
        tips=[
            Tip(commit, b"HEAD", "head"),
            Tip(commit, b"refs/heads/main", "branch"),
            Tip(commit, b"refs/heads/side", "branch"),
            Tip(commit, b"refs/remotes/origin/HEAD", "remote"),
            Tip(tag, b"refs/tags/v1", "tag"),
            Tip(commit, b"HEAD", "reflog"),
            Tip(commit, b"refs/heads/main", "reflog"),
            Tip(commit, b"refs/heads/side", "reflog"),
            Tip(commit, b"refs/remotes/origin/HEAD", "reflog"),
        ],
        refs=4,
        reflogs=4,
        skipped=[],
        shallow=frozenset(),
        partial=False,
    )


@pytest.mark.parametrize("sha256", [False, True])
@pytest.mark.parametrize("block", [0, 1, 2, 7])
def test_every_layout_is_read(sha256: bool, block: int) -> None:
    ids = [f"{number + 1:0{64 if sha256 else 40}x}" for number in range(300)]
    refs = [Ref(f"refs/heads/{number:03}/x".encode(), oid) for number, oid in enumerate(ids)]
    refs += [Ref(b"HEAD", target=b"refs/heads/000/x"), Ref(b"refs/gone"), Ref(b"refs/tags/t", ids[0], peeled=ids[1])]
    logs = [Log(b"HEAD", number, old, new, b"why\n") for number, (old, new) in enumerate(pairwise(ids))]
    logs += [Log(b"refs/stash", 7)]
    found = list(records(table(refs, logs, sha256=sha256, block=block)))
    assert [one for one in found if isinstance(one, RefRecord)] == [
        RefRecord(ref.name, bytes.fromhex(ref.oid), ref.target) for ref in sorted(refs)
    ]
    text = b"A U Thor <author@example.com>\twhy"
    assert sorted(one for one in found if isinstance(one, LogRecord)) == [
        *(LogRecord(b"HEAD", log.number, bytes.fromhex(log.old), bytes.fromhex(log.new), text) for log in logs[:-1]),
        LogRecord(b"refs/stash", 7),
    ]


def test_a_newer_table_replaces_and_deletes_what_an_older_one_says(repo: Repo) -> None:
    old = table(
        [Ref(b"HEAD", target=b"refs/heads/main"), Ref(b"refs/heads/main", A), Ref(b"refs/heads/gone", A)],
        [Log(b"HEAD", 1, ZERO, A), Log(b"refs/stash", 2, ZERO, B), Log(b"refs/stash", 3, B, C)],
    )
    new = table([Ref(b"refs/heads/main", B), Ref(b"refs/heads/gone"), Ref(b"ORIG_HEAD", A)], [Log(b"refs/stash", 3)])
    assert tips_of(store(repo, old, new)).tips == [
        Tip(B, b"HEAD", "head"),
        Tip(A, b"ORIG_HEAD", "reflog", kept=False),
        Tip(B, b"refs/heads/main", "branch"),
        Tip(A, b"HEAD", "reflog"),
        Tip(B, b"refs/stash", "stash"),
    ]


def test_linked_worktrees_have_tables_of_their_own(repo: Repo, tmp_path: Path) -> None:
    repo.commit().git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    shared = table([Ref(b"HEAD", target=b"refs/heads/main"), Ref(b"refs/heads/main", A), Ref(b"refs/bisect/bad", C)])
    own = table([Ref(b"HEAD", B), Ref(b"refs/bisect/bad", B), Ref(b"refs/heads/main", C)], [Log(b"HEAD", 1, ZERO, B)])
    store(store(repo, shared), own, folder=".git/worktrees/linked")
    assert [tip for tip in tips_of(repo).tips if tip.kept] == [
        Tip(A, b"HEAD", "head"),
        Tip(C, b"refs/bisect/bad", "ref"),
        Tip(A, b"refs/heads/main", "branch"),
        Tip(B, b"worktrees/linked/HEAD", "worktree"),
        Tip(B, b"worktrees/linked/refs/bisect/bad", "worktree"),
        Tip(B, b"worktrees/linked/HEAD", "reflog"),
    ]
    linked = tips_of(Repo(tmp_path / "linked", init=False)).tips
    assert [tip for tip in linked if tip.kept and tip.reach != "reflog"] == [
        Tip(B, b"HEAD", "head"),
        Tip(B, b"refs/bisect/bad", "ref"),
        Tip(A, b"refs/heads/main", "branch"),
        Tip(A, b"main-worktree/HEAD", "worktree"),
        Tip(C, b"main-worktree/refs/bisect/bad", "worktree"),
    ]


def test_what_people_wrote_into_packed_reflogs_can_be_looked_at(repo: Repo) -> None:
    store(repo, table((), [Log(b"HEAD", 1, ZERO, A, b"clone: from https://user:word@example.com\n")]))
    repository = discover(str(repo.path))
    assert repository is not None
    line = b"HEAD A U Thor <author@example.com>\tclone: from https://user:word@example.com\n"
    assert table_reflogs(repository) == ([(b".git/reftable", line)], [])


@pytest.mark.parametrize(
    ("names", "word"),
    [(b"../../x\n", "another folder"), (b"missing.ref\n", "not there"), (b"x.ref\n", "checksum"), (None, "no list")],
)
def test_a_stack_that_cannot_be_read_is_a_gap(repo: Repo, names: bytes | None, word: str) -> None:
    store(repo, table([Ref(b"HEAD", A)])).write(".git/reftable/x.ref", REAL["sha1"][:-1] + b"?")
    if names is None:
        repo.remove(".git/reftable/tables.list")
    else:
        repo.write(".git/reftable/tables.list", names)
    tips = tips_of(repo)
    assert tips.tips == []
    assert [gap.reason for gap in tips.skipped] == ["reftable"]
    assert word in tips.skipped[0].detail


def test_refs_that_are_stored_in_an_unknown_way_are_a_gap(repo: Repo) -> None:
    repo.commit().config("extensions.refStorage", "reftable:///elsewhere")
    assert [(gap.path, gap.reason) for gap in tips_of(repo).skipped] == [(b".git/config", "unreadable")]


def sealed(body: bytes, version: int = 1) -> bytes:
    """A table with anything between a header and a footer that fit each other."""
    header = b"REFT" + bytes([version]) + bytes(19 + 4 * (version == 2))
    footer = header + bytes(40)
    return header + body + footer + zlib.crc32(footer).to_bytes(4, "big")


@given(st.binary(max_size=300), st.sampled_from([1, 2]))
def test_no_damage_raises_anything_but_its_own_error(body: bytes, version: int) -> None:
    for kind in (b"", b"r\0\0\x60", b"g\0\0\x60" + zlib.compress(body)):
        with suppress(GitError):
            list(records(sealed(kind + body, version)))


@given(st.integers(0, 400), st.integers(1, 255))
def test_a_changed_byte_raises_nothing_but_its_own_error(place: int, change: int) -> None:
    data = bytearray(REAL["sha1"])
    data[place % (len(data) - 68)] ^= change
    with suppress(GitError):
        list(records(bytes(data)))


def test_names_that_are_put_together_from_nothing_have_an_end() -> None:
    name = b"refs/" + b"x" * (1 << 20)
    block = table([Ref(name, A)])
    first = block[28 : block.index(name) + len(name) + 21]
    same = b"\xbe\xff\x05\0\0"  # as much of the last name as that was long
    body = first + same * 2000 + (28).to_bytes(3, "big") + (1).to_bytes(2, "big")
    with pytest.raises(GitError, match="unpacks to more"):
        list(records(sealed(b"r" + (28 + len(body)).to_bytes(3, "big") + body)))


def test_logs_that_unpack_without_end_are_refused() -> None:
    bomb = b"g\xff\xff\xff" + zlib.compress(bytes((1 << 24) - 5), 9)
    small = zlib.compress(bytes(1 << 26), 9)
    with pytest.raises(GitError, match="does not unpack"):
        list(records(sealed(b"g\0\0\xff" + small)))
    with pytest.raises(GitError):
        list(records(sealed(bomb * 40)))
