"""The objects of a range, asked of git one by one, and what is found in them: each is inspected once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from keyguard.git.objects.blobs import BlobContent, BlobReader
from keyguard.git.objects.commits import Commit, parse_commit
from keyguard.git.process.shadow import Shadow
from keyguard.history.hit import UNNAMED, Hit
from keyguard.inspection.inspector import InspectedText, Inspector
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError

#: bytes of an object that is taken in as a whole
_LARGEST = 16 << 20
#: gaps that are named one by one
_MOST = 1000


class Pieces(NamedTuple):
    """An object that can be read until the next one is asked for."""

    pieces: Callable[[], Iterator[bytes]]


class Fetched:
    """Objects by id, and by numbers in the order in which they came up."""

    def __init__(self, shadow: Shadow, inspector: Inspector, most: int | None = None) -> None:
        """Files of more than ``most`` bytes are left out, and listed."""
        self.hits: dict[int, Hit] = {}
        self.kinds: dict[int, str] = {}
        """Of what was hit: ``blob``, ``commit`` or ``tag``."""
        self.counts: dict[str, int] = {}
        """Kind -> how many of the range were read."""
        self.size = 0
        self.placeholders = 0
        self.containers: dict[str, str] = {}
        """Ids of files of the range whose content stands packed in them, and what they are."""
        self.missing = self.unreadable = 0
        self._inspector = inspector
        self._reader = BlobReader(shadow, any_kind=True)
        self._oids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._seen: set[str] = set()
        self._gaps: dict[str, Skipped] = {}
        self._most = most
        self._large: dict[str, int] = {}

    def number(self, oid: str) -> int:
        """The number of an object."""
        if oid not in self._numbers:
            self._numbers[oid] = len(self._oids)
            self._oids.append(oid)
        return self._numbers[oid]

    def oid(self, number: int) -> str:
        """The object of a number."""
        return self._oids[number]

    def gaps(self) -> list[Skipped]:
        """What could not be read, by id."""
        found = [self._gaps[oid] for oid in sorted(self._gaps)]
        if len(found) > _MOST:
            detail = f"{len(found) - _MOST} more objects are missing or damaged"
            found[_MOST:] = [Skipped(path=b"history", reason="missing", detail=detail)]
        return found

    def left_out(self) -> list[Skipped]:
        """The files that are larger than the user wants to read, by id."""
        listed = sorted(self._large.items())[:_MOST]
        return [
            Skipped(path=f"object:{oid}".encode(), reason="too-large", detail=f"{size:,} bytes", gap=False)
            for oid, size in listed
        ]

    def too_large(self, oids: Collection[str]) -> set[str]:
        """Those of these files that are larger than the user wants to read."""
        if self._most is None:
            return set()
        return {content.oid for content in self._reader.blobs(sorted(oids)) if self._is_large(content)}

    def commits(self, oids: Collection[str]) -> dict[str, Commit]:
        """These commits, inspected; without those that cannot be read."""
        found = {}
        for oid, data in self._whole(oids, "commit"):
            commit = parse_commit(data)
            if commit is None:
                self.lose(oid, "corrupt", "a commit that cannot be understood")
                continue
            self._inspect(oid, "commit", data)
            found[oid] = commit
        return found

    def beyond(self, oids: Collection[str]) -> dict[str, Commit]:
        """Commits that are not of the range, just to know their trees; without those that cannot be read."""
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
        """These trees, without those that cannot be read. They are not counted: some are not of the range."""
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
                self.lose(content.oid, "corrupt", str(error))

    def inspected(self, oid: str) -> int:
        """The number of a file that need not be of the range, once it is known what is in it."""
        if oid not in self._seen:
            placeholders, containers = self.placeholders, dict(self.containers)
            for content in self._reader.blobs([oid]):
                try:
                    if not content.problem and content.kind == b"blob" and oid not in self._large:
                        self._take(content)
                except GitError:
                    pass  # it is no part of what was asked for
            self._seen.add(oid)
            self.placeholders, self.containers = placeholders, containers
        return self.number(oid)

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, Pieces]]:
        """Each of these objects once more."""
        wanted = list(numbers)
        contents = self._reader.blobs([self._oids[number] for number in wanted])
        for number, content in zip(wanted, contents, strict=True):
            yield number, Pieces(lambda content=content: iter(content.read, b""))  # type: ignore[misc]

    def close(self) -> None:
        """End git."""
        self._reader.close()

    def _whole(self, oids: Collection[str], kind: str, *, counted: bool = True) -> Iterator[tuple[str, bytes]]:
        for content in self._reader.blobs(oids):
            if not self._is(content, kind):
                continue
            if content.size > _LARGEST:
                self.lose(content.oid, "too-large", f"a {kind} of {content.size:,} bytes")
                continue
            try:
                data = content.read(content.size)
            except GitError as error:
                self.lose(content.oid, "corrupt", str(error))
                continue
            if counted:
                self._count(kind, content.size)
            yield content.oid, data

    def _is(self, content: BlobContent, kind: str) -> bool:
        if content.problem:
            self.lose(content.oid, content.problem, content.detail)
        elif content.kind != kind.encode():
            self.lose(content.oid, "corrupt", f"is no {kind}, as what names it says")
        else:
            return True
        return False

    def _is_large(self, content: BlobContent) -> bool:
        large = self._most is not None and not content.problem and content.size > self._most
        if large:
            self._large[content.oid] = content.size
        return large

    def _take(self, content: BlobContent) -> None:
        """Inspect a file, in pieces if it is large. GitError where it is damaged."""
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
        self._seen.add(oid)
        self.placeholders += seen.placeholders
        if seen.container:
            self.containers[oid] = seen.container
        if seen.sightings or seen.doubtful:
            number = self.number(oid)
            self.hits[number] = Hit(number, seen.sightings, seen.doubtful)
            self.kinds[number] = kind

    def _count(self, kind: str, size: int) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.size += size

    def lose(self, oid: str, reason: str, detail: str) -> None:
        """Note that an object was not read, or that not all that it leads to was looked at."""
        if oid not in self._gaps:
            self.missing += reason == "missing"
            self.unreadable += reason != "missing"
            self._gaps[oid] = Skipped(path=f"object:{oid}".encode(), reason=reason, detail=detail)
