"""Listings: what a source found to scan, in order, and what it had to leave out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from keyguard.git.layout.repository import Repository
from keyguard.model.finding import Blob, Skipped, Where

if TYPE_CHECKING:
    from keyguard.git.objects.loose_blobs import LooseBlobReader


class Ask(msgspec.Struct, frozen=True):
    """What the user wants scanned."""

    paths: tuple[str, ...] = (".",)
    #: whether to list ignored files as well
    all_files: bool = False
    #: the index file that git passed to a hook
    index: str = ""


class TreeFile(NamedTuple):
    """A file of a folder. ``oid`` is its blob in the index, ``old`` the blob that it replaces; both may be empty."""

    path: bytes
    oid: str = ""
    old: str = ""


def shown_below(shown: bytes, path: bytes) -> bytes:
    """Return how reports show a path below something that they show as ``shown`` (empty: the current folder)."""
    return shown.rstrip(b"/") + b"/" + path if shown else path


class Folder(msgspec.Struct, frozen=True):
    """Files below one root, sorted by path. Reports show ``shown`` before each path."""

    root: bytes
    shown: bytes
    files: list[TreeFile]
    repository: Repository | None = None
    whole: bool = True
    """Whether everything in the folder is listed, not only files that were named."""

    def display(self, path: bytes) -> bytes:
        """Return the path of a file as reports show it."""
        return shown_below(self.shown, path)

    def displayed(self) -> list[bytes]:
        """Return the paths of all files as reports show them."""
        return [self.display(file.path) for file in self.files] if self.shown else [file.path for file in self.files]


class Stored(msgspec.Struct, frozen=True):
    """Blobs in a repository's object store."""

    repository: Repository
    blobs: list[Blob]
    reader: LooseBlobReader | None = None
    """Reads the blobs, if a git process is ready for it."""
    previous: Callable[[], list[str]] | None = None
    """Returns the ids of other blobs in which their keys may have been before the change."""


class Listing(msgspec.Struct):
    """Everything that one scan reads."""

    scope: str
    folders: list[Folder] = []
    stored: list[Stored] = []
    skipped: list[Skipped] = []

    def count(self) -> int:
        """Return how many files and blobs are listed, including those that were skipped."""
        files = sum(len(folder.files) for folder in self.folders)
        return files + sum(len(stored.blobs) for stored in self.stored) + len(self.skipped)

    def names(self) -> Iterator[tuple[Where, list[bytes]]]:
        """Yield the paths that are scanned for keys. The path of a changed blob is not new, so it is left out."""
        yield Where.TREE, [path for folder in self.folders for path in folder.displayed()]
        yield Where.INDEX, [blob.path for stored in self.stored for blob in stored.blobs if not blob.old]
