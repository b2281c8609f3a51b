"""Taking keys out of history: in a mirror clone, by git-filter-repo, and never in the user's own repository.

What is to be replaced stands in a file that only this user can read, and is removed afterwards; the commands that are
shown hold no secret. The callbacks go over everything that can hold a key: files of any kind, messages, names.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from keyguard.errors import GitError, UsageError
from keyguard.secrets import Secret

_SECRETS = "replacements"
#: bytes of objects that are searched at a time
_PIECE = 1 << 20
#: a file that says that a clone was only prepared
_MARK = "prepared"
#: every callback gets its text by the same name that git-filter-repo gives it
_CALLBACKS = {
    "blob": "blob.data = replaced(blob.data)",
    "message": "return replaced(message)",
    "filename": "return replaced(filename)",
    "name": "return replaced(name)",
    "email": "return replaced(email)",
    "refname": "return replaced(refname)",
}
_HEAD = """\
import json, os
global _known
try:
    _known
except NameError:
    with open({path!r}, encoding="latin-1") as file:
        _known = [(old.encode("latin-1"), new.encode("latin-1")) for old, new in json.load(file)]
def replaced(text):
    for old, new in _known:
        text = text and text.replace(old, new)
    return text
{body}
"""


class Change(NamedTuple):
    """What a rewrite touches."""

    commits: int
    """How many commits get another id."""
    of: int
    refs: tuple[str, ...]
    """Branches, tags and other refs that are moved, full names, sorted."""
    first: tuple[str, ...]
    """The first commits that change: what a host's support asks for."""


