"""The interface of what holds files of a repository by path: a commit or an index."""

from __future__ import annotations

from typing import NamedTuple, Protocol

FOLDER, LINK = 0o040000, 0o120000


class Stored(NamedTuple):
    """What git holds at a path."""

    mode: int
    oid: str


class Files(Protocol):
    """Files that git holds, by path relative to the top of the repository."""

    name: str
    """How messages name the place that holds them, after "in"."""

    def find(self, path: bytes) -> Stored | None:
        """Return what is at a path, or None. Raise GitError if that cannot be determined."""

    def below(self, folder: bytes) -> dict[bytes, Stored]:
        """Return the entries of a folder by name. Raise GitError if that cannot be determined."""

    def read(self, path: bytes, oid: str, most: int) -> bytes | None:
        """Return the content of the file with this id at a path; None if it is larger than ``most`` bytes.

        Raise GitError if it cannot be read.
        """
