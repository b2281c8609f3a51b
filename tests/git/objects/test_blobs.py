from __future__ import annotations

import os
import random
import signal
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyguard.git.layout.repository import discover
from keyguard.git.objects import blobs as objects_module
from keyguard.git.objects.blobs import BlobReader, read_blobs
from keyguard.git.process import child as child_module
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.process.opening import open_objects
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo


@pytest.fixture
def git(repo: Repo) -> Iterator[IsolatedGit]:
    repository = discover(str(repo.path))
    assert repository is not None
    with open_objects(repository) as opened:
        yield opened


def store(repo: Repo, data: bytes) -> str:
    return repo.git("hash-object", "-w", "--stdin", stdin=data).decode().strip()


def loose(repo: Repo, oid: str) -> Path:
    path = repo.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    return path


def all_of(git: IsolatedGit, oids: list[str]) -> list[bytes | str]:
    """The content of each, or its problem."""
    return [content.problem or content.read(content.size + 1) for content in read_blobs(git, oids)]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def test_many_blobs_of_all_sizes_come_in_order_loose_or_packed(repo: Repo, git: IsolatedGit) -> None:
    contents = [noise(size) for size in (0, 1, 5, 70_000, 300_000, 2, 1_000_000)] + [b"%d\n" % n for n in range(200)]
    oids = [store(repo, data) for data in contents]
    assert all_of(git, oids) == contents
    for number, oid in enumerate(oids):
        repo.git("update-ref", f"refs/keep/{number}", oid)
    repo.git("repack", "-a", "-d", "-q")
    assert all_of(git, oids[::-1]) == contents[::-1]


def test_a_blob_comes_in_pieces_of_the_size_asked_for(repo: Repo, git: IsolatedGit) -> None:
    data = noise(100_001)
    pieces = []
    for content in read_blobs(git, [store(repo, data)]):
        assert content.size == len(data)
        while piece := content.read(1000):
            pieces.append(piece)
    assert b"".join(pieces) == data
    assert [len(piece) for piece in pieces] == [1000] * 100 + [1]


def test_what_is_not_read_is_passed_over(repo: Repo, git: IsolatedGit, monkeypatch: pytest.MonkeyPatch) -> None:
    oids = [store(repo, noise(400_000)), store(repo, noise(300_000)), store(repo, b"last")]
    for dropped in (1 << 20, 1000):
        monkeypatch.setattr(objects_module, "_DROPPED", dropped)
        read = [content.read(n) for n, content in zip((0, 10, 4), read_blobs(git, oids), strict=True)]
        assert read == [b"", noise(300_000)[:10], b"last"]


def test_a_blob_cannot_be_read_when_its_turn_is_over(repo: Repo, git: IsolatedGit) -> None:
    first, _second = read_blobs(git, [store(repo, b"one"), store(repo, b"two")])
    with pytest.raises(GitError, match="turn is over"):
        first.read()


def test_missing_objects_and_those_that_are_no_blobs_are_said(repo: Repo, git: IsolatedGit) -> None:
    repo.write("a", "content").add().commit()
    oids = ["1" * 40, repo.oid("HEAD"), repo.oid("HEAD:a"), repo.oid("HEAD^{tree}"), "2" * 40]
    assert all_of(git, oids) == ["missing", "not-a-blob", b"content", "not-a-blob", "missing"]


def test_reading_what_has_a_problem_is_an_error_and_never_nothing(git: IsolatedGit) -> None:
    for content in read_blobs(git, ["1" * 40]):
        with pytest.raises(GitError, match="missing"):
            content.read()


def damage(path: Path, kind: str) -> None:
    data = path.read_bytes()
    if kind == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif kind == "garbage":
        path.write_bytes(b"\xff" * len(data))
    elif kind == "empty":
        path.write_bytes(b"")
    else:
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes(byte ^ 0x55 for byte in data[middle:]))


