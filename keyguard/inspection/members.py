"""Inspect what is in a container as if each file in it were one of the tree, and say what of it is not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from keyguard.containers.budget import HELD, Budget
from keyguard.containers.content import Content
from keyguard.containers.kinds import LOOK, TEXTS, container
from keyguard.containers.table import AS_THEY_ARE, READERS
from keyguard.containers.walk import Text, Walk
from keyguard.credential_files import table
from keyguard.inspection.inspected_text import InspectedText
from keyguard.inspection.known_texts import KnownTexts, digest_of
from keyguard.inspection.occurrence_limit import limit_places
from keyguard.model.coverage import SEPARATOR, Unread
from keyguard.support import digests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyguard.engine.prefilter import Hits
    from keyguard.model.finding import Blob, Sighting

#: bytes of a text that is searched together with others, and of the texts that are
_SMALL, _HEAP = 1 << 20, 1 << 18
#: sightings of which it is worth a look whether some keys have more places than are held
_MANY = 2000


class TextInspector(Protocol):
    """Inspects texts that are no containers."""

    @property
    def known(self) -> KnownTexts:
        """The texts in which nothing is."""

    def suspects(self, texts: Sequence[bytes], paths: Sequence[bytes] = ()) -> dict[int, Hits]:
        """Return the indices of the texts to inspect, with what the prefilter found in them."""

    def named(self, blobs: Sequence[Blob]) -> list[Sighting]:
        """Return the keys in the last parts of the paths of blobs: in their ``member``."""

    def text(self, blob: Blob, data: bytes, *, hits: Hits) -> InspectedText:
        """Return the sightings in a text."""

    def text_stream(self, blob: Blob, read: Callable[[], bytes]) -> InspectedText:
        """Return the sightings in a text."""


class OpenedContainer:
    """What was found in one container."""

    def __init__(self, inspector: TextInspector, blob: Blob) -> None:
        self.sightings: list[Sighting] = []
        self.placeholders = 0
        self.size = 0
        """Bytes of the container itself."""
        self.unread: list[Unread] = []
        self.judged: set[str] = set()
        """Identities of secrets, of which a path decides, in the container as it is."""
        self.doubtful = False
        """Whether an attribution could change with the path of the container."""
        self.damaged = ""
        """What it is, and what is wrong with it, if it could not be read to its end."""
        self._inspector = inspector
        self._blob = blob
        self._heap: list[tuple[Blob, bytes, bytes]] = []
        self._heaped = 0
        self._names: list[Blob] = []
        self._most = _MANY

    def read(self, kind: str, read: Callable[[], bytes], data: bytes | None = None) -> None:
        """Read a container of a kind to its end. ``read`` returns pieces, and nothing at the end; ``data`` is all of it
        if that is known.
        """
        budget = Budget()
        taken, digest = (read, None) if data is not None else digesting(read)

        def counted() -> bytes:
            piece = taken()
            budget.earn(len(piece))
            self.size += len(piece)
            return piece

        content = Content(counted, budget)
        walk = Walk(kind, content, budget, self._blob.path)
        for one in walk.texts():
            self._take(one)
        self._inspect_heap()
        self.sightings += self._inspector.named(self._names)
        self.damaged = "" if kind in TEXTS else walk.problem
        self.unread += [Unread(detail=what, member=name) for name, what in walk.unopened]
        if walk.more:
            more = f"file (as {walk.more:,} more, which are counted and not listed)"
            self.unread.append(Unread(detail=more, member=self.unread[-1].member))
        if walk.over:
            while content.piece():
                pass
            digest = digest or digests.new("sha256", data or b"")
            self.unread = [Unread(detail=walk.over, digest=digest.hexdigest())]

    def add(self, seen: InspectedText, *, first: bool = False) -> None:
        """Add what was found in the container as it is, each key once; ``first`` if that is the better place for it."""
        one, other = (seen.sightings, self.sightings) if first else (self.sightings, seen.sightings)
        known = {sighting.identity for sighting in one}
        self.sightings = [*one, *(sighting for sighting in other if sighting.identity not in known)]
        self.placeholders += seen.placeholders
        self.unread[:0] = seen.unread
        self.judged.update(seen.judged)
        self.doubtful = self.doubtful or seen.doubtful

    def result(self) -> InspectedText:
        """Return everything together; without a path of its own, its secrets are judged again under each path."""
        judged = set[str]() if self._blob.path else self.judged.union(one.identity for one in self.sightings)
        unread, places = tuple(self.unread), tuple(judged)
        return InspectedText(
            self.sightings, self.placeholders, self.size, doubtful=self.doubtful, unread=unread, judged=places
        )

    def _take(self, one: Text) -> None:
        """Inspect a text, or keep it to be searched together with others."""
        place = self._blob
        blob = place._replace(path=place.path + SEPARATOR + one.name, member=one.name)
        self._names.append(blob)
        pieces, size = [], 0
        while size <= _SMALL and (data := one.read()):
            pieces.append(data)
            size += len(data)
        text = b"".join(pieces)
        if size > _SMALL:
            self._add(blob, self._inspector.text_stream(blob, _after(text, one.read)))
            return
        digest = digest_of(text)
        if self._inspector.known.holds(digest, blob.path) and not table.named(blob.path):
            return
        self._heap.append((blob, text, digest))
        self._heaped += size
        if self._heaped >= _HEAP:
            self._inspect_heap()

    def _inspect_heap(self) -> None:
        heap, self._heap, self._heaped = self._heap, [], 0
        found = self._inspector.suspects([text for _, text, _ in heap], [blob.path for blob, _, _ in heap])
        for at, (blob, text, digest) in enumerate(heap):
            if at not in found:
                self._inspector.known.add(digest)
                continue
            seen = self._inspector.text(blob, text, hits=found[at])
            self._add(blob, seen)
            if seen.is_empty and not seen.placeholders:
                self._inspector.known.add(digest, blob.path)

    def _add(self, blob: Blob, seen: InspectedText) -> None:
        self.sightings += seen.sightings
        self.placeholders += seen.placeholders
        self.doubtful = self.doubtful or seen.doubtful
        self.unread += [msgspec.structs.replace(one, member=blob.member) for one in seen.unread]
        if len(self.sightings) > self._most:
            (self.sightings,) = limit_places([self.sightings])
            self._most = 2 * max(_MANY, len(self.sightings))


def searched_as_it_is(kind: str, opened: OpenedContainer) -> bool:
    """Return whether the bytes of a container are searched, too: they are if not all of it was read."""
    return bool(opened.damaged) or kind in AS_THEY_ARE


def digesting(read: Callable[[], bytes]) -> tuple[Callable[[], bytes], digests.Digest]:
    """Return a reader, and the SHA-256 of what was read through it."""
    digest = digests.new("sha256", size=HELD)

    def digested() -> bytes:
        data = read()
        digest.update(data)
        return data

    return digested, digest


def too_large(seen: InspectedText, digest: digests.Digest) -> InspectedText:
    """Return what was found in a container that is too large to be opened, with that gap."""
    gap = Unread(detail=f"it takes more than {HELD >> 20} MiB of memory to open", digest=digest.hexdigest())
    return msgspec.structs.replace(seen, unread=(gap,))


def member_text(path: bytes, name: bytes, read: Callable[[], bytes]) -> bytes | None:
    """Return the text of that name in the container at ``path``, whose content ``read`` returns; None without one."""
    budget = Budget()

    def counted() -> bytes:
        data = read()
        budget.earn(len(data))
        return data

    content = Content(counted, budget)
    kind = container(content.peek(LOOK))
    if kind in READERS:
        for one in Walk(kind, content, budget, path).texts():
            if one.name == name:
                return b"".join(iter(one.read, b""))
    return None


def _after(text: bytes, read: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return a reader of a text, and then of what ``read`` returns."""
    first = [text]
    return lambda: first.pop() if first else read()
