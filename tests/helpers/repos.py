"""Real git repositories for tests, built by real git in an environment that is the same on every machine."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from functools import cache
from pathlib import Path

__all__ = ["Repo", "git_environment", "snapshot"]

#: of git as tests call it; it looks after each commit whether there is something to tidy, which takes as long again
_SETTINGS = ("-c", "protocol.file.allow=always", "-c", "maintenance.auto=false")
_INIT = ("--quiet", "--initial-branch=main")
#: where git is before any test puts another in its place
_PATH = os.environ["PATH"]

#: the moment of every commit, unless a test says otherwise
DATE = "2026-01-02T03:04:05Z"


def git_environment(home: Path) -> dict[str, str]:
    """An environment in which no configuration of this machine or its user is seen."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        # nobody is there to leave a pager
        "PAGER": "cat",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "A U Thor",
        "GIT_AUTHOR_EMAIL": "author@example.com",
        "GIT_AUTHOR_DATE": DATE,
        "GIT_COMMITTER_NAME": "C O Mitter",
        "GIT_COMMITTER_EMAIL": "committer@example.com",
        "GIT_COMMITTER_DATE": DATE,
    }


class Repo:
    """A repository and its work tree. Building calls return the repository itself, so that they chain:

    ``Repo(tmp_path / "r").write("a.txt", "text").add().commit("first")``
    """

    def __init__(self, path: Path, *options: str, init: bool = True, home: Path | None = None) -> None:
        """``git init`` with ``options`` (``--bare``, ``--object-format=sha256``, …) unless ``init`` is False."""
        self.path = path
        self.environment = git_environment(home or path.parent)
        path.mkdir(parents=True, exist_ok=True)
        if init and (path / ".git").exists():
            self.git("init", *_INIT, *options, ".")
        elif init:
            _lay(path, _fresh(options))

    def git(self, *args: str | bytes, stdin: bytes = b"", check: bool = True, **variables: str) -> bytes:
        """What git prints. ``variables`` go into its environment; ``check=False`` lets it fail."""
        command = ["git", *_SETTINGS, *args]
        done = subprocess.run(
            command, cwd=self.path, env=self.environment | variables, input=stdin, capture_output=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"git {args!r}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def file(self, name: str | bytes) -> Path:
        """The path of a file in the work tree. Names need not be text: bytes are taken as they are."""
        return self.path / os.fsdecode(name)

    def write(self, name: str | bytes, data: str | bytes) -> Repo:
        """Write a file of the work tree, with the folders around it."""
        self._place(name).write_bytes(data.encode() if isinstance(data, str) else data)
        return self

    def link(self, name: str | bytes, target: str | bytes) -> Repo:
        """Make a symbolic link in the work tree, in place of what is there."""
        path = self._place(name)
        path.unlink(missing_ok=True)
        path.symlink_to(os.fsdecode(target))
        return self

    def remove(self, name: str | bytes) -> Repo:
        """Remove a file from the work tree only."""
        self.file(name).unlink()
        return self

    def add(self, *names: str | bytes) -> Repo:
        """Stage the named files, or everything."""
        self.git("add", *(("--", *names) if names else ("--all",)))
        return self

    def commit(self, message: str = "change", *options: str) -> Repo:
        """Commit what is staged, an empty change too, and run no hooks."""
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message, *options)
        return self

    def conflict(self, name: str) -> Repo:
        """Commit a file, change it on two branches, and stop in the middle of merging them."""
        self.write(name, "base\n").add().commit()
        self.git("checkout", "--quiet", "-b", "side")
        self.write(name, "theirs\n").add().commit()
        self.git("checkout", "--quiet", "main")
        self.write(name, "ours\n").add().commit()
        self.git("merge", "--quiet", "side", check=False)
        return self

    def config(self, key: str, value: str) -> Repo:
        """Set a value in the repository's own configuration."""
        self.git("config", key, value)
        return self

    def oid(self, revision: str = "HEAD") -> str:
        """The object id of a revision, ``HEAD:path`` and ``:path`` (the index) included."""
        return self.git("rev-parse", "--verify", revision).decode().strip()

    def copy(self, path: Path) -> Repo:
        """Return a copy of the whole repository at ``path``: building one takes some thirty times as long."""
        shutil.copytree(self.path, path, symlinks=True)
        return Repo(path, init=False)

    def _place(self, name: str | bytes) -> Path:
        path = self.file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@cache
def _fresh(options: tuple[str, ...]) -> dict[str, bytes | None]:
    """Return what ``git init`` makes: path -> content, None for a folder. The examples of hooks are left out but one.

    To write it down takes a twentieth of the time that git takes, and tests make thousands of repositories.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = git_environment(folder) | {"PATH": _PATH}
        subprocess.run(["git", "init", *_INIT, *options, "."], cwd=folder, env=environment, check=True)
        found = sorted(folder.rglob("*"))
        kept = [path for path in found if path.suffix != ".sample" or path.name == "pre-commit.sample"]
        return {str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes() for path in kept}


def _lay(folder: Path, entries: dict[str, bytes | None]) -> None:
    for name, content in entries.items():
        if content is None:
            (folder / name).mkdir(exist_ok=True)
        else:
            (folder / name).write_bytes(content)


def snapshot(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything under ``root``: name -> (mode, mtime in ns, content or link target), to be compared with ``==``."""
    found = {}
    for path in [root, *root.rglob("*")]:
        info = path.lstat()
        content = b""
        if stat.S_ISLNK(info.st_mode):
            content = os.fsencode(path.readlink())
        elif stat.S_ISREG(info.st_mode):
            content = path.read_bytes()
        found[str(path)] = (info.st_mode, info.st_mtime_ns, content)
    return found