@pytest.mark.parametrize("kind", ["cut", "garbage", "empty", "flipped"])
def test_a_damaged_object_is_said_and_the_rest_still_comes(repo: Repo, git: IsolatedGit, kind: str) -> None:
    contents = [noise(200_000 + n) for n in range(3)] + [b"%d" % n for n in range(100)]
    oids = [store(repo, data) for data in contents]
    broken = (1, 2, 50, 102)
    for number in broken:
        damage(loose(repo, oids[number]), kind)
    got: list[bytes | None] = []
    for content in read_blobs(git, oids):
        try:
            got.append(content.read(content.size + 1))
        except GitError:
            got.append(None)
    assert got == [None if number in broken else data for number, data in enumerate(contents)]


def test_the_word_for_a_damaged_object_is_corrupt_with_what_git_said(repo: Repo, git: IsolatedGit) -> None:
    oid = store(repo, b"text")
    damage(loose(repo, oid), "garbage")
    (content,) = read_blobs(git, [oid])
    assert content.problem == "corrupt"
    assert oid in content.detail


def lie(repo: Repo, oid: str, size: int, content: bytes) -> None:
    """Let the loose object say that it is of this size, and hold this."""
    path = loose(repo, oid)
    path.unlink()
    path.write_bytes(zlib.compress(b"blob %d\0" % size + content))


def contents_or_none(git: IsolatedGit, oids: list[str]) -> list[bytes | None]:
    got: list[bytes | None] = []
    for content in read_blobs(git, oids):
        try:
            got.append(None if content.problem else content.read(content.size + 1))
        except GitError:
            got.append(None)
    return got


@pytest.mark.parametrize("said", [0, 1, 99, 101, 140, 160, 200, 250, 5000, 1 << 20, 1 << 62])
@pytest.mark.parametrize("big", [False, True])
def test_an_object_that_lies_about_its_size_is_damaged_and_the_rest_still_comes(
    repo: Repo, git: IsolatedGit, said: int, big: bool
) -> None:
    data = noise(100) * (20_000 if big else 1)
    oids = [store(repo, b"first"), store(repo, data), store(repo, b"second"), store(repo, b"third")]
    lie(repo, oids[1], said * (20_000 if big else 1), data)
    assert contents_or_none(git, oids) == [b"first", None, b"second", b"third"]
    assert [content.read(2) for content in read_blobs(git, oids) if content.oid != oids[1]] == [b"fi", b"se", b"th"]


def test_an_object_cannot_answer_for_the_next(repo: Repo, git: IsolatedGit) -> None:
    key = store(repo, b"key")
    forged = f"{key} blob 8\ninnocent\n".encode()
    for size in range(1, 120):
        oid = store(repo, b"%d" % size)
        lie(repo, oid, size, b"x" * size + b"\n" + forged)
        assert contents_or_none(git, [oid, key]) == [None, b"key"]
        lie(repo, oid, size + 120, b"x" * size + b"\n" + forged)
        assert contents_or_none(git, [oid, key]) == [None, b"key"]


def test_an_object_of_another_content_than_its_id_says_is_damaged(repo: Repo, git: IsolatedGit) -> None:
    oids = [store(repo, b"key"), store(repo, b"other")]
    lie(repo, oids[0], 8, b"innocent")
    assert contents_or_none(git, oids) == [None, b"other"]


def test_a_git_that_babbles_is_no_answer(git: IsolatedGit, fake_git: Path) -> None:
    fake_git.write_text("#!/bin/sh\nexec yes abcdefgh | tr -d '\\n'\n")
    git._command[0] = str(fake_git)
    assert contents_or_none(git, ["1" * 40, "2" * 40]) == [None, None]
    fake_git.write_text("#!/bin/sh\nexec yes \"$(printf '%040d' 1) blob many\"\n")
    assert contents_or_none(git, ["0" * 39 + "1", "2" * 40]) == [None, None]


def test_an_object_that_is_a_pipe_is_not_waited_for(
    repo: Repo, git: IsolatedGit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "PATIENCE", 0.05)
    oids = [store(repo, b"%d" % n) for n in range(4)]
    loose(repo, oids[1]).unlink()
    os.mkfifo(repo.path / ".git/objects" / oids[1][:2] / oids[1][2:])
    assert all_of(git, oids) == [b"0", "unreadable", b"2", b"3"]


