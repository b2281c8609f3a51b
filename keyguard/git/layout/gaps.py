"""Reading around in a git directory: what cannot be read is noted, and the rest is read all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator

from keyguard.git.layout.control import read_control
from keyguard.git.layout.repository import Repository
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError

#: gaps that are kept one by one; git directories can be made with any number
_MOST_GAPS = 200
#: files and folders that are looked at in one walk
_MOST_FILES = 1 << 20
_DEPTH = 200


class Reader:
    """Reads in the git directories of one repository, by absolute path, and keeps what could not be read."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._gaps: list[Skipped] = []
        self._more = 0

    @property
    def gaps(self) -> list[Skipped]:
        """What was not read so far, and a last one that stands for those that are too many."""
        if not self._more:
            return self._gaps
        detail = f"and {self._more} more places in the git directory"
        return [*self._gaps, Skipped(self.shown(self._repository.common_dir), "unreadable", detail)]

    def gap(self, path: str, reason: str, detail: str) -> None:
        """Note that what is at ``path`` was not read, or not whole."""
        if len(self._gaps) < _MOST_GAPS:
            text = detail.removeprefix(f"{path}: ").encode("utf-8", "backslashreplace").decode()
            self._gaps.append(Skipped(self.shown(path), reason, text))
        else:
            self._more += 1

    def read(self, path: str, limit: int) -> bytes | None:
        """The content of a regular file; None where there is none, and, with a gap, where it cannot be read."""
        try:
            return read_control(path, limit)
        except (GitError, OSError, ValueError) as error:
            self.gap(path, "unreadable", str(error))
            return None

    def link(self, path: str) -> bytes | None:
        """Where a link points to; None when it is none."""
        try:
            return os.fsencode(os.readlink(path)) if os.path.islink(path) else None
        except OSError:
            return None  # replaced at this moment, and about to be opened

    def shown(self, path: str) -> bytes:
        """How a path in the git directory is shown: from the top of the work tree, ``.git/config``.

        Of a repository without a work tree: from its own folder.
        """
        prefix = b".git/" if self._repository.top else b""
        for folder in (self._repository.common_dir, self._repository.git_dir):
            if path == folder:
                return prefix.rstrip(b"/") or b"."
            if path.startswith(folder.rstrip("/") + "/"):
                return prefix + os.fsencode(path[len(folder.rstrip("/")) + 1 :])
        return os.fsencode(path)

    def walk(self, folder: str, *leave_out: str) -> Iterator[os.DirEntry[str]]:
        """Everything below a folder that is no folder, by name; ``leave_out`` are paths that are not entered.

        Nothing, and no gap, where the folder is missing. No link is followed, not even at ``folder`` itself.
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
        """What a folder holds, by name; nothing where there is none, and, with a gap, where it cannot be read."""
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