class Mirror:
    """A mirror clone of a repository, in a folder of its own, and what is needed to rewrite it."""

    def __init__(self, source: str, folder: str) -> None:
        """``folder`` must not be there yet, be empty, or be what was prepared before. Raises ``UsageError``."""
        if os.path.lexists(folder) and not _is_free(folder):
            raise UsageError(f"{folder}: is there already; give another folder with --into, or remove it")
        self.source = os.path.realpath(source)
        self.folder = os.path.realpath(folder)
        if self.folder == self.source or self.folder.startswith(self.source.rstrip("/") + "/"):
            raise UsageError(f"{folder}: lies in the repository itself; give another folder with --into")
        self.path = os.path.join(self.folder, "mirror.git")
        self._tools = os.path.join(self.folder, "rewrite")

    def clone(self) -> None:
        """Make the clone: all refs, and all that they lead to. Raises ``GitError``."""
        if os.path.isdir(self.path):  # prepared before: who knows what has been committed since
            shutil.rmtree(self.path)
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        with open(os.path.join(self.folder, _MARK), "w", encoding="utf-8") as file:
            file.write("made by keyguard purge, and not rewritten yet\n")
        self._git("clone", "--quiet", "--mirror", "--no-hardlinks", "--no-local", self.source, self.path, inside=False)

    def prepare(self, secrets: Iterable[tuple[str, Secret]]) -> None:
        """Write what is to be replaced, each under the name that it is replaced by, and the callbacks that do it."""
        os.makedirs(self._tools, mode=0o700, exist_ok=True)
        path = os.path.join(self._tools, _SECRETS)
        # nothing that names of refs, or of files on Windows, may not have
        listed = [(secret.reveal().decode("latin-1"), f"REMOVED-{name}") for name, secret in secrets]
        # the longest first: one may be part of another
        listed.sort(key=lambda pair: -len(pair[0]))
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode([list(pair) for pair in listed]).decode().encode("latin-1", "replace"))
        for name, body in _CALLBACKS.items():
            with open(os.path.join(self._tools, f"{name}.py"), "w", encoding="utf-8") as file:
                file.write(_HEAD.format(path=path, body=body))

    def command(self) -> list[str]:
        """The command that rewrites the clone."""
        callbacks = [f"--{name}-callback={os.path.join(self._tools, name)}.py" for name in _CALLBACKS]
        filter_repo = [sys.executable, "-m", "git_filter_repo"]
        return [*filter_repo, "--sensitive-data-removal", "--no-fetch", "--force", *callbacks]

    def rewrite(self) -> Change:
        """Rewrite the clone. Raises ``GitError``. What was to be replaced is removed, whatever happens."""
        before = self._refs()
        try:
            self._run(self.command(), self.path)
        finally:
            self.forget()
        os.unlink(os.path.join(self.folder, _MARK))
        after = self._refs()
        changed = tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))
        kept = os.path.join(self.path, "filter-repo")
        pairs = [line.split() for line in _lines(os.path.join(kept, "commit-map"))[1:]]
        first = tuple(line.split()[0] for line in _lines(os.path.join(kept, "first-changed-commits")) if line.strip())
        shutil.rmtree(kept, ignore_errors=True)  # it has the old names of refs
        return Change(sum(old != new for old, new in pairs), len(pairs), changed, first)

    def holding(self, commits: Sequence[str]) -> tuple[str, ...]:
        """The refs from which one of these commits can be reached."""
        found: set[str] = set()
        for commit in commits:
            with suppress(GitError):
                found.update(self._git("for-each-ref", "--contains", commit, "--format=%(refname)").split())
        return tuple(sorted(found))

    def holds(self, secrets: Sequence[Secret]) -> set[int]:
        """The numbers of those that stand in any object of the clone, or the name of a ref, in whatever form."""
        values = [secret.reveal() for secret in secrets]
        overlap, kept, found = max(map(len, values), default=1) - 1, b"", set[int]()
        command = ["git", "--git-dir", self.path, "cat-file", "--batch", "--batch-all-objects", "--unordered"]
        with subprocess.Popen(command, env=self._environment(), stdout=subprocess.PIPE) as git:
            assert git.stdout is not None  # noqa: S101 - it was asked for
            while data := git.stdout.read(_PIECE):
                text = kept + data
                found.update(number for number, value in enumerate(values) if value in text)
                kept = text[-overlap:] if overlap else b""
        names = self._git("for-each-ref", "--format=%(refname)").encode("utf-8", "surrogateescape")
        found.update(number for number, value in enumerate(values) if value in names)
        if git.returncode:
            raise GitError(f"git cat-file ended with {git.returncode}: what the clone holds is not known")
        return found

    def forget(self) -> None:
        """Remove what was to be replaced."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self._tools)

    def _refs(self) -> dict[str, str]:
        lines = self._git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(line.rsplit(" ", 1) for line in lines)

    def _git(self, *arguments: str, inside: bool = True) -> str:
        at = ["--git-dir", self.path] if inside else []
        return self._run(["git", "-c", "core.hooksPath=/dev/null", *at, *arguments], self.folder)

    def _run(self, command: list[str], folder: str) -> str:
        done = subprocess.run(command, cwd=folder, env=self._environment(), capture_output=True, check=False)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise GitError(
                f"{' '.join(command[:3])} failed: {said[-1] if said else f'it ended with {done.returncode}'}"
            )
        return done.stdout.decode("utf-8", "surrogateescape")

    def _environment(self) -> dict[str, str]:
        """An environment in which no configuration of the user or the machine is seen."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": self.folder,
            "LC_ALL": "C",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
        }


def _is_free(folder: str) -> bool:
    """Whether nobody else's work is in it."""
    return os.path.isdir(folder) and (not os.listdir(folder) or os.path.isfile(os.path.join(folder, _MARK)))


def default_folder(source: str) -> str:
    """Where the mirror goes if nobody says where: beside the repository."""
    return os.path.realpath(source).rstrip("/") + "-purged"


def available() -> bool:
    """Whether git-filter-repo is installed for this Python."""
    from importlib.util import find_spec

    return find_spec("git_filter_repo") is not None


def afterwards(mirror: Mirror, change: Change) -> Iterator[str]:
    """What is left to do by hand, with others."""
    yield f"1. Look at the result: git --git-dir {mirror.path} log --all"
    yield f"2. Push it over the old history: git --git-dir {mirror.path} push --force --mirror URL"
    yield "3. Tell everybody who has a clone: delete it and clone anew. Whoever pulls and pushes brings the key back."
    first = ", ".join(change.first[:5]) or "none"
    yield "4. Pull requests and forks keep the old commits: close them, and ask the host's support to remove those,"
    yield f"   with the first changed commits: {first}"
    yield "5. Build caches, artefacts, mirrors and backups have it as well."


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []
