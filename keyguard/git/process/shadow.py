"""The one way git is run to read: in a private git directory of ours, with an environment built from nothing.

git sees the target's objects, and its index or work tree where they are asked for. No configuration, hook, attribute,
graft or replacement of the target is obeyed, whoever owns it, and nothing in the target is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType

from keyguard.git.process.child import Child, undisturbed
from keyguard.git.process.claims import claim, remove_abandoned
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

#: seconds without a sign of life before a git process is ended
DEADLINE = 120.0
#: seconds of processor time in silence before a git that matches patterns of the target is ended: the patterns in a
#: ``.gitignore`` of 100 bytes can keep it busy for ever, and the largest work trees take it a few seconds
EFFORT = 7.0

#: memory first: on some disks it takes 4 ms to remove a folder
_FOLDERS = ("/dev/shm", "/tmp", "/var/tmp", "/usr/tmp")  # noqa: S108 - only a new folder, 0700, is made in there

#: how our folders are called
_OURS = expression(r"keyguard-[0-9a-f]{16}")
#: our folders that are there at present
_present: set[str] = set()

_CONFIG = """[core]
	repositoryformatversion = {version}
	bare = false
	fsmonitor = false
	untrackedCache = false
	commitGraph = false
	multiPackIndex = false
	bigFileThreshold = 32m
