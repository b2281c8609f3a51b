"""Blobs that were just staged: read as git would read them, or left to it."""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keyguard.git.layout.repository import Repository, discover
from keyguard.git.objects.blobs import read_blobs
from keyguard.git.objects.loose_blobs import _LARGEST, LooseBlobReader, read_loose_blob
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.process.opening import open_objects
from keyguard.git.worktree.changes import staging
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo


def found(repo: Repo) -> Repository:
    repository = discover(str(repo.path))
    assert repository is not None
    return repository


@pytest.fixture
def git(repo: Repo) -> Iterator[IsolatedGit]:
    with open_objects(found(repo)) as opened:
        yield opened


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each git that is started, by its command."""
    commands, really = list[str](), IsolatedGit.start

    def noted(self: IsolatedGit, *words: str) -> object:
        commands.append(words[0])
        return really(self, *words)

    monkeypatch.setattr(IsolatedGit, "start", noted)
    return commands


def store(repo: Repo, data: bytes) -> str:
    return repo.git("hash-object", "-w", "--stdin", stdin=data).decode().strip()


def loose(repo: Repo, oid: str) -> Path:
    path = repo.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    return path


def all_of(repo: Repo, git: IsolatedGit, oids: list[str]) -> list[bytes | str]:
    reader = LooseBlobReader(git, found(repo).objects)
    return [content.problem or content.read(content.size + 1) for content in reader.blobs(oids)]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def test_what_is_loose_and_small_takes_no_git(repo: Repo, git: IsolatedGit, started: list[str]) -> None:
    contents = [b"", b"x", b"a\0b\n", noise(70_000), b"y" * _LARGEST]
    assert all_of(repo, git, [store(repo, data) for data in contents]) == contents
    assert started == []


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_clean_commit_takes_one_git(tmp_path: Path, started: list[str], object_format: str) -> None:
    repo = Repo(tmp_path / "r", f"--object-format={object_format}").write("a", "one\n").add()
    with staging(found(repo)) as staged:
        (change,) = staged.changes()
        assert [content.read() for content in staged.reader.blobs([change.oid])] == [b"one\n"]
    assert started == ["diff-index"]


def test_what_is_packed_or_large_comes_from_one_git_and_in_order(
    repo: Repo, git: IsolatedGit, started: list[str]
) -> None:
    packed = [b"%d\n" % number for number in range(100)]
    oids = [store(repo, data) for data in packed]
    for number, oid in enumerate(oids):
        repo.git("update-ref", f"refs/keep/{number}", oid)
    repo.git("repack", "-a", "-d", "-q")
    large, small = b"z" * (_LARGEST + 1), b"small"
    oids[40:40] = [store(repo, large), store(repo, small)]
    oids.append(store(repo, noise(_LARGEST)))
    packed[40:40] = [large, small]
    packed.append(noise(_LARGEST))
    assert all_of(repo, git, oids) == packed
    assert started == ["cat-file"]


def damaged(data: bytes) -> bytes:
    return data[:-5] + bytes([data[-5] ^ 1]) + data[-4:]


@pytest.mark.parametrize(
    "change",
    [
        damaged,
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data + b"more",
        lambda data: zlib.compress(b"blob 4\0other"),
        lambda data: zlib.compress(b"blob 5\0other"),
        lambda data: zlib.compress(b"blob 05\0other"),
        lambda data: zlib.compress(b"commit 5\0other"),
        lambda data: zlib.compress(b"blob 5"),
        lambda data: b"nonsense",
    ],
)
def test_what_is_odd_is_left_to_git_which_says_what_is_wrong(
    repo: Repo, git: IsolatedGit, started: list[str], change: Callable[[bytes], bytes]
) -> None:
    oid = store(repo, noise(2000))
    path = loose(repo, oid)
    path.write_bytes(change(path.read_bytes()))
    assert read_loose_blob(found(repo).objects, oid, "sha1") is None

    def read(contents: Iterator[object]) -> list[str]:
        said = []
        for content in contents:
            try:
                said.append(content.problem or content.read(3000).hex())  # type: ignore[attr-defined]
            except GitError as error:
                said.append(str(error))
        return said

    assert read(LooseBlobReader(git, found(repo).objects).blobs([oid])) == read(read_blobs(git, [oid]))
    assert len(started) >= 2
    assert set(started) == {"cat-file"}


def test_no_link_pipe_or_folder_is_opened_for_an_object(repo: Repo) -> None:
    objects = found(repo).objects
    oids = [store(repo, b"%d" % number) for number in range(3)]
    elsewhere = repo.path / "elsewhere"

    def link(path: Path) -> None:
        path.symlink_to(elsewhere)

    ways: list[Callable[[Path], object]] = [link, os.mkfifo, Path.mkdir]
    for oid, put in zip(oids, ways, strict=True):
        path = loose(repo, oid)
        path.rename(elsewhere)
        put(path)
        assert read_loose_blob(objects, oid, "sha1") is None
    assert read_loose_blob(objects, "1" * 40, "sha1") is None
    assert read_loose_blob(objects, "../../" + "1" * 34, "sha1") is None


def test_a_bomb_is_left_to_git(repo: Repo) -> None:
    oid = store(repo, b"x")
    loose(repo, oid).write_bytes(zlib.compress(b"blob 100000000\0" + bytes(100_000_000)))
    assert read_loose_blob(found(repo).objects, oid, "sha1") is None


def test_a_blob_is_over_when_the_next_one_is_asked_for(repo: Repo, git: IsolatedGit) -> None:
    contents = LooseBlobReader(git, found(repo).objects).blobs([store(repo, b"one"), store(repo, b"two")])
    first = next(contents)
    assert (first.read(2), first.read(2), first.read(2)) == (b"on", b"e", b"")
    next(contents)
    with pytest.raises(GitError, match="its turn is over"):
        first.read()
