"""Walking a folder outside git: any name, any depth, ignore files as git obeys them, and no special file is opened."""

from __future__ import annotations

import os
import random
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyguard.model.finding import Skipped
from keyguard.sources.descent import Descent
from keyguard.sources.walk import FoundFile, FoundRepository, walk
from tests.helpers.calling import descriptors
from tests.helpers.repos import Repo

DEEP = 2000


def files(root: Path, *, ignore: bool = True, nested: bool = True) -> list[bytes]:
    """Return the files of a walk, in its order; it must yield nothing else."""
    found = list(walk(os.fsencode(root), ignore=ignore, nested=nested))
    assert [one for one in found if not isinstance(one, FoundFile)] == []
    return [one.path for one in found]


def put(root: Path, *names: str | bytes, text: bytes = b"") -> Path:
    for name in names:
        path = root / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return root


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """Return folders nested deeper than any path can name, with a file in the first and in the last."""
    root = tmp_path / "deep"
    root.mkdir()
    put(root, "top.txt")
    fd = os.open(root, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir("folder", dir_fd=fd)
        below = os.open("folder", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(os.open("end.txt", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    os.close(fd)
    yield root
    subprocess.run(["rm", "-rf", root], check=True)


def test_files_come_in_order_whatever_their_names(tmp_path: Path) -> None:
    names = [b"a", b"a b", b"a\nb", b"\x1b]0;x\x07", b"\xff\xfe", "é".encode(), b"-x", b"::error::x", b"z" * 255]
    put(tmp_path / "t", *names, *(b"folder/" + name for name in names))
    assert sorted(files(tmp_path / "t")) == sorted([*names, *(b"folder/" + name for name in names)])
    assert files(tmp_path / "t") == files(tmp_path / "t")


def test_depth_does_not_matter_nor_does_it_use_up_descriptors(deep: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    in_use = descriptors()[-1] + 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + 150, hard))
    try:
        found = files(deep)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert found == [b"top.txt", b"folder/" * DEEP + b"end.txt"]


def test_depth_costs_no_more_than_its_length(deep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = 0
    really = os.open

    def counted(*args: object, **options: object) -> int:
        nonlocal opened
        opened += 1
        return really(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", counted)
    files(deep)
    assert opened < 3 * DEEP


def test_a_descent_goes_anywhere_from_anywhere(tmp_path: Path) -> None:
    rng = random.Random(1)
    folders = [b"."]
    for _ in range(120):
        folders.append(rng.choice(folders[-3:]) + rng.choice([b"/a", b"/b"]))
    for folder in set(folders):
        put(tmp_path, folder + b"/name", text=folder)
    before = descriptors()
    descent = Descent(os.fsencode(tmp_path))
    for folder in rng.choices(folders, k=500):
        with os.fdopen(os.open("name", os.O_RDONLY, dir_fd=descent.folder(folder)), "rb") as file:
            assert file.read() == folder
    with pytest.raises(FileNotFoundError):
        descent.folder(folders[-1] + b"/missing")
    with os.fdopen(os.open("name", os.O_RDONLY, dir_fd=descent.folder(folders[-1])), "rb") as file:
        assert file.read() == folders[-1]
    descent.close()
    assert descriptors() == before


def test_links_are_named_and_not_entered(tmp_path: Path) -> None:
    put(tmp_path / "outside", "secret.txt")
    root = put(tmp_path / "t", "a.txt")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(".")
    (root / "nowhere").symlink_to("nowhere")
    assert files(root) == [b"a.txt", b"folder", b"loop", b"nowhere"]


def test_a_folder_that_becomes_a_link_on_the_way_is_not_entered(tmp_path: Path) -> None:
    put(tmp_path / "outside", "secret.txt")
    root = put(tmp_path / "t", "a.txt", "b/c.txt")
    found = []
    for one in walk(os.fsencode(root), ignore=True, nested=True):
        found.append(one)
        if one == FoundFile(b"a.txt"):
            (root / "b").rename(tmp_path / "b")
            (root / "b").symlink_to(tmp_path / "outside")
    assert [type(one) for one in found] == [FoundFile, Skipped]
    assert isinstance(found[1], Skipped)
    assert (found[1].path, found[1].reason, found[1].gap) == (b"b", "unreadable", True)


def test_a_folder_that_goes_away_is_a_gap(tmp_path: Path) -> None:
    root = put(tmp_path / "t", "a.txt", "b/c.txt")
    found = []
    for one in walk(os.fsencode(root), ignore=True, nested=True):
        found.append(one)
        (root / "b" / "c.txt").unlink(missing_ok=True)
        if (root / "b").exists():
            (root / "b").rmdir()
    assert found[1:] == [Skipped(b"b", "unreadable", "No such file or directory")]


def test_special_files_are_named(tmp_path: Path) -> None:
    root = put(tmp_path / "t", "a.txt")
    os.mkfifo(root / "pipe")
    assert files(root) == [b"a.txt", b"pipe"]


# --- ignore rules -------------------------------------------------------------------------------------------------


def test_ignore_rules_of_every_folder_on_the_way_count_as_they_do_in_git(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write(".gitignore", "*.log\nbuild/\n/top.txt\n").write("a/.gitignore", "!keep.log\nsub/\n*.tmp")
    repo.write("a/b/.gitignore", "*\n!*/\n!.gitignore\n!kept.txt\n")
    names = [
        "x.log",
        "top.txt",
        "a/top.txt",
        "a/keep.log",
        "a/x.log",
        "a/sub/x",
        "a/x.tmp",
        "a/b/kept.txt",
        "a/b/c.txt",
    ]
    names += ["build/x", "a/build/x", "a/b/d/kept.txt", "a/b/d/e.txt", "buildx", "a/b/x.log"]
    for name in names:
        repo.write(name, "")
    said = repo.git("ls-files", "-z", "--others", "--exclude-standard").split(b"\0")[:-1]
    assert sorted(files(repo.path)) == sorted(said)
    assert set(map(str.encode, names)) <= set(files(repo.path, ignore=False))


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "huge", "many", "latin", "nul"])
def test_ignore_rules_of_any_kind_cannot_hang_or_break_the_walk(tmp_path: Path, kind: str) -> None:
    root = put(tmp_path / "t", "a.txt", "b/c.txt", b"\xff.txt")
    rules = root / ".gitignore"
    if kind == "link":
        rules.symlink_to("/dev/zero")
    elif kind == "folder":
        rules.mkdir()
    elif kind == "pipe":
        os.mkfifo(rules)
    else:
        rules.write_bytes(
            {"huge": b"*" * (2 << 20), "many": b"*a*b*c*d\n" * 6000, "latin": b"\xe9*\n", "nul": b"\0*\n"}[kind]
        )
    found = list(walk(os.fsencode(root), ignore=True, nested=True))
    assert {FoundFile(b"a.txt"), FoundFile(b"b/c.txt"), FoundFile(b"\xff.txt")} <= set(found)
    skipped = [one for one in found if isinstance(one, Skipped)]
    assert [(one.path, one.reason, one.gap) for one in skipped] == (
        [(b".gitignore", "ignore-rules", kind == "many")] if kind in ("huge", "many") else []
    )


def test_ignore_rules_that_cannot_be_read_hide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = put(tmp_path / "t", "a.txt", ".gitignore", text=b"*")

    def denied(*args: object, **options: object) -> int:
        raise PermissionError(13, "Permission denied")

    really = os.open
    monkeypatch.setattr(
        os, "open", lambda path, *args, **options: (denied if path == b".gitignore" else really)(path, *args, **options)
    )
    found = list(walk(os.fsencode(root), ignore=True, nested=True))
    assert found[0] == Skipped(b".gitignore", "ignore-rules", "not obeyed: Permission denied", gap=False)
    assert found[1:] == [FoundFile(b".gitignore"), FoundFile(b"a.txt")]


# --- repositories -------------------------------------------------------------------------------------------------


def test_repositories_below_are_handed_back_unless_all_files_are_asked_for(tmp_path: Path) -> None:
    put(tmp_path / "t", "a.txt")
    Repo(tmp_path / "t" / "inner").write("b.txt", "").add().commit()
    put(tmp_path / "t" / "linked", ".git", "c.txt")
    found = list(walk(os.fsencode(tmp_path / "t"), ignore=True, nested=True))
    assert found == [FoundFile(b"a.txt"), FoundRepository(b"inner"), FoundRepository(b"linked")]
    assert files(tmp_path / "t", nested=False) == [b"a.txt", b"inner/b.txt", b"linked/.git", b"linked/c.txt"]


def test_a_folder_that_is_called_git_and_is_none_hides_nothing(tmp_path: Path) -> None:
    root = put(tmp_path / "t", ".git/key.txt", "a/.git/HEAD", "a/.git/key.txt")
    Repo(root / "b").write("c.txt", "")
    assert files(root, nested=False) == [b".git/key.txt", b"a/.git/HEAD", b"a/.git/key.txt", b"b/c.txt"]


def test_what_is_unreadable_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = put(tmp_path / "t", "a/x", "b/x", "c/x")
    really = os.open

    def sometimes(path: bytes, flags: int, **options: int) -> int:
        if path == b"b":
            raise PermissionError(13, "Permission denied")
        return really(path, flags, **options)

    monkeypatch.setattr(os, "open", sometimes)
    found = list(walk(os.fsencode(root), ignore=True, nested=True))
    assert found == [FoundFile(b"a/x"), Skipped(b"b", "unreadable", "Permission denied"), FoundFile(b"c/x")]
