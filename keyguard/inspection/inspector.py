"""Inspect a text for keys. Nearly all texts contain none, and for those nothing else is imported or computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from keyguard.containers.kinds import LOOK, NOTEBOOK, TEXTS, container, packed_texts
from keyguard.credential_files import table
from keyguard.engine.compiled import Engine
from keyguard.engine.prefilter import Hits, search_each, suspects
from keyguard.generic.expressions import REACH
from keyguard.inspection.inspected_text import InspectedText
from keyguard.masking.run_identity import run_identity
from keyguard.masking.secret import Secret
from keyguard.model.finding import Blob, Match, Sighting, Unread

if TYPE_CHECKING:
    from keyguard.engine.overlaps import Found
    from keyguard.inspection.known_texts import KnownTexts
    from keyguard.inspection.sightings import SightingFinder

#: what a text is called in which more is encoded than is decoded
_ENCODED = "file (what is encoded in it decodes to too much, and not all of that is searched)"


class Inspector:
    """Inspects texts with an engine; imports what builds sightings only after the first match."""

    def __init__(self, engine: Engine, *, opens: bool = True) -> None:
        """Containers are opened if the engine says so and ``opens`` does not forbid it."""
        self.prefilter = engine.prefilter
        self._opens = opens and engine.opens
        self._engine = engine
        self._made: SightingFinder | None = None
        self._known: KnownTexts | None = None

    @property
    def known(self) -> KnownTexts:
        """The texts in containers in which nothing is."""
        if self._known is None:
            from keyguard.inspection.known_texts import KnownTexts

            self._known = KnownTexts()
        return self._known

    def suspects(self, texts: Sequence[bytes], paths: Sequence[bytes] = ()) -> dict[int, Hits]:
        """Return the indices of the texts to inspect, in order, with the hits of the prefilter: the others contain
        nothing, not even a placeholder.

        Searching many small texts at once takes half the time. ``paths`` are theirs, as far as they are known: those of
        credential files are inspected in any case.
        """
        found = search_each(self.prefilter, texts)
        for at in (*packed_texts(texts), *table.indices_named(paths)):
            found.setdefault(at, Hits([], [], [], []))
        return dict(sorted(found.items()))

    def prepare(self) -> None:
        """Load what builds sightings, and compile the expressions that most texts need: once, before workers fork."""
        from keyguard.engine.detectors import prepare

        self._sighter()
        prepare()

    def promising(self, data: bytes, places: Sequence[tuple[int, int]]) -> bool:
        """Return whether there could be a secret without a vendor's format in a text of which this is an excerpt."""
        return self._engine.matcher.promising(data, places)

    def genuine(self, data: bytes, encoded: Sequence[tuple[int, int]]) -> bool:
        """Return whether a key could be in what is encoded in a text of which this is an excerpt."""
        return self._engine.matcher.may_be_anchored(data, Hits([], [], [*encoded]))

    def inspect(self, blob: Blob, data: bytes, found: Found | None = None, hits: Hits | None = None) -> InspectedText:
        """Return all sightings in a text that is completely in memory.

        ``found`` is the matcher's result for a text without NULs, and ``hits`` the prefilter's, if they are known.
        """
        packed = self._kind(data) if found is None else ""
        if packed == NOTEBOOK:
            # all that is in one stands plain in it, too: where that could be no key, and so in nearly all, it is a text
            hits = self.prefilter.search(data)
            packed = packed if any(hits) else ""
        if packed and self._opens and (opened := self._opened(blob, packed, data)):
            # images in base64 have signs of encoded keys by chance
            is_plain = packed == NOTEBOOK and hits is not None and not self._engine.matcher.may_be_anchored(data, hits)
            return msgspec.structs.replace(opened, plain=True) if is_plain and opened.is_empty else opened
        return self.text(blob, data, found, hits, packed)

    def text(
        self, blob: Blob, data: bytes, found: Found | None = None, hits: Hits | None = None, packed: str = ""
    ) -> InspectedText:
        """Return ``inspect`` for a text as it is, whatever kind of container it is: ``packed``."""
        if found is None and b"\0" not in data:
            hits = self.prefilter.search(data) if hits is None else hits
            if not (any(hits) or (blob.path and table.named(blob.path))):
                return InspectedText([], 0, len(data), plain=not packed, unread=_not_read(packed))
            found = self._engine.matcher.confirm(data, hits, blob.path)
            unread = _not_read(packed, is_partial=found.is_partial)
            if not found.matches:
                # what is joined to no key may be so in a version of it, but then something near a sign has changed
                plain = not (unread or self._engine.matcher.is_anchored(hits))
                return InspectedText([], len(found.placeholders), len(data), plain=plain, unread=unread)
            if not blob.path and all(one.judged for one in found.matches):  # nearly always, in a history
                secrets = {Secret(one.secret): Secret(_excerpt(data, one)) for one in found.matches}
                told = packed or hits.anchors or hits.encoded or self._engine.matcher.has_sign(hits.places)
                return InspectedText(
                    [],
                    len(found.placeholders),
                    len(data),
                    unread=unread,
                    judged=tuple({run_identity(one) for one in secrets}),
                    excerpts=None if told else secrets,
                )
        return self._inspect(blob, iter((data, b"")).__next__, found, packed, hits)

    def inspect_name(self, blob: Blob) -> InspectedText:
        """Return all sightings in the path of a blob."""
        from keyguard.inspection.name_boundaries import found_in

        return self.inspect(blob, blob.path, found_in(blob.path, self._engine))

    def inspect_stream(self, blob: Blob, read: Callable[[], bytes]) -> InspectedText:
        """Return all sightings in a text that ``read`` returns in pieces, the last one empty."""
        rest = Rewound(read)
        packed = self._kind(rest.peek(LOOK))
        if packed and self._opens and (opened := self._opened_stream(blob, packed, rest)):
            return opened
        return self._inspect(blob, rest.piece, None, packed)

    def text_stream(self, blob: Blob, read: Callable[[], bytes]) -> InspectedText:
        """Return ``inspect_stream`` for a text as it is, whatever it is."""
        return self._inspect(blob, read, None, "")

    def named(self, blobs: Sequence[Blob]) -> list[Sighting]:
        """Return the keys in the paths of blobs in their containers."""
        found: list[Sighting] = []
        for at in suspects(self._engine.prefilter, [blob.member for blob in blobs]):
            before = len(blobs[at].path) - len(blobs[at].member)
            found += [one for one in self.inspect_name(blobs[at]).sightings if one.occurrence.column > before]
        return found

    def _kind(self, data: bytes) -> str:
        """Return the kind of container; empty for a text that is to be taken as it stands."""
        kind = container(data)
        return "" if kind in TEXTS and not self._opens else kind

    def _opened(self, blob: Blob, kind: str, data: bytes) -> InspectedText | None:
        """Return what is in a container that is in memory; None if containers of its kind are not opened."""
        from keyguard.containers.table import READERS
        from keyguard.inspection.members import OpenedContainer, searched_as_it_is

        if kind not in READERS:
            return None
        opened = OpenedContainer(self, blob)
        opened.read(kind, iter((data, b"")).__next__, data)
        if searched_as_it_is(kind, opened):
            seen = self._inspect(blob, iter((data, b"")).__next__, None, opened.damaged)
            opened.add(self._without_pieces(seen, opened.sightings), first=kind in TEXTS)
        return opened.result()

    def _without_pieces(self, seen: InspectedText, members: Sequence[Sighting]) -> InspectedText:
        """Return what was found in a container as it is but for what is a piece of a key in a member: a line of it."""
        values = {one.fingerprint: self._value(one) for one in (*seen.sightings, *members)} if members else {}
        whole = [values[one.fingerprint] for one in members]
        kept = [one for one in seen.sightings if not any(_is_piece(values[one.fingerprint], other) for other in whole)]
        return msgspec.structs.replace(seen, sightings=kept) if len(kept) < len(seen.sightings) else seen

    def _value(self, sighting: Sighting) -> bytes:
        secret = self._sighter().secret(sighting.fingerprint)
        return secret.reveal() if secret else b""

    def _opened_stream(self, blob: Blob, kind: str, content: Rewound) -> InspectedText | None:
        """Return what is in a container that is a stream; None if containers of its kind are not opened."""
        from keyguard.containers.budget import HELD
        from keyguard.containers.table import AS_THEY_ARE, READERS
        from keyguard.inspection.members import OpenedContainer, digesting, too_large

        if kind not in READERS:
            return None
        if kind in AS_THEY_ARE:
            data = content.whole(HELD)
            if data is not None:
                return self._opened(blob, kind, data)
            read, digest = digesting(content.piece)
            seen = self._inspect(blob, read, None, "")
            return seen if kind in TEXTS else too_large(seen, digest)
        opened = OpenedContainer(self, blob)
        opened.read(kind, content.piece)
        if opened.damaged:
            rest = self._inspect(blob, content.piece, None, opened.damaged)
            opened.size += rest.size
            opened.add(rest)
        return opened.result()

    def _inspect(
        self, blob: Blob, read: Callable[[], bytes], found: Found | None, packed: str, hits: Hits | None = None
    ) -> InspectedText:
        counter = _Counter(read)
        sighter = self._sighter()
        sighter.doubtful = sighter.partial = False
        sightings, placeholders = sighter.sight(blob, counter.read, found, hits)
        judged = {one.identity for one in sightings if one.judged} if not blob.path else set[str]()
        return InspectedText(
            [one for one in sightings if not (judged and one.judged)],
            placeholders,
            counter.size,
            sighter.doubtful,
            unread=_not_read(packed, is_partial=sighter.partial),
            judged=tuple(judged),
        )

    def _sighter(self) -> SightingFinder:
        if self._made is None:
            from keyguard.inspection.sightings import SightingFinder

            self._made = SightingFinder(self._engine.ruleset, self._engine.matcher)
        return self._made


