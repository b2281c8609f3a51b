"""Is there anything in this text? Nearly always not, and then nothing else is imported or paid for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from keyguard.engine.compiled import Engine
from keyguard.engine.containers import LOOK, container, packed_texts
from keyguard.engine.prefilter import suspects
from keyguard.model.finding import Blob, Sighting

if TYPE_CHECKING:
    from keyguard.engine.matcher import Found
    from keyguard.inspection.sightings import Sighter


class Sighted(msgspec.Struct, frozen=True):
    """What one text held, and its size in bytes."""

    sightings: list[Sighting]
    placeholders: int
    size: int
    doubtful: bool = False
    """Whether it could depend on the path, which may not be known yet, whose a key is, or whether it is one."""
    plain: bool = False
    """Whether it is text in which nothing even looks like the beginning of a key."""
    container: str = ""
    """What it is, in words, where its content stands in it packed or encrypted, so that it was not really read."""


class Inspector:
    """An engine, and what turns its matches into sightings once there are any."""

    def __init__(self, engine: Engine) -> None:
        self.prefilter = engine.prefilter
        self._engine = engine
        self._made: Sighter | None = None

    def suspects(self, texts: Sequence[bytes]) -> list[int]:
        """The numbers of the texts that have to be inspected: in the others there is nothing, not even a placeholder.

        To look at many small ones in one go saves half the time.
        """
        return sorted({*packed_texts(texts), *suspects(self._engine.prefilter, texts)})

    def inspect(self, blob: Blob, data: bytes) -> Sighted:
        """All sightings in a text that is in memory as a whole."""
        found = None
        if b"\0" not in data:
            hits, packed = self.prefilter.hits(data), container(data)
            if not hits:
                return Sighted([], 0, len(data), plain=not packed, container=packed)
            found = self._engine.matcher.confirm(data, hits)
            if not found.matches:
                return Sighted([], len(found.placeholders), len(data), container=packed)
        return self._inspect(blob, iter((data, b"")).__next__, found)

    def inspect_stream(self, blob: Blob, read: Callable[[], bytes]) -> Sighted:
        """All sightings in a text that ``read`` gives piece by piece, the last one empty."""
        return self._inspect(blob, read, None)

    def _inspect(self, blob: Blob, read: Callable[[], bytes], found: Found | None) -> Sighted:
        counter = _Counter(read)
        sighter = self._sighter()
        sighter.doubtful = False
        sightings, placeholders = sighter.sight(blob, counter.read, found)
        return Sighted(sightings, placeholders, counter.size, sighter.doubtful, container=container(counter.head))

    def _sighter(self) -> Sighter:
        if self._made is None:
            from keyguard.inspection.sightings import Sighter

            self._made = Sighter(self._engine.ruleset, self._engine.matcher)
        return self._made


class _Counter:
    """Counts the bytes that pass, and keeps the first."""

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
