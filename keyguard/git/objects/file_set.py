"""What a place is that holds files of a repository by path: a commit, or an index."""

from __future__ import annotations

from typing import NamedTuple, Protocol

FOLDER, LINK = 0o040000, 0o120000


class Stored(NamedTuple):
    """What git holds at a path."""

    mode: int
    oid: str


class Files(Protocol):
    """Files that git holds, by path from the top of the repository."""

    name: str
    """How to call the place where they are, behind "in"."""

    def find(self, path: bytes) -> Stored | None:
        """What is at a path; None for nothing. GitError where that cannot be told."""

    def below(self, folder: bytes) -> dict[bytes, Stored]:
        """What is right below a folder, by name. GitError where that cannot be told."""

    def read(self, path: bytes, oid: str, most: int) -> bytes | None:
        """The content of the file of this id at a path; None where it is larger than ``most`` bytes.

        GitError where it cannot be read.
        """
