"""Read files in a git directory; record what cannot be read as a gap, and continue."""

from __future__ import annotations

import os
from collections.abc import Iterator

from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.repository import Repository
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError

#: gaps that are listed individually; a git directory can be crafted with any number
_MOST_GAPS = 200
#: files and folders per walk
_MOST_FILES = 1 << 20
_DEPTH = 200


class GitDirReader:
    """Reads files in the git directories of one repository by absolute path, and collects gaps."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._gaps: list[Skipped] = []
        self._more = 0

    @property
    def gaps(self) -> list[Skipped]:
        """Return the gaps so far, and one that counts those above the limit."""
        if not self._more:
            return self._gaps
        detail = f"and {self._more} more places in the git directory"
        return [*self._gaps, Skipped(self.shown(self._repository.common_dir), "unreadable", detail)]

    def gap(self, path: str, reason: str, detail: str) -> None:
        """Record that what is at ``path`` was not read, or not completely."""
        if len(self._gaps) < _MOST_GAPS:
            text = detail.removeprefix(f"{path}: ").encode("utf-8", "backslashreplace").decode()
            self._gaps.append(Skipped(self.shown(path), reason, text))
        else:
            self._more += 1

    def read(self, path: str, limit: int) -> bytes | None:
        """Return the content of a regular file; None if there is none, or, with a gap, if it cannot be read."""
        try:
            return read_control(path, limit)
        except (GitError, OSError, ValueError) as error:
            self.gap(path, "unreadable", str(error))
            return None

    def link(self, path: str) -> bytes | None:
        """Return the target of a symbolic link; None for anything else."""
        try:
            return os.fsencode(os.readlink(path)) if os.path.islink(path) else None
        except OSError:
            return None  # it was replaced just now; reading it comes next

    def shown(self, path: str) -> bytes:
        """Return how reports show a path in the git directory: relative to the top of the work tree, as
        ``.git/config``.

        In a repository without a work tree, relative to its own folder.
        """
        prefix = b".git/" if self._repository.top else b""
        for folder in (self._repository.common_dir, self._repository.git_dir):
            if path == folder:
                return prefix.rstrip(b"/") or b"."
            if path.startswith(folder.rstrip("/") + "/"):
                return prefix + os.fsencode(path[len(folder.rstrip("/")) + 1 :])
        return os.fsencode(path)

    def walk(self, folder: str, *leave_out: str) -> Iterator[os.DirEntry[str]]:
        """Yield everything below a folder that is not a folder, by name; do not enter the folders in ``leave_out``.

        Yield nothing, without a gap, if the folder is missing. Links are not followed, not even ``folder`` itself.
        """
        stack, seen, closed = [(folder, 0)], 0, frozenset(leave_out)
        while stack:
            path, depth = stack.pop()
            entries = self.folder(path)
            seen += len(entries)
            if seen > _MOST_FILES or depth > _DEPTH:
                reason = "too-deep" if depth > _DEPTH else "too-large"
                self.gap(path, reason, f"more than {_DEPTH} folders deep, or {_MOST_FILES} files: the rest is not read")
                return
            folders = []
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    yield entry
                elif entry.path not in closed:
                    folders.append((entry.path, depth + 1))
            stack += reversed(folders)

    def folder(self, path: str) -> list[os.DirEntry[str]]:
        """Return the entries of a folder by name; empty if there is none, or, with a gap, if it cannot be read."""
        try:
            if os.path.islink(path):
                raise GitError("a link, which is not followed")
            with os.scandir(path) as found:
                return sorted(found, key=lambda entry: os.fsencode(entry.name))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (GitError, OSError) as error:
            self.gap(path, "unreadable", str(getattr(error, "strerror", None) or error))
            return []
