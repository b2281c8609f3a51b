"""Texts of code that worker processes have read, in memory that all of them share: who asks later reads no file again.

Nothing is held until a worker has seen a key of which other files may say more; a scan without one pays nothing.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from keyguard.inspection.results import Results
from keyguard.model.finding import Certainty, Sighting
from keyguard.sources.listing import TreeFile

#: what a process takes for itself at a time
_PART = 1 << 20
#: as much as ``keyguard.attribution.project_files`` looks through
_PARTS = 24

#: number of the folder, path below it, offset, size
Place = tuple[int, bytes, int, int]


class SharedTexts:
    """Made before workers are forked: each takes parts of the memory for itself, and says what is there."""

    def __init__(self) -> None:
        self._memory: mmap.mmap | None = None
        self._free = -1
        with suppress(OSError):  # where there is no such memory, files are read again
            memory = mmap.mmap(-1, _PARTS * _PART)
            # numbers of free parts: a byte that is read from a pipe is nobody else's
            self._free, into = os.pipe()
            try:
                os.write(into, bytes(range(_PARTS)))
            finally:
                os.close(into)
            self._memory = memory
        self._at = self._end = 0
        self._keeping = False
        self._fresh: list[Place] = []
        self._places: dict[tuple[int, bytes], tuple[int, int]] = {}

    def close(self) -> None:
        """Give out no more parts: no more workers come. What is held can still be read."""
        free, self._free = self._free, -1
        if free >= 0:
            os.close(free)

    def __del__(self) -> None:
        self.close()

    def keep(self, files: Iterable[tuple[int, TreeFile]], texts: Iterable[bytes], seen: Iterable[Sighting]) -> None:
        """Hold the texts of some files, each with the number of its folder, once one of the sightings is uncertain."""
        if self._memory is None:
            return
        self._keeping = self._keeping or any(one.attribution.certainty is not Certainty.CERTAIN for one in seen)
        if self._keeping:
            for (folder, file), text in zip(files, texts, strict=True):
                self._keep(self._memory, folder, file.path, text)

    def _keep(self, memory: mmap.mmap, folder: int, path: bytes, text: bytes) -> None:
        """Hold a text, if it is code that a person wrote, for as long as there is room."""
        from keyguard.attribution.project_files import LIMIT, is_written_code

        if len(text) > LIMIT or not is_written_code(path):
            return
        start = self._at
        if self._end - start < len(text):
            part = os.read(self._free, 1) if self._free >= 0 else b""
            if not part:
                return
            start = part[0] * _PART
            self._end = start + _PART
        self._at = start + len(text)
        memory[start : self._at] = text
        self._fresh.append((folder, path, start, len(text)))

    def answer(self, results: Results) -> bytes:
        """Return what a worker answers: its results, and where it has held texts since its last answer."""
        return msgspec.msgpack.encode((results, self.fresh()))

    def take(self, answer: bytes) -> Results:
        """Return the results in such an answer."""
        results, places = msgspec.msgpack.decode(answer, type=tuple[Results, list[Place]])
        self.add(places)
        return results

    def fresh(self) -> list[Place]:
        """Where texts stand that were held since this was last asked: for the process that gave us work."""
        found, self._fresh = self._fresh, []
        return found

    def add(self, places: Iterable[Place]) -> None:
        """Take over what a worker says."""
        for folder, path, start, size in places:
            self._places[folder, path] = start, size

    def read(self, folder: int, path: bytes) -> bytes | None:
        """The text of a file, as it was when it was looked at; None where it is not held."""
        place = self._places.get((folder, path))
        return self._memory[place[0] : place[0] + place[1]] if place and self._memory else None
