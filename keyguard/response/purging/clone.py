"""The clone that is rewritten: in a folder of our own, by a git that the user's repository cannot influence."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import IO

from keyguard.git.layout.alternates import alternates
from keyguard.git.layout.repository import Repository
from keyguard.git.process.isolated_git import find_git
from keyguard.support.errors import GitError, UsageError

try:
    import fcntl
except ImportError:  # no such locks on Windows
    fcntl = None  # type: ignore[assignment]

#: a file that marks the folder as ours, and unfinished; locked while a purge is running
_MARK = "unfinished"
#: lines of git's error output that are passed on
_MOST_SAID = 3
#: settings of every git that runs here; they override the clone's own configuration
_SETTINGS = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false")
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    # refs that are written here without git have to be readable by git
    "GIT_DEFAULT_REF_FORMAT": "files",
}


class Clone:
    """A bare repository in a folder of its own."""

    def __init__(self, folder: str, source: str) -> None:
        """``source`` is the user's repository, in which nothing is created and no program runs."""
        self.folder = os.path.realpath(folder)
        self.path = os.path.join(self.folder, "clone.git")
        inside = os.path.realpath(source).rstrip("/")
        if self.folder == inside or self.folder.startswith(inside + "/"):
            raise UsageError(f"{folder}: lies in the repository itself; give another folder with --into")
        self.git = find_git(inside)

    @contextmanager
    def made(self) -> Iterator[None]:
        """Provide an empty folder, without the remains of an interrupted purge. ``UsageError`` if it is taken."""
        if os.path.lexists(self.folder) and not self._is_ours():
            raise UsageError(f"{self.folder}: is there already; give another folder with --into, or remove it")
        with self._marked():
            yield

    def keep(self) -> None:
        """Mark the clone as finished: no later purge removes it."""
        os.unlink(os.path.join(self.folder, _MARK))

    def remove(self) -> None:
        """Remove the folder and everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def fetch(self, address: str, network: Mapping[str, str]) -> None:
        """Clone all refs of a server; ``network`` are the variables for git's access. Raise ``GitError``."""
        allowed = {"GIT_ALLOW_PROTOCOL": "https:ssh", **network}
        words = ("clone", "--quiet", "--mirror", "--template=", "--", address, self.path)
        self._run(words, variables=allowed)
        self("config", "--remove-section", "remote.origin")

    def copy(self, repository: Repository, refs: Sequence[tuple[bytes, str]], head: str) -> None:
        """Copy refs and everything that they reach from a local repository, in which no git runs.

        ``head`` is the full name of the branch that is checked out there, empty if none is. Raise ``GitError`` on
        failure.
        """
        alternates(repository.objects)
        words = ("init", "--quiet", "--bare", "--template=", f"--object-format={repository.object_format}", self.path)
        self._run(words)
        borrowed = os.path.join(self.path, "objects", "info", "alternates")
        os.makedirs(os.path.dirname(borrowed), exist_ok=True)
        with open(borrowed, "wb") as file:
            file.write(os.fsencode(repository.objects) + b"\n")
        self.update([(name, oid, "") for name, oid in refs])
        if head:  # not by git: no name from the repository is put on a command line
            with open(os.path.join(self.path, "HEAD"), "wb") as file:
                file.write(b"ref: " + os.fsencode(head) + b"\n")
        self("repack", "-a", "-d", "-q")
        os.unlink(borrowed)

    def update(self, changes: Sequence[tuple[bytes, str, str]]) -> None:
        """Set refs in one transaction: ``(name, new, old)``; an empty ``new`` deletes, an empty ``old`` creates.

        The names are not on a command line.
        """
        lines = []
        for name, new, old in changes:
            if not new:
                lines.append(b"delete %s\0%s\0" % (name, old.encode()))
            else:
                lines.append(b"update %s\0%s\0%s\0" % (name, new.encode(), old.encode() or b"0" * len(new)))
        self("update-ref", "--no-deref", "-z", "--stdin", stdin=b"".join(lines))

    def refs(self) -> dict[bytes, str]:
        """Return full name -> id of all refs."""
        lines = self("for-each-ref", "--format=%(objectname) %(refname)").splitlines()
        return {name: oid.decode() for oid, name in (line.split(b" ", 1) for line in lines)}

    def head(self) -> bytes:
        """Return the full name of the branch that is checked out at the server; empty if none is."""
        with suppress(GitError):
            return self("symbolic-ref", "--quiet", "HEAD").strip()
        return b""

    def tidy(self) -> None:
        """Delete every object that no ref reaches. Raise ``GitError`` on failure."""
        shutil.rmtree(os.path.join(self.path, "filter-repo"), ignore_errors=True)
        self("pack-refs", "--all", "--prune")
        self("repack", "-a", "-d", "-q")
        self("prune", "--expire=now")
        self("prune-packed", "--quiet")

    def __call__(self, *words: str, stdin: bytes = b"") -> bytes:
        """Return the output of git in the clone. Raise ``GitError`` on failure."""
        return self._run(words, stdin, within=("--git-dir", self.path))

    @contextmanager
    def reading(self, *words: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Run a git in the clone that is queried while it runs; gives its input and its output."""
        command = [self.git, *_options(), "--git-dir", self.path, *words]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, cwd=self.folder, env=self.environment(), **pipes) as git:  # type: ignore[call-overload]
            try:
                yield git.stdin, git.stdout
            except BaseException:
                git.kill()
                raise
        if git.returncode:
            raise GitError(f"git {words[0]} ended with {git.returncode}: what the clone holds is not known")

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return an environment that nothing of this machine influences."""
        search = os.pathsep.join((os.path.dirname(self.git), os.defpath))
        return {**_ENVIRONMENT, "PATH": search, "HOME": self.folder, **(more or {})}

    def _run(
        self,
        words: Sequence[str],
        stdin: bytes = b"",
        variables: Mapping[str, str] | None = None,
        within: Sequence[str] = (),
    ) -> bytes:
        command = [self.git, *_options(), *within, *words]
        environment = self.environment(variables)
        done = subprocess.run(command, cwd=self.folder, env=environment, input=stdin, capture_output=True, check=False)
        if done.returncode:
            said = "; ".join(filter(None, done.stderr.decode("utf-8", "replace").splitlines()[:_MOST_SAID]))
            raise GitError(f"git {words[0]} failed: {said or f'it ended with {done.returncode}'}")
        return done.stdout

    def _is_ours(self) -> bool:
        """Whether the folder contains only what an unfinished purge has left."""
        if not os.path.isdir(self.folder) or os.path.islink(self.folder):
            return False
        return set(os.listdir(self.folder)) in ({_MARK, "clone.git"}, {_MARK}, set())

    @contextmanager
    def _marked(self) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                os.makedirs(self.folder, mode=0o700, exist_ok=True)
                mark = stack.enter_context(open(os.path.join(self.folder, _MARK), "a", encoding="utf-8"))
                if not _locked(mark):
                    raise UsageError(f"{self.folder}: another purge is at work there")
                if os.path.lexists(self.path):
                    shutil.rmtree(self.path)
            except OSError as error:
                raise UsageError(f"{self.folder}: {error.strerror}; give another folder with --into") from error
            yield


def default_folder(source: str) -> str:
    """Return the default location of the clone: next to the repository."""
    return os.path.realpath(source).rstrip("/") + "-purged"


def _locked(file: IO[str]) -> bool:
    """Lock a file until it is closed; return False if another process has locked it."""
    if fcntl is not None:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def _options() -> list[str]:
    return [word for setting in _SETTINGS for word in ("-c", setting)]
