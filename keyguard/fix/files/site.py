"""The site of a fix: the repository around what was asked for, or the folder alone, and what git says of its files."""

from __future__ import annotations

import os
from collections.abc import Iterable

from keyguard.engine.compiled import Engine
from keyguard.fix.files.folder import Blocked, Files, Found
from keyguard.git.layout.repository import Repository, discover
from keyguard.git.process.opening import open_index
from keyguard.git.worktree.ignore_rules import IgnoreVerdict, verdicts
from keyguard.inspection.filenames import Names
from keyguard.masking.known_values import KNOWN
from keyguard.sources.tree import shown_root
from keyguard.support.errors import GitError, UsageError
from keyguard.support.sanitize import shown_path


class Site:
    """The place where files are changed. Paths are bytes, relative to ``top``."""

    def __init__(self, asked: str, engine: Engine) -> None:
        """``asked`` is the file or folder that was scanned."""
        if not os.path.lexists(asked):
            raise UsageError(f"{asked}: no such file or folder")
        there = os.path.realpath(asked)
        shown = shown_root(asked, alone=True)
        folder, self._shown = there, shown
        if not os.path.isdir(there):
            folder, self._shown = os.path.dirname(there), os.path.dirname(shown)
        repository = discover(folder)
        self.engine, self.names = engine, Names(engine)
        self.top = os.fsencode(repository.top if repository and repository.top else folder)
        self._inner = os.path.relpath(os.fsencode(folder), self.top)
        self.file = b"" if folder == there else self.place(os.fsencode(os.path.basename(there)))
        """The file that was asked for; empty if it was a folder."""
        self.files = Files(self.top)

    def place(self, displayed: bytes) -> bytes:
        """Return the path of a file as reports show it, also where a key in its name is masked."""
        displayed, *_ = KNOWN.actual_paths(displayed)
        inside = displayed[len(self._shown) :].lstrip(b"/") if displayed.startswith(self._shown) else displayed
        return os.path.normpath(os.path.join(self._inner, inside))

    def display(self, path: bytes) -> bytes:
        """Return the path relative to the working directory, if that is in the repository."""
        here = os.path.realpath(os.getcwdb())
        inside = (here + b"/").startswith(self.top.rstrip(b"/") + b"/")
        return os.path.relpath(os.path.join(self.top, path), here) if inside else path

    def name(self, path: bytes) -> str:
        """Return the same for messages: a key in a name is masked."""
        return shown_path(self.names.masked(self.display(path)))

    def content(self, path: bytes) -> bytes | None:
        """Return the content of a file; None if there is none, or nothing that can be changed."""
        found = self.found(path)
        return found.content if found else None

    def found(self, path: bytes) -> Found | None:
        """Return the file; None if there is none, or nothing that can be changed."""
        try:
            return self.files.read(path)
        except Blocked:
            return None

    # --- git ----------------------------------------------------------------------------------------------------

    def repository(self, path: bytes) -> Repository | None:
        """Return the innermost repository that contains the path, below the top of the site."""
        try:
            found = discover(os.path.join(os.fsdecode(self.top), os.fsdecode(os.path.dirname(path))))
        except GitError:
            return None
        within = found is not None and (os.fsencode(found.top) + b"/").startswith(self.top + b"/")
        return found if found and found.top and within else None

    def base(self, repository: Repository) -> bytes:
        """Return the top of a repository as a path; empty for that of the site."""
        base = os.path.relpath(os.fsencode(repository.top), self.top)
        return b"" if base == b"." else base

    def inside(self, repository: Repository, path: bytes) -> bytes:
        """Return the path relative to the top of the repository."""
        return os.path.relpath(path, self.base(repository) or b".")

    def verdicts(self, paths: Iterable[bytes]) -> dict[bytes, IgnoreVerdict]:
        """Return git's verdict on each path; outside of repositories nothing is ignored."""
        found = {}
        for path in paths:
            repository = self.repository(path)
            name = self.inside(repository, path) if repository else path
            found[path] = verdicts(repository, [name])[name] if repository else IgnoreVerdict()
        return found

    def tracked(self, path: bytes, *, unmerged: bool = False) -> bool:
        """Return whether git's index contains the file or, with ``unmerged``, several versions of it during a merge."""
        repository = self.repository(path)
        if repository is None or not os.path.exists(repository.index_file):
            return False
        with open_index(repository, work_tree=True) as git:
            kind = ["--unmerged"] if unmerged else []
            return bool(git.run("ls-files", "-z", *kind, "--", os.fsdecode(self.inside(repository, path))))
