"""Read the objects of a range through git, and inspect each of them once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from keyguard.git.objects.blobs import BlobContent, BlobReader
from keyguard.git.objects.commits import Commit, parse_commit
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.history.hit import UNNAMED, Hit
from keyguard.inspection.inspected_text import InspectedText
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Skipped, Unread
from keyguard.support.errors import GitError

#: bytes up to which an object is read in one piece
_LARGEST = 16 << 20
#: gaps that are listed individually
_MOST = 1000


class Pieces(NamedTuple):
    """An object that can be read until the next one is requested."""

    pieces: Callable[[], Iterator[bytes]]


class RangeObjects:
    """The objects that were read, by id and by a number in the order in which they were first seen."""

    def __init__(self, git: IsolatedGit, inspector: Inspector, max_size: int | None = None) -> None:
        """Files of more than ``max_size`` bytes are not read, but listed."""
        self.hits: dict[int, Hit] = {}
        self.kinds: dict[int, str] = {}
        """For the number of each hit: ``blob``, ``commit`` or ``tag``."""
        self.counts: dict[str, int] = {}
        """Kind -> how many objects of the range were read."""
        self.size = 0
        self.placeholders = 0
        self.unread: dict[str, tuple[Unread, ...]] = {}
        """Ids of files in the range, and what is not read of them: archives and the like."""
        self.missing = self.unreadable = 0
        self._inspector = inspector
        self._reader = BlobReader(git, any_kind=True)
        self._oids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._seen: set[str] = set()
        self._gaps: dict[str, Skipped] = {}
        self._max_size = max_size
        self._large: dict[str, int] = {}

    def number(self, oid: str) -> int:
        """Return the number of an object; assign one if it has none."""
        if oid not in self._numbers:
            self._numbers[oid] = len(self._oids)
            self._oids.append(oid)
        return self._numbers[oid]

    def oid(self, number: int) -> str:
        """Return the id of the object with that number."""
        return self._oids[number]

    def gaps(self) -> list[Skipped]:
        """Return what could not be read, sorted by id."""
        found = [self._gaps[oid] for oid in sorted(self._gaps)]
        if len(found) > _MOST:
            detail = f"{len(found) - _MOST} more objects are missing or damaged"
            found[_MOST:] = [Skipped(path=b"history", reason="missing", detail=detail)]
        return found

    def too_large_files(self) -> list[Skipped]:
        """Return the files that exceed the user's size limit, sorted by id."""
        listed = sorted(self._large.items())[:_MOST]
        return [
            Skipped(path=f"object:{oid}".encode(), reason="too-large", detail=f"{size:,} bytes", gap=False)
            for oid, size in listed
        ]

    def too_large(self, oids: Collection[str]) -> set[str]:
        """Return those of these files that exceed the user's size limit."""
        if self._max_size is None:
            return set()
        return {content.oid for content in self._reader.blobs(sorted(oids)) if self._is_large(content)}

    def commits(self, oids: Collection[str]) -> dict[str, Commit]:
        """Read and inspect these commits; return those that could be parsed."""
        found = {}
        for oid, data in self._whole(oids, "commit"):
            commit = parse_commit(data)
            if commit is None:
                self.add_gap(oid, "corrupt", "a commit that cannot be understood")
                continue
            self._inspect(oid, "commit", data)
            found[oid] = commit
        return found

    def parent_commits(self, oids: Collection[str]) -> dict[str, Commit]:
        """Read commits outside of the range, only for their trees; return those that could be parsed."""
        parsed = {}
        for content in self._reader.blobs(oids):
            try:
                data = content.read(content.size) if content.size <= _LARGEST and not content.problem else b""
            except GitError:
                continue
            commit = parse_commit(data)
            if commit is not None and content.kind == b"commit":
                parsed[content.oid] = commit
        return parsed

    def tags(self, oids: Collection[str]) -> None:
        """Inspect these tags."""
        for oid, data in self._whole(oids, "tag"):
            self._inspect(oid, "tag", data)

    def trees(self, oids: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield these trees, except those that cannot be read. They are not counted, since some are outside of the
        range.
        """
        return self._whole(oids, "tree", counted=False)

    def blobs(self, oids: Collection[str]) -> None:
        """Inspect these files."""
        for content in self._reader.blobs(oids):
            if not self._is(content, "blob") or self._is_large(content):
                continue
            try:
                self._take(content)
                self._count("blob", content.size)
            except GitError as error:
                self.add_gap(content.oid, "corrupt", str(error))

    def inspected(self, oid: str) -> int:
        """Inspect a file if it was not inspected yet, and return its number. For files outside of the range: they are
        not counted.
        """
        if oid not in self._seen:
            placeholders, unread = self.placeholders, dict(self.unread)
            for content in self._reader.blobs([oid]):
                try:
                    if not content.problem and content.kind == b"blob" and oid not in self._large:
                        self._take(content)
                except GitError:
                    pass  # it is no part of what was asked for
            self._seen.add(oid)
            self.placeholders, self.unread = placeholders, unread
        return self.number(oid)

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, Pieces]]:
        """Yield these objects again."""
        wanted = list(numbers)
        contents = self._reader.blobs([self._oids[number] for number in wanted])
        for number, content in zip(wanted, contents, strict=True):
            yield number, Pieces(lambda content=content: iter(content.read, b""))  # type: ignore[misc]

    def close(self) -> None:
        """Stop git."""
        self._reader.close()

    def _whole(self, oids: Collection[str], kind: str, *, counted: bool = True) -> Iterator[tuple[str, bytes]]:
        """Yield objects with their contents; record a gap for each that is too large, of another kind or unreadable."""
        for content in self._reader.blobs(oids):
            if not self._is(content, kind):
                continue
            if content.size > _LARGEST:
                self.add_gap(content.oid, "too-large", f"a {kind} of {content.size:,} bytes")
                continue
            try:
                data = content.read(content.size)
            except GitError as error:
                self.add_gap(content.oid, "corrupt", str(error))
                continue
            if counted:
                self._count(kind, content.size)
            yield content.oid, data

    def _is(self, content: BlobContent, kind: str) -> bool:
        """Return whether an object has that kind; record a gap otherwise."""
        if content.problem:
            self.add_gap(content.oid, content.problem, content.detail)
        elif content.kind != kind.encode():
            self.add_gap(content.oid, "corrupt", f"is no {kind}, as what names it says")
        else:
            return True
        return False

    def _is_large(self, content: BlobContent) -> bool:
        """Return whether a file exceeds the user's size limit, and record it if so."""
        large = self._max_size is not None and not content.problem and content.size > self._max_size
        if large:
            self._large[content.oid] = content.size
        return large

    def _take(self, content: BlobContent) -> None:
        """Inspect a file, in pieces if it is large. Raise GitError if it is damaged."""
        if content.size <= _LARGEST:
            self._inspect(content.oid, "blob", content.read(content.size))
            return
        problem: list[GitError] = []

        def read() -> bytes:
            try:
                return content.read()
            except GitError as error:
                problem.append(error)
                return b""

        seen = self._inspector.inspect_stream(UNNAMED, read)
        self._keep(content.oid, "blob", seen)
        if problem:
            raise problem[0]

    def _inspect(self, oid: str, kind: str, data: bytes) -> None:
        self._keep(oid, kind, self._inspector.inspect(UNNAMED, data))

    def _keep(self, oid: str, kind: str, seen: InspectedText) -> None:
        """Record the result of inspecting an object."""
        self._seen.add(oid)
        self.placeholders += seen.placeholders
        if seen.unread:
            self.unread[oid] = seen.unread
        if seen.sightings or seen.doubtful or seen.judged:
            number = self.number(oid)
            self.hits[number] = Hit(number, seen.sightings, seen.doubtful, seen.judged)
            self.kinds[number] = kind

    def _count(self, kind: str, size: int) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.size += size

    def add_gap(self, oid: str, reason: str, detail: str) -> None:
        """Record that an object was not read, or not everything that it references."""
        if oid not in self._gaps:
            self.missing += reason == "missing"
            self.unreadable += reason != "missing"
            self._gaps[oid] = Skipped(path=f"object:{oid}".encode(), reason=reason, detail=detail)