[extensions]
"""

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    # git stores nothing above 512 MiB as a delta, and streams the rest: what asks for more memory at once is a bomb
    "GIT_ALLOC_LIMIT": "513m",
}


class Shadow:
    """A git directory of ours for as long as the ``with`` block lasts, and the git processes that run in it."""

    def __init__(
        self,
        objects: str,
        *,
        object_format: str = "sha1",
        index: str = "",
        work_tree: str = "",
        hostile: str = "",
        files: Mapping[str, bytes] | None = None,
        settings: str = "",
        borrowed: Sequence[str] = (),
        deadline: float = DEADLINE,
        trap: Callable[[], str] = lambda: "",
        proof: Callable[[], None] = lambda: None,
    ) -> None:
        """Folders are absolute. ``hostile`` is the scanned tree, links resolved: no program in it is run, and no folder
        made in it. ``files`` are put into the git directory, ``settings`` into its configuration. ``borrowed`` are
        further object directories. ``trap`` is asked what git waits for when it is silent. ``proof`` raises GitError
        where what git reads is damaged: it is asked before any answer is handed on, when git is at work already.
        """
        self.object_format = object_format
        self.path = ""
        self._target = {"GIT_OBJECT_DIRECTORY": objects, "GIT_INDEX_FILE": index, "GIT_WORK_TREE": work_tree}
        self._target["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.pathsep.join(map(_quoted, borrowed))
        self._hostile = hostile
        self._files, self._settings = files or {}, settings
        self._deadline, self._trap = deadline, trap
        self._proof: Callable[[], None] | None = proof
        self._command: list[str] = []
        self._environment: dict[str, str] = {}
        self._children: set[Child] = set()
        self._owner, self._claim = 0, -1

    def __enter__(self) -> Shadow:
        git = find_git(self._hostile)
        (self.path, self._claim), self._owner = _make_folder(self._hostile), os.getpid()
        self._command = [git, "-C", self.path]
        target = {name: value for name, value in self._target.items() if value}
        search = os.pathsep.join((os.path.dirname(git), os.defpath))
        self._environment = _ENVIRONMENT | {"PATH": search, "HOME": self.path, "GIT_DIR": self.path} | target
        try:
            self._fill()
        except BaseException as error:
            self._release()
            if isinstance(error, OSError):
                raise GitError(f"{self.path}: cannot be written: {error.strerror}") from error
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # a forked worker has a copy of this object; the folder and the processes are not the worker's
        if os.getpid() == self._owner:
            with undisturbed(), ExitStack() as stack:  # the failure of one keeps nothing else from its end
                stack.callback(self._release)
                for child in self._children:
                    stack.callback(child.close)

    def _release(self) -> None:
        """Remove the folder, and let go of what says whose it is."""
        try:
            _remove(self.path)
        finally:
            claim, self._claim = self._claim, -1
            if claim >= 0:
                os.close(claim)

    def put(self, name: str, data: bytes) -> None:
        """Write a file of the git directory, in place of one that is there: what is started from now on sees it."""
        with open(os.path.join(self.path, name), "wb") as file:
            file.write(data)

    def start(self, *args: str, folder: str = "", effort: float = 0.0) -> Child:
        """A plumbing command, perhaps behind options of git's own, running; in a ``folder`` of the work tree, if it
        has to see files of it. ``stop`` ends it; the end of the shadow does at the latest. ``effort`` is that of
        ``Child``.
        """
        name = next(word for word in args if not word.startswith("-"))
        with undisturbed():
            child = Child(
                [*self._command, *(("-C", folder) if folder else ()), *args],
                self._environment,
                name=name,
                deadline=self._deadline,
                trap=self._trap,
                effort=effort,
            )
            self._children.add(child)
        return child

    def stop(self, child: Child) -> None:
        """End a process that ``start`` gave; stopping again does no harm."""
        child.close()
        self._children.discard(child)

    def prove(self) -> None:
        """Raise GitError where no answer of git is worth anything. ``records`` and the like do that by themselves."""
        if self._proof:
            self._proof()
            self._proof = None

    def run(self, *args: str) -> bytes:
        """The whole answer of a plumbing command; GitError when it fails or hangs."""
        return b"".join(self.chunks(self.start(*args)))

    def chunks(self, child: Child) -> Iterator[bytes]:
        """The answer of a process in pieces. GitError when it hangs, or after the last piece when it failed."""
        try:
            self.prove()
            while data := child.read(1 << 18):
                yield data
            child.end()
        finally:
            self.stop(child)

    def records(self, child: Child) -> Iterator[bytes]:
        """The answer of a process in NUL-terminated records, without their NULs; errors as in ``chunks``."""
        rest = b""
        for data in self.chunks(child):
            *whole, rest = (rest + data).split(b"\0")
            yield from whole
        if rest:
            raise GitError(f"git {child.name} stopped in the middle of its answer")

    def _fill(self) -> None:
        sha256 = self.object_format == "sha256"
        config = _CONFIG.format(version=int(sha256)) + ("\tobjectformat = sha256\n" if sha256 else "")
        os.mkdir(os.path.join(self.path, "refs"), 0o700)
        config += self._settings
        for name, data in {"HEAD": b"ref: refs/heads/none\n", "config": config.encode(), **self._files}.items():
            path = os.path.join(self.path, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "xb") as file:
                file.write(data)


def sweep() -> None:
    """Remove what is left where a signal came while a shadow was made or removed; not while one is in use."""
    for path in tuple(_present):
        _remove(path)


def find_git(hostile: str) -> str:
    """The absolute path of git: what is relative on PATH, or lies in the scanned tree, does not count."""
    for folder in filter(os.path.isabs, os.environ.get("PATH", os.defpath).split(os.pathsep)):
        git = os.path.join(folder, "git")
        if not (os.access(git, os.X_OK) and os.path.isfile(git)):
            continue
        if not (is_inside(os.path.realpath(folder), hostile) or is_inside(os.path.realpath(git), hostile)):
            return git
    raise GitError("git was not found on PATH (relative folders and the scanned tree do not count): install git")


def _make_folder(hostile: str) -> tuple[str, int]:
    """A new folder outside the scanned tree that only this user can enter, and a descriptor that claims it. What killed
    scans left beside it is removed.
    """
    named = [os.environ.get(name, "") for name in ("TMPDIR", "TEMP", "TMP")]
    for place in [*filter(os.path.isabs, named), *_FOLDERS]:
        path = os.path.join(os.path.realpath(place), f"keyguard-{os.urandom(8).hex()}")
        if is_inside(path, hostile):
            continue
        remove_abandoned(os.path.dirname(path), _OURS)
        _present.add(path)
        try:
            os.mkdir(path, 0o700)
            claimed = claim(path)
        except OSError:
            claimed = None
        if claimed is not None:
            return path, claimed
        _remove(path)
    raise GitError("no temporary folder can be made; set TMPDIR to a folder that can be written, outside the target")


def _quoted(path: str) -> str:
    """A path as git takes it in a list of them."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_inside(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies in it; both with links resolved."""
    return bool(folder) and (path == folder or path.startswith(folder.rstrip("/") + "/"))


def _remove(path: str) -> None:
    for folder, folders, files in os.walk(path, topdown=False):
        for name in files:
            os.unlink(os.path.join(folder, name))
        for name in folders:
            os.rmdir(os.path.join(folder, name))
    if os.path.isdir(path):  # who cleans up temporary files by age may have been faster
        os.rmdir(path)
    _present.discard(path)