def test_after_a_few_hangs_the_rest_is_given_up_and_said(
    repo: Repo, git: IsolatedGit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "PATIENCE", 0.05)
    oids = [store(repo, b"%d" % n) for n in range(50)]
    for oid in oids[:10]:
        loose(repo, oid).unlink()
        os.mkfifo(repo.path / ".git/objects" / oid[:2] / oid[2:])
    assert all_of(git, oids) == ["unreadable"] * 50


def test_an_id_that_is_none_never_reaches_git(repo: Repo, git: IsolatedGit) -> None:
    for text in ("HEAD", ":a", "", "1" * 39, "1" * 40 + "\n" + "2" * 40, "A" * 40):
        with pytest.raises(GitError, match="not an object id"):
            list(read_blobs(git, [text]))


def test_a_reader_answers_round_after_round_also_when_one_was_left_early(repo: Repo, git: IsolatedGit) -> None:
    oids = [store(repo, noise(100_000 + n)) for n in range(5)]
    reader = BlobReader(git)
    for _ in range(3):
        rounds = reader.blobs(oids)
        assert next(rounds).read(5) == noise(100_000)[:5]
        del rounds
        assert [content.read(3) for content in reader.blobs(oids)] == [noise(100_000 + n)[:3] for n in range(5)]
    reader.close()


def test_a_git_that_is_killed_is_started_again(repo: Repo, git: IsolatedGit) -> None:
    contents = [b"%d" % n for n in range(100)]
    oids = [store(repo, data) for data in contents]
    reader = BlobReader(git)
    got: list[bytes | str] = []
    for number, content in enumerate(reader.blobs(oids)):
        try:
            got.append(content.problem or content.read())
        except GitError:
            got.append("corrupt")
        if number == 40:
            os.kill(reader._child._pid, signal.SIGKILL)
    # the one that it was asked for when it died may be blamed, no other
    assert [one for one, data in zip(got, contents, strict=True) if one != data] in ([], ["corrupt"])


def test_a_git_that_died_while_it_was_idle_costs_nothing(repo: Repo, git: IsolatedGit) -> None:
    oid = store(repo, b"text")
    reader = BlobReader(git)
    os.kill(reader._child._pid, signal.SIGKILL)
    os.waitid(os.P_PID, reader._child._pid, os.WEXITED | os.WNOWAIT)
    assert [content.problem or content.read() for content in reader.blobs([oid])] == [b"text"]


def test_a_damaged_object_that_nobody_reads_does_not_stop_the_rest(repo: Repo, git: IsolatedGit) -> None:
    oids = [store(repo, noise(300_000)), store(repo, b"text")]
    damage(loose(repo, oids[0]), "cut")
    assert [content.read(10) for content in read_blobs(git, oids)] == [noise(300_000)[:10], b"text"]


def test_a_git_that_says_nothing_gives_no_content(git: IsolatedGit, fake_git: Path) -> None:
    git._command[0] = str(fake_git)
    assert all_of(git, ["1" * 40, "2" * 40]) == ["corrupt", "corrupt"]


def test_objects_of_a_sha256_repository_are_read(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r", "--object-format=sha256").write("a", "content").add().commit()
    repository = discover(str(repo.path))
    assert repository is not None
    with open_objects(repository) as git:
        assert all_of(git, [repo.oid("HEAD:a"), "1" * 64]) == [b"content", "missing"]


def test_objects_that_are_borrowed_are_read(repo: Repo, tmp_path: Path) -> None:
    repo.write("a", "borrowed").add().commit()
    clone = Repo(tmp_path / "clone", init=False)
    clone.git("clone", "--quiet", "--shared", str(repo.path), ".")
    repository = discover(str(clone.path))
    assert repository is not None
    with open_objects(repository) as git:
        assert all_of(git, [repo.oid("HEAD:a")]) == [b"borrowed"]


def test_replacements_and_promises_are_not_obeyed(repo: Repo, git: IsolatedGit, tmp_path: Path) -> None:
    key, innocent = store(repo, b"key"), store(repo, b"innocent")
    repo.git("replace", key, innocent)
    canary = tmp_path / "canary"
    repo.config("extensions.partialClone", "evil").config("remote.evil.promisor", "true")
    repo.config("remote.evil.url", f"ext::touch {canary}").config("protocol.ext.allow", "always")
    assert all_of(git, [key, "1" * 40]) == [b"key", "missing"]
    assert not canary.exists()