def _is_piece(value: bytes, whole: bytes) -> bool:
    return value != whole and value in whole and bool(value)


def _excerpt(data: bytes, match: Match) -> bytes:
    """Return a secret with all that a finder reads around it."""
    return data[max(0, match.start - REACH) : match.end + REACH]


def _not_read(kind: str, *, is_partial: bool = False) -> tuple[Unread, ...]:
    """Return that a text of a kind is not read, or that of a text not all is that is encoded in it."""
    return *((Unread(detail=kind),) if kind else ()), *((Unread(detail=_ENCODED),) if is_partial else ())


class Rewound:
    """A reader of pieces of which the first ones can be looked at before they are read."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._first = b""
        self._ended = False

    def peek(self, size: int) -> bytes:
        """Return the first ``size`` bytes, or all if there are fewer."""
        while len(self._first) < size and (more := self._next()):
            self._first += more
        return self._first[:size]

    def whole(self, most: int) -> bytes | None:
        """Return everything; None if that is more than ``most`` bytes, and then all of it is still to be read."""
        pieces, size = [], 0
        while size <= most and (data := self.piece()):
            pieces.append(data)
            size += len(data)
        self._first = b"".join(pieces)
        return None if size > most else self._first

    def piece(self) -> bytes:
        """Return the next piece; nothing at the end, however often it is asked for."""
        first, self._first = self._first, b""
        return first or self._next()

    def _next(self) -> bytes:
        data = b"" if self._ended else self._read()
        self._ended = not data
        return data


class _Counter:
    """A reader that counts the bytes."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self.size = 0
        self._ended = False

    def read(self, size: int) -> bytes:
        data = b"" if self._ended else self._read()
        self._ended = not data
        self.size += len(data)
        return data
