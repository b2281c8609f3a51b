"""Inspect a text for keys. Nearly all texts contain none, and for those nothing else is imported or computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from keyguard.credential_files import table
from keyguard.engine.compiled import Engine
from keyguard.engine.containers import LOOK, container, packed_texts
from keyguard.engine.prefilter import Hits, search_each
from keyguard.masking.run_identity import run_identity
from keyguard.masking.secret import Secret
from keyguard.model.finding import Blob, Sighting

if TYPE_CHECKING:
    from keyguard.engine.overlaps import Found
    from keyguard.inspection.sightings import SightingFinder


class InspectedText(msgspec.Struct, frozen=True):
    """The sightings in one text, and its size in bytes."""

    sightings: list[Sighting]
    placeholders: int
    size: int
    doubtful: bool = False
    """Whether an attribution could change with the path, which may not be known yet."""
    plain: bool = False
    """Whether it is a text in which the prefilter found nothing but places where no secret is."""
    judged: tuple[str, ...] = ()
    """Without a path: what identifies, in this run, the secrets without a vendor's format. They are judged under each
    path, and only then are there sightings of them.
    """
    secrets: tuple[Secret, ...] | None = None
    """The same secrets, if nothing but the lines that they stand on tells of them; they stay in this process."""
    container: str = ""
    """The kind of container, in words, if the content is packed or encrypted and so was not really read."""


class Inspector:
    """Inspects texts with an engine; imports what builds sightings only after the first match."""

    def __init__(self, engine: Engine) -> None:
        self.prefilter = engine.prefilter
        self._engine = engine
        self._made: SightingFinder | None = None

    def suspects(self, texts: Sequence[bytes], paths: Sequence[bytes] = ()) -> dict[int, Hits]:
        """Return the indices of the texts to inspect, in order, with the hits of the prefilter: the others contain
        nothing, not even a placeholder.

        Searching many small texts at once takes half the time. ``paths`` are theirs, as far as they are known: those of
        credential files are inspected in any case.
        """
        found = search_each(self.prefilter, texts)
        for at in (*packed_texts(texts), *table.indices_named(paths)):
            found.setdefault(at, Hits([], []))
        return dict(sorted(found.items()))

    def prepare(self) -> None:
        """Load what builds sightings, and compile the expressions that most texts need: once, before workers fork."""
        from keyguard.engine.detectors import prepare

        self._sighter()
        prepare()

    def promising(self, data: bytes, places: Sequence[tuple[int, int]]) -> bool:
        """Return whether there could be a secret without a vendor's format in a text of which this is an excerpt."""
        return self._engine.matcher.promising(data, places)

    def inspect(self, blob: Blob, data: bytes, found: Found | None = None, hits: Hits | None = None) -> InspectedText:
        """Return all sightings in a text that is completely in memory.

        ``found`` is the matcher's result for a text without NULs, and ``hits`` the prefilter's, if they are known.
        """
        if found is None and b"\0" not in data:
            hits, packed = self.prefilter.search(data) if hits is None else hits, container(data)
            if not (any(hits) or (blob.path and table.named(blob.path))):
                return InspectedText([], 0, len(data), plain=not packed, container=packed)
            found = self._engine.matcher.confirm(data, hits, blob.path)
            if not found.matches:
                plain = not (packed or hits.anchors or hits.encoded)
                return InspectedText([], len(found.placeholders), len(data), plain=plain, container=packed)
            if not blob.path and all(one.judged for one in found.matches):  # nearly always, in a history
                secrets = tuple({Secret(one.secret) for one in found.matches})
                told = packed or hits.anchors or hits.encoded or self._engine.matcher.has_sign(hits.places)
                return InspectedText(
                    [],
                    len(found.placeholders),
                    len(data),
                    container=packed,
                    judged=tuple({run_identity(one) for one in secrets}),
                    secrets=None if told else secrets,
                )
        return self._inspect(blob, iter((data, b"")).__next__, found)

    def inspect_name(self, blob: Blob) -> InspectedText:
        """Return all sightings in the path of a blob."""
        from keyguard.inspection.name_boundaries import found_in

        return self.inspect(blob, blob.path, found_in(blob.path, self._engine))

    def inspect_stream(self, blob: Blob, read: Callable[[], bytes]) -> InspectedText:
        """Return all sightings in a text that ``read`` returns in pieces, the last one empty."""
        return self._inspect(blob, read, None)

    def _inspect(self, blob: Blob, read: Callable[[], bytes], found: Found | None) -> InspectedText:
        counter = _Counter(read)
        sighter = self._sighter()
        sighter.doubtful = False
        sightings, placeholders = sighter.sight(blob, counter.read, found)
        judged = {one.identity for one in sightings if one.judged} if not blob.path else set[str]()
        return InspectedText(
            [one for one in sightings if not (judged and one.judged)],
            placeholders,
            counter.size,
            sighter.doubtful,
            container=container(counter.head),
            judged=tuple(judged),
        )

    def _sighter(self) -> SightingFinder:
        if self._made is None:
            from keyguard.inspection.sightings import SightingFinder

            self._made = SightingFinder(self._engine.ruleset, self._engine.matcher)
        return self._made


class _Counter:
    """A reader that counts the bytes and keeps the first ones."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self.size = 0
        self.head = b""
        self._ended = False

    def read(self, size: int) -> bytes:
        data = b"" if self._ended else self._read()
        self._ended = not data
        self.size += len(data)
        if len(self.head) < LOOK:
            self.head += data[: LOOK - len(self.head)]
        return data
