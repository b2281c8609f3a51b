"""The accumulated results of inspecting texts: sightings, counts, and what could not be read."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from keyguard.inspection.inspected_text import InspectedText
from keyguard.model.finding import Sighting, Skipped, Unread
from keyguard.sources.reading import Shrunk
from keyguard.support.errors import GitError

#: with so many sightings it is worth a look whether some keys have more places than are held
_MANY = 2000


class Results(msgspec.Struct):
    """The results so far. Each worker process has its own, and they add up."""

    sightings: list[Sighting] = []
    skipped: list[Skipped] = []
    absent: list[tuple[int, bytes]] = []
    read: int = 0
    size: int = 0
    placeholders: int = 0

    def add(self, other: Results) -> None:
        """Add the results of another process."""
        self.sightings += other.sightings
        self.skipped += other.skipped
        self.absent += other.absent
        self.read += other.read
        self.size += other.size
        self.placeholders += other.placeholders

    def remove_old(self, before: Iterable[Sighting]) -> None:
        """Remove sightings that were on the same line before, as many times as they were there."""
        old = Counter(map(_line_of, before))
        if old:
            self.sightings = [one for one in self.sightings if not _taken(old, _line_of(one))]

    def remove_moved(self, before: Iterable[Sighting]) -> None:
        """Remove sightings of keys that were in other files before, as many times as they were there."""
        old = Counter[tuple[object, ...]]((one.fingerprint,) for one in before)
        if old:
            self.sightings = [one for one in self.sightings if not _taken(old, (one.fingerprint,))]

    def add_text(self, seen: InspectedText) -> None:
        """Add what one text contained; ``count_read`` or ``count_streamed`` records whether it was read completely."""
        self.sightings += seen.sightings
        self.size += seen.size
        self.placeholders += seen.placeholders

    def count_read(self, path: bytes, unread: Sequence[Unread] = ()) -> None:
        """Count a text whose bytes were all inspected: as read, or as skipped if itself is ``unread``."""
        self.skipped += [one.at(path) for one in unread]
        self.read += all(one.member for one in unread)

    def count_streamed(self, path: bytes, guarded: GuardedReader, unread: Sequence[Unread] = ()) -> None:
        """Count a text that was read in pieces: as read completely, or as a gap."""
        if guarded.problem is None:
            self.count_read(path, unread)
        else:
            self.skipped.append(Skipped(path=path, reason=guarded.problem[0], detail=guarded.problem[1]))


class Limiter:
    """Counts the places of keys that have too many, each time that the number of sightings has doubled."""

    def __init__(self, *, enabled: bool = True) -> None:
        self._most = _MANY if enabled else sys.maxsize

    def apply(self, results: Sequence[Results]) -> None:
        """Take out the places beyond the limit. The order of the results decides which ones are held."""
        if sum(len(one.sightings) for one in results) > self._most:
            from keyguard.inspection.occurrence_limit import limit_places  # nearly always there are few

            for one, held in zip(results, limit_places([one.sightings for one in results]), strict=True):
                one.sightings = held
            self._most = 2 * max(_MANY, sum(len(one.sightings) for one in results))


class GuardedReader:
    """A reader that ends at an error and records it, so that earlier findings are not lost."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self.problem: tuple[str, str] | None = None

    def read(self) -> bytes:
        """Return the next piece; empty at the end or after an error."""
        try:
            return self._read()
        except Shrunk as error:
            self.problem = ("shrunk", str(error))
        except GitError as error:
            self.problem = ("unreadable", str(error))
        except OSError as error:
            self.problem = ("unreadable", os.strerror(error.errno or 0))
        return b""


def _line_of(one: Sighting) -> tuple[object, ...]:
    """Return the identity of a sighting across two versions of a file: the key and its line."""
    return (one.occurrence.path, one.occurrence.where, one.fingerprint, one.occurrence.snippet.text)


def _taken(counts: Counter[tuple[object, ...]], key: tuple[object, ...]) -> bool:
    if not counts[key]:
        return False
    counts[key] -= 1
    return True
