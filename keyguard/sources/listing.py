"""What a source answers: the things to scan, named and in order, and what it had to leave out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from keyguard.git.layout.repository import Repository
from keyguard.model.finding import Blob, Skipped, Where

if TYPE_CHECKING:
    from keyguard.git.objects.loose_blobs import LooseBlobReader


class Ask(msgspec.Struct, frozen=True):
    """What the user asked for."""

    paths: tuple[str, ...] = (".",)
    #: everything, ignored or not
    all_files: bool = False
    #: index file that git named to a hook
    index: str = ""


class TreeFile(NamedTuple):
    """A file of a folder. ``oid`` is what the index holds for it, ``old`` what it replaces; both may be empty."""

    path: bytes
    oid: str = ""
    old: str = ""


def shown_below(shown: bytes, path: bytes) -> bytes:
    """A path below something that is shown as ``shown`` (empty: the folder we are in)."""
    return shown.rstrip(b"/") + b"/" + path if shown else path


class Folder(msgspec.Struct, frozen=True):
    """Files below one root, sorted; shown with ``shown`` before their path."""

    root: bytes
    shown: bytes
    files: list[TreeFile]
    repository: Repository | None = None
    whole: bool = True
    """Whether all that belongs into the folder is listed, and not just what was named."""

    def display(self, path: bytes) -> bytes:
        """The path of a file as it is shown in reports."""
        return shown_below(self.shown, path)

    def displayed(self) -> list[bytes]:
        """The paths of all files as they are shown."""
        return [self.display(file.path) for file in self.files] if self.shown else [file.path for file in self.files]


class Stored(msgspec.Struct, frozen=True):
    """Blobs in a repository's object store."""

    repository: Repository
    blobs: list[Blob]
    reader: LooseBlobReader | None = None
    """Reads them, where a git stands ready for that."""


class Listing(msgspec.Struct):
    """All that one scan reads."""

    scope: str
    folders: list[Folder] = []
    stored: list[Stored] = []
    skipped: list[Skipped] = []

    def count(self) -> int:
        """How many things are listed, skipped ones included."""
        files = sum(len(folder.files) for folder in self.folders)
        return files + sum(len(stored.blobs) for stored in self.stored) + len(self.skipped)

    def names(self) -> Iterator[tuple[Where, list[bytes]]]:
        """Yield the paths in which keys are looked for; what only changed had its name before."""
        yield Where.TREE, [path for folder in self.folders for path in folder.displayed()]
        yield Where.INDEX, [blob.path for stored in self.stored for blob in stored.blobs if not blob.old]
