"""Read objects one by one by their numbers: from a pack, from a loose file, or with git."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from keyguard.git.objects.blobs import BlobContent, read_blobs
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.odb.loose_objects import KINDS, loose_path, read_loose, read_loose_pieces
from keyguard.odb.pack import LARGEST
from keyguard.odb.store import Store
from keyguard.support.errors import GitError


class Content(NamedTuple):
    """An object that can be read until the next one is requested."""

    kind: int
    """0 if there is nothing to read."""
    size: int
    pieces: Callable[[], Iterator[bytes]]
    """A function that yields the content, and raises GitError if it turns out to be damaged."""
    problem: str = ""
    """Why there is nothing to read, as a reason of ``Skipped``."""
    detail: str = ""
    """The same as a message."""

    def whole(self) -> bytes:
        """Return the whole content. Raise GitError if it is too large or damaged."""
        if self.problem or self.size > LARGEST:
            raise GitError(self.detail or self.problem or "too large for what it is")
        return b"".join(self.pieces())


class ObjectReader:
    """Reads the objects of a store; uses git for those that this package cannot read."""

    def __init__(self, store: Store, git: IsolatedGit) -> None:
        self._store = store
        self._git = git

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, Content]]:
        """Yield each of these objects; those that only git can read come last. One call at a time."""
        rest: list[int] = []
        for number in numbers:
            content = self._own(number)
            if content is None:
                rest.append(number)
            else:
                yield number, content
        if rest:
            contents = read_blobs(self._git, [self._store.oid(number) for number in rest], any_kind=True)
            for number, found in zip(rest, contents, strict=True):
                yield number, _asked(found)

    def packed(self, number: int) -> bytes:
        """Return an object of a pack, without git: for worker processes. Raise GitError if it cannot be read."""
        place = self._store.place(number)
        if place is None:
            raise GitError(f"object {self._store.oid(number)} is in no pack")
        return place[0].read(place[1])

    def whole(self, number: int) -> bytes:
        """Return an object, read in any possible way. Raise GitError if it is unreadable or too large."""
        return next(content.whole() for _, content in self.read([number]))

    def _own(self, number: int) -> Content | None:
        """Return an object that this package can read; None if git is needed."""
        store = self._store
        if number >= store.loose_from:
            return self._loose(number)
        try:
            data = self.packed(number)
        except GitError:
            return None
        return _held(int(store.kinds[number]), data)

    def _loose(self, number: int) -> Content:
        store = self._store
        oid = store.oid(number)
        path = loose_path(store.loose_folders[number - store.loose_from], oid)
        try:
            found = read_loose(path, oid, store.object_format)
        except GitError as error:
            return Content(0, 0, lambda: iter(()), "corrupt", str(error))
        if found.size > LARGEST:
            return Content(found.kind, found.size, lambda: read_loose_pieces(path, oid, store.object_format))
        return _held(found.kind, found.content)


def _held(kind: int, data: bytes) -> Content:
    return Content(kind, len(data), lambda: iter((data,)))


def _asked(found: BlobContent) -> Content:
    if found.problem or found.kind not in KINDS:
        detail = f"object {found.oid}: {found.detail or found.problem or 'of no known kind'}"
        return Content(0, 0, lambda: iter(()), found.problem or "corrupt", detail)
    return Content(KINDS[found.kind], found.size, lambda: iter(found.read, b""))
