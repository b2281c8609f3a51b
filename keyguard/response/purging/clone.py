"""The clone that is rewritten: in a folder of ours, by a git that nothing in the user's repository can steer."""

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

#: a file that says that what is in the folder is ours, and unfinished; locked while somebody is at work
_MARK = "unfinished"
#: lines of what a git complained about that are passed on
_MOST_SAID = 3
#: settings of every git that runs here, whatever the clone's own configuration says
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
    # what is written here without git is read by it
    "GIT_DEFAULT_REF_FORMAT": "files",
}


class Clone:
    """A bare repository in a folder of its own."""

    def __init__(self, folder: str, source: str) -> None:
        """``source`` is the repository of the user, in which nothing is made and no program is run."""
        self.folder = os.path.realpath(folder)
        self.path = os.path.join(self.folder, "clone.git")
        inside = os.path.realpath(source).rstrip("/")
        if self.folder == inside or self.folder.startswith(inside + "/"):
            raise UsageError(f"{folder}: lies in the repository itself; give another folder with --into")
        self.git = find_git(inside)

    @contextmanager
    def made(self) -> Iterator[None]:
        """Have the folder, empty; what an interrupted purge has left in it is removed. Raises ``UsageError``."""
        if os.path.lexists(self.folder) and not self._is_ours():
            raise UsageError(f"{self.folder}: is there already; give another folder with --into, or remove it")
        with self._marked():
            yield

    def keep(self) -> None:
        """Say that the clone is finished: no later purge removes it."""
        os.unlink(os.path.join(self.folder, _MARK))

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def fetch(self, address: str, network: Mapping[str, str]) -> None:
        """Clone all refs of a server; ``network`` are the variables by which git reaches it. Raises ``GitError``."""
        allowed = {"GIT_ALLOW_PROTOCOL": "https:ssh", **network}
        words = ("clone", "--quiet", "--mirror", "--template=", "--", address, self.path)
        self._run(words, variables=allowed)
        self("config", "--remove-section", "remote.origin")

    def copy(self, repository: Repository, refs: Sequence[tuple[bytes, str]], head: str) -> None:
        """Copy refs and all that they lead to from a repository on this machine, in which no git is run for it.

        ``head`` is the full name of the branch that is checked out there, if one is. Raises ``GitError``.
        """
        alternates(repository.objects)
        words = ("init", "--quiet", "--bare", "--template=", f"--object-format={repository.object_format}", self.path)
        self._run(words)
        borrowed = os.path.join(self.path, "objects", "info", "alternates")
        os.makedirs(os.path.dirname(borrowed), exist_ok=True)
        with open(borrowed, "wb") as file:
            file.write(os.fsencode(repository.objects) + b"\n")
        self.update([(name, oid, "") for name, oid in refs])
        if head:  # not by git: no name of a repository is on a command line
            with open(os.path.join(self.path, "HEAD"), "wb") as file:
                file.write(b"ref: " + os.fsencode(head) + b"\n")
        self("repack", "-a", "-d", "-q")
        os.unlink(borrowed)

    def update(self, changes: Sequence[tuple[bytes, str, str]]) -> None:
        """Set refs in one step: ``(name, new, old)``; without ``new`` a ref is deleted, without ``old`` made.

        Their names are on no command line.
        """
        lines = []
        for name, new, old in changes:
            if not new:
                lines.append(b"delete %s\0%s\0" % (name, old.encode()))
            else:
                lines.append(b"update %s\0%s\0%s\0" % (name, new.encode(), old.encode() or b"0" * len(new)))
        self("update-ref", "--no-deref", "-z", "--stdin", stdin=b"".join(lines))

    def refs(self) -> dict[bytes, str]:
        """All refs: full name -> id."""
        lines = self("for-each-ref", "--format=%(objectname) %(refname)").splitlines()
        return {name: oid.decode() for oid, name in (line.split(b" ", 1) for line in lines)}

    def head(self) -> bytes:
        """The full name of the branch that is checked out at the server; empty where none is."""
        with suppress(GitError):
            return self("symbolic-ref", "--quiet", "HEAD").strip()
        return b""

    def tidy(self) -> None:
        """Forget every object to which no ref leads. Raises ``GitError``."""
        shutil.rmtree(os.path.join(self.path, "filter-repo"), ignore_errors=True)
        self("pack-refs", "--all", "--prune")
        self("repack", "-a", "-d", "-q")
        self("prune", "--expire=now")
        self("prune-packed", "--quiet")

    def __call__(self, *words: str, stdin: bytes = b"") -> bytes:
        """What git answers in the clone. Raises ``GitError``."""
        return self._run(words, stdin, within=("--git-dir", self.path))

    @contextmanager
    def reading(self, *words: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """A git in the clone that is asked and answers while it runs: its input and its output."""
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
        """An environment in which nothing of this machine is seen."""
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
        """Whether there is nothing in the folder but what a purge left unfinished."""
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
    """Where the clone goes if nobody says where: beside the repository."""
    return os.path.realpath(source).rstrip("/") + "-purged"


def _locked(file: IO[str]) -> bool:
    """Lock a file until it is closed; False where somebody else has done so."""
    if fcntl is not None:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def _options() -> list[str]:
    return [word for setting in _SETTINGS for word in ("-c", setting)]
