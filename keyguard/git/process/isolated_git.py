"""Run git for reading, always in a private git directory and with an environment that is built from nothing.

git sees the target's objects, and its index or work tree if asked for. No configuration, hook, attribute, graft or
replacement of the target is obeyed, whoever owns it, and nothing in the target is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType

from keyguard.git.process.child import Child, signals_blocked
from keyguard.git.process.temporary_folders import lock_folder, remove_abandoned
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

#: seconds without output before a git process is killed
DEADLINE = 120.0
#: seconds of processor time without output before a git that matches patterns of the target is killed: the patterns in
#: a ``.gitignore`` of 100 bytes can keep it busy for ever, and the largest work trees take a few seconds
CPU_LIMIT = 7.0

#: memory first: on some disks removing a folder takes 4 ms
_FOLDERS = ("/dev/shm", "/tmp", "/var/tmp", "/usr/tmp")  # noqa: S108 - only a new folder, 0700, is made in there

#: names of our folders
_OURS = expression(r"keyguard-[0-9a-f]{16}")
#: our folders that currently exist
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
    # git stores nothing above 512 MiB as a delta, and streams the rest: an object that needs more memory at once is
    # malicious
    "GIT_ALLOC_LIMIT": "513m",
}


class IsolatedGit:
    """A private git directory for the duration of a ``with`` block, and the git processes that run in it."""

    def __init__(
        self,
        objects: str,
        *,
        object_format: str = "sha1",
        index: str = "",
        work_tree: str = "",
        untrusted: str = "",
        files: Mapping[str, bytes] | None = None,
        settings: str = "",
        borrowed: Sequence[str] = (),
        deadline: float = DEADLINE,
        find_block: Callable[[], str] = lambda: "",
        check_input: Callable[[], None] = lambda: None,
    ) -> None:
        """Folders are absolute. ``untrusted`` is the scanned tree, links resolved: no program in it is run, no folder
        made in it.

        ``files`` are put into the git directory, ``settings`` into its configuration; ``borrowed`` are further object
        directories. ``find_block`` returns what git is blocked on when it is silent. ``check_input`` raises GitError if
        what git reads is damaged; it is called before any answer is returned, while git already works.
        """
        self.object_format = object_format
        self.path = ""
        self._target = {"GIT_OBJECT_DIRECTORY": objects, "GIT_INDEX_FILE": index, "GIT_WORK_TREE": work_tree}
        self._target["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.pathsep.join(map(_quoted, borrowed))
        self._untrusted = untrusted
        self._files, self._settings = files or {}, settings
        self._deadline, self._find_block = deadline, find_block
        self._check_input: Callable[[], None] | None = check_input
        self._command: list[str] = []
        self._environment: dict[str, str] = {}
        self._children: set[Child] = set()
        self._owner, self._lock = 0, -1

    def __enter__(self) -> IsolatedGit:
        git = find_git(self._untrusted)
        (self.path, self._lock), self._owner = _make_folder(self._untrusted), os.getpid()
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
        # a forked worker has a copy of this object, but does not own the folder and processes
        if os.getpid() == self._owner:
            with signals_blocked(), ExitStack() as stack:  # every step is run even if another fails
                stack.callback(self._release)
                for child in self._children:
                    stack.callback(child.close)

    def _release(self) -> None:
        """Remove the folder and release its lock."""
        try:
            _remove(self.path)
        finally:
            lock, self._lock = self._lock, -1
            if lock >= 0:
                os.close(lock)

    def put(self, name: str, data: bytes) -> None:
        """Write a file in the git directory, replacing an existing one; processes started later see it."""
        with open(os.path.join(self.path, name), "wb") as file:
            file.write(data)

    def start(self, *args: str, folder: str = "", cpu_limit: float = 0.0) -> Child:
        """Start a plumbing command, optionally after options of git itself, in a ``folder`` of the work tree if given.

        ``stop`` ends it, or at the latest the end of the ``with`` block. ``cpu_limit`` is that of ``Child``.
        """
        name = next(word for word in args if not word.startswith("-"))
        with signals_blocked():
            child = Child(
                [*self._command, *(("-C", folder) if folder else ()), *args],
                self._environment,
                name=name,
                deadline=self._deadline,
                find_block=self._find_block,
                cpu_limit=cpu_limit,
            )
            self._children.add(child)
        return child

    def stop(self, child: Child) -> None:
        """End a process that ``start`` returned; stopping again does nothing."""
        child.close()
        self._children.discard(child)

    def run_check(self) -> None:
        """Raise GitError if the input of git is damaged. ``chunks``, ``records`` and ``run`` call this themselves."""
        if self._check_input:
            self._check_input()
            self._check_input = None

    def run(self, *args: str) -> bytes:
        """Return the whole output of a plumbing command. Raise GitError if it fails or hangs."""
        return b"".join(self.chunks(self.start(*args)))

    def chunks(self, child: Child) -> Iterator[bytes]:
        """Yield the output of a process in pieces. Raise GitError if it hangs, or after the last piece if it failed."""
        try:
            self.run_check()
            while data := child.read(1 << 18):
                yield data
            child.end()
        finally:
            self.stop(child)

    def records(self, child: Child) -> Iterator[bytes]:
        """Yield the NUL-terminated records of the output, without their NULs; errors as in ``chunks``."""
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


def remove_folders() -> None:
    """Remove folders that remain because a signal arrived while they were created or removed; call it when none is in
    use.
    """
    for path in tuple(_present):
        _remove(path)


def find_git(untrusted: str) -> str:
    """Return the absolute path of git. Relative folders on PATH and programs in the scanned tree are ignored."""
    for folder in filter(os.path.isabs, os.environ.get("PATH", os.defpath).split(os.pathsep)):
        git = os.path.join(folder, "git")
        if not (os.access(git, os.X_OK) and os.path.isfile(git)):
            continue
        if not (is_inside(os.path.realpath(folder), untrusted) or is_inside(os.path.realpath(git), untrusted)):
            return git
    raise GitError("git was not found on PATH (relative folders and the scanned tree do not count): install git")


def _make_folder(untrusted: str) -> tuple[str, int]:
    """Create a folder outside of the scanned tree that only this user can enter; return it with its lock.

    Remove what killed scans left beside it.
    """
    named = [os.environ.get(name, "") for name in ("TMPDIR", "TEMP", "TMP")]
    for place in [*filter(os.path.isabs, named), *_FOLDERS]:
        path = os.path.join(os.path.realpath(place), f"keyguard-{os.urandom(8).hex()}")
        if is_inside(path, untrusted):
            continue
        remove_abandoned(os.path.dirname(path), _OURS)
        _present.add(path)
        try:
            os.mkdir(path, 0o700)
            locked = lock_folder(path)
        except OSError:
            locked = None
        if locked is not None:
            return path, locked
        _remove(path)
    raise GitError("no temporary folder can be made; set TMPDIR to a folder that can be written, outside the target")


def _quoted(path: str) -> str:
    """Quote a path for a list of object directories in git's environment."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_inside(path: str, folder: str) -> bool:
    """Return whether a path is ``folder`` or inside of it; both with links resolved."""
    return bool(folder) and (path == folder or path.startswith(folder.rstrip("/") + "/"))


def _remove(path: str) -> None:
    for folder, folders, files in os.walk(path, topdown=False):
        for name in files:
            os.unlink(os.path.join(folder, name))
        for name in folders:
            os.rmdir(os.path.join(folder, name))
    if os.path.isdir(path):  # a cleaner of temporary files may have been faster
        os.rmdir(path)
    _present.discard(path)
