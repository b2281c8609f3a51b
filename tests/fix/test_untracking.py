"""A file taken out of the index by GitPython, and by git where GitPython would lose something."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from keyguard.fix.files import untracking
from keyguard.git.layout.repository import Repository, discover
from keyguard.support.errors import GitError
from tests.helpers.checkout import ROOT
from tests.helpers.repos import Repo

#: makes of a repository what a test is about; may answer the repository to take instead
Make = Callable[[Repo], object]


def found(repo: Repo) -> Repository:
    repository = discover(str(repo.path))
    assert repository is not None
    return repository


def aged(repo: Repo) -> Path:
    """The index of the repository, written a while after the files that it names."""
    path = Path(found(repo).index_file)
    later = time.time() + 10
    os.utime(path, (later, later))
    return path


def state(repo: Repo) -> tuple[bytes, ...]:
    """What git makes of the index: entries with their flags and times, changes, the next tree."""
    return (
        repo.git("ls-files", "--stage", "-v", "-z"),
        repo.git("ls-files", "--debug"),
        repo.git("status", "--porcelain=v2"),
        repo.git("write-tree", check=False),
        repo.git("fsck", "--no-dangling"),
    )


@pytest.fixture
def shop(repo: Repo) -> Repo:
    """A repository with a file to be taken out, and others before and behind it."""
    repo.write(".env", "A=1\n").write(".a", "").write("src/app.py", "print()\n").write("z/ü/€", "z\n").add().commit()
    return repo


def in_a_worktree(repo: Repo) -> Repo:
    repo.git("worktree", "add", "--quiet", "../linked")
    return Repo(repo.path.parent / "linked", init=False)


def with_a_conflict(repo: Repo) -> Repo:
    repo.conflict("both.txt")
    return repo.write(".env", "A=1\n").add(".env")


def with_a_submodule(repo: Repo) -> Repo:
    inner = Repo(repo.path.parent / "inner").write("x", "1").add().commit()
    repo.git("submodule", "--quiet", "add", str(inner.path), "sub")
    return repo.commit()


def intended(repo: Repo) -> Repo:
    repo.write("later", "").git("add", "--intent-to-add", "later")
    return repo


def marked(option: str) -> Make:
    def mark(repo: Repo) -> None:
        repo.git("update-index", option, "src/app.py")

    return mark


def of_version(number: int) -> Make:
    return lambda repo: repo.git("update-index", "--index-version", str(number))


PLAIN: dict[str, Make] = {
    "as git writes it": lambda repo: None,
    "with ids of trees": lambda repo: repo.git("read-tree", "HEAD") + repo.git("status"),
    "linked worktree": in_a_worktree,
    "conflict elsewhere": with_a_conflict,
    "submodule": with_a_submodule,
    "intended to be added": intended,
    "assumed unchanged": marked("--assume-unchanged"),
    "skipped in the work tree": marked("--skip-worktree"),
    "a name of 300 bytes": lambda repo: repo.write(f"d/{'n' * 250}/{'m' * 48}", "").add(),
    "others may write it": lambda repo: (repo.path / ".git/index").chmod(0o664),
    "state of an fsmonitor": lambda repo: repo.git("update-index", "--fsmonitor", check=False),
    "one file": lambda repo: repo.git("rm", "--quiet", "--cached", "-r", "src", "z", ".a"),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_gitpython_makes_of_a_plain_index_what_git_makes_of_it(
    kind: str, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = PLAIN[kind](shop)
    repo = made if isinstance(made, Repo) else shop
    index = aged(repo)
    before, mode = index.read_bytes(), stat.S_IMODE(index.stat().st_mode)
    repo.git("rm", "--quiet", "--cached", ".env")
    expected = state(repo)
    index.write_bytes(before)
    index.chmod(mode)
    aged(repo)
    monkeypatch.setattr(untracking, "_remove_by_git", never)
    untracking.untrack(found(repo), b".env")
    assert stat.S_IMODE(index.stat().st_mode) == mode
    assert state(repo) == expected
    assert repo.file(".env").read_text() == "A=1\n"
    assert not index.with_name("index.lock").exists()


def never(*_: object) -> None:
    raise AssertionError("it took the other way")


def resolved(repo: Repo) -> None:
    with_a_conflict(repo).write("both.txt", "settled\n").add("both.txt")
    assert b"REUC" in (repo.path / ".git/index").read_bytes()


def split(repo: Repo) -> None:
    repo.git("update-index", "--split-index")
    repo.write("more", "").add("more")


LEFT: dict[str, tuple[Make, bytes]] = {
    "version 4": (of_version(4), b"DIRC\0\0\0\4"),
    "split": (split, b"link"),
    "sparse": (lambda repo: repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "src"), b"sdir"),
    "untracked cache": (lambda repo: repo.git("update-index", "--force-untracked-cache"), b"UNTR"),
    "resolved conflict": (resolved, b"DIRC"),
    "name in Latin-1": (lambda repo: repo.write(b"caf\xe9", "").add(), b"caf\xe9"),
}


@pytest.mark.parametrize("kind", LEFT)
def test_git_does_it_where_gitpython_would_lose_something(
    kind: str, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, sign = LEFT[kind]
    make(shop)
    index = aged(shop)
    before = shop.git("ls-files", "--stage", "-z")
    monkeypatch.setattr(untracking, "_replace", never)
    untracking.untrack(found(shop), b".env")
    kept = [line for line in before.split(b"\0") if not line.endswith(b"\t.env")]
    assert shop.git("ls-files", "--stage", "-z").split(b"\0") == kept
    assert shop.git("status", "--porcelain", ".env").startswith(b"D  .env\n")
    assert sign in index.read_bytes()
    assert shop.git("fsck", "--no-dangling") == b""


def test_git_does_it_where_ids_have_32_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo(tmp_path / "r", "--object-format=sha256").write(".env", "A=1\n").write("a", "").add().commit()
    aged(repo)
    monkeypatch.setattr(untracking, "_replace", never)
    untracking.untrack(found(repo), b".env")
    assert repo.git("ls-files") == b"a\n"


def test_a_change_within_the_second_of_the_index_is_seen_afterwards(shop: Repo) -> None:
    now = time.time() - 100
    shop.write("src/app.py", "one()\n")
    os.utime(shop.file("src/app.py"), (now, now))
    shop.add()
    shop.write("src/app.py", "two()\n")
    os.utime(shop.file("src/app.py"), (now, now))  # as large and as old as what is staged
    os.utime(found(shop).index_file, (now, now))
    untracking.untrack(found(shop), b".env")
    assert shop.git("diff", "--name-only") == b"src/app.py\n"


def test_what_is_staged_and_nowhere_else_is_not_lost(shop: Repo) -> None:
    shop.write(".env", "A=2\n").add().write(".env", "A=33\n")
    index = aged(shop)
    before = index.read_bytes()
    with pytest.raises(GitError, match="staged content different"):
        untracking.untrack(found(shop), b".env")
    assert index.read_bytes() == before


def test_an_index_that_others_hold_or_have_changed_stays_as_it_is(shop: Repo) -> None:
    index = aged(shop)
    old, lock = index.read_bytes(), index.with_name("index.lock")
    lock.write_text("of another git")
    with pytest.raises(GitError, match=r"index\.lock': File exists"):
        untracking.untrack(found(shop), b".env")
    with pytest.raises(GitError, match=r"index\.lock': File exists"):
        untracking._replace(str(index), old, b"new")
    assert (index.read_bytes(), lock.read_text()) == (old, "of another git")
    lock.unlink()
    with pytest.raises(GitError, match="something else has changed it meanwhile"):
        untracking._replace(str(index), old + b"!", b"new")
    assert index.read_bytes() == old
    assert not lock.exists()


@pytest.mark.parametrize("data", [b"", b"DIRC", b"DIRC\0\0\0\2\0\0\0\1" + bytes(20), b"DIRC\0\0\0\2" + b"\xff" * 200])
def test_a_damaged_index_is_an_error_and_stays_as_it_is(shop: Repo, data: bytes) -> None:
    index = Path(found(shop).index_file)
    index.write_bytes(data)
    with pytest.raises(GitError):
        untracking.untrack(found(shop), b".env")
    assert index.read_bytes() == data
    assert not index.with_name("index.lock").exists()


# --- programs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plain", [True, False], ids=["GitPython", "git"])
def test_no_program_is_run_but_our_git_in_a_folder_of_ours(shop: Repo, tmp_path: Path, plain: bool) -> None:
    evil, ran, calls, tools = tmp_path / "evil", tmp_path / "ran", tmp_path / "calls", tmp_path / "tools"
    tools.mkdir()
    script(evil, f'echo "$0 $*" >> "{ran}"')
    real = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout.strip()
    script(tools / "git", f'echo "$*" >> "{calls}"\nexec "{real}" "$@"')
    hooks = shop.path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "pre-commit", "fsmonitor-watchman"):
        script(hooks / hook, f'exec "{evil}"')
        script(shop.path / ".git/hooks" / hook, f'exec "{evil}"')
    for file in (shop.path / "git", shop.path / "bash"):
        script(file, f'exec "{evil}"')
    os.mkfifo(shop.path / "pipe")  # whoever reads it waits for ever
    shop.write(".gitattributes", "* filter=evil diff=evil\n")
    index = aged(shop) if plain else Path(found(shop).index_file)
    with (shop.path / ".git/config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {evil}\n\thooksPath = {hooks}\n\tpager = {evil}\n\tsshCommand = {evil}\n")
        config.write(f'[include]\n\tpath = {shop.path}/pipe\n[filter "evil"]\n\tclean = {evil}\n\trequired = true\n')
    call = "import sys; from tests.fix.test_untracking import take_out; take_out(sys.argv[1])"
    environment = {
        "PATH": os.pathsep.join((".", str(tools), os.defpath)),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", call, str(shop.path)], cwd=shop.path, env=environment, timeout=60, check=False
    )
    assert done.returncode == 0
    assert b".env" not in index.read_bytes()
    assert not ran.exists()
    said = calls.read_text().splitlines()
    assert [line.split("rm ", 1)[1] for line in said] == [f"--cached --quiet {'--dry-run ' * plain}-- .env"]
    assert all(line.startswith("-C /") and "keyguard-" in line.split()[1] for line in said)


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def take_out(folder: str) -> None:
    """In a process of its own, to which GitPython is new."""
    repository = discover(folder)
    assert repository is not None
    untracking.untrack(repository, b".env")


def test_gitpython_is_loaded_without_a_git_and_leaves_the_environment_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIT_PYTHON_REFRESH", "warn")
    monkeypatch.delenv("GIT_PYTHON_GIT_EXECUTABLE", raising=False)
    before = dict(os.environ)
    assert untracking._gitpython().__name__ == "git.index.fun"
    assert dict(os.environ) == before
