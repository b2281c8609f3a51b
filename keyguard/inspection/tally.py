"""What a scan has seen and read so far, and what it could not read. Workers each keep one; they add up."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from keyguard.inspection.inspector import Sighted
from keyguard.model.finding import Sighting, Skipped
from keyguard.sources.reading import Shrunk
from keyguard.support.errors import GitError

#: with so many sightings it is worth a look whether some keys have more places than are held
_MANY = 2000


class Tally(msgspec.Struct):
    """What was seen and read so far. Sums of tallies are tallies of sums: workers each keep their own."""

    sightings: list[Sighting] = []
    skipped: list[Skipped] = []
    absent: list[tuple[int, bytes]] = []
    read: int = 0
    size: int = 0
    placeholders: int = 0

    def add(self, other: Tally) -> None:
        """Take over what another process saw."""
        self.sightings += other.sightings
        self.skipped += other.skipped
        self.absent += other.absent
        self.read += other.read
        self.size += other.size
        self.placeholders += other.placeholders

    def forget(self, before: Iterable[Sighting]) -> None:
        """Drop what stood on the same line before, as often as it stood there."""
        old = Counter(map(_line_of, before))
        if old:
            self.sightings = [one for one in self.sightings if not _taken(old, _line_of(one))]

    def note(self, seen: Sighted) -> None:
        """Count what one text held; whether it was read whole is counted apart."""
        self.sightings += seen.sightings
        self.size += seen.size
        self.placeholders += seen.placeholders

    def whole(self, path: bytes, container: str = "") -> None:
        """Count a text all of whose bytes were looked at: as read, unless it is a ``container``."""
        if container:
            self.skipped.append(Skipped(path=path, reason="container", detail=container, gap=False))
        else:
            self.read += 1

    def settle(self, path: bytes, guarded: Guarded, container: str = "") -> None:
        """Count a text that was read in pieces: read whole, or a gap."""
        if guarded.problem is None:
            self.whole(path, container)
        else:
            self.skipped.append(Skipped(path=path, reason=guarded.problem[0], detail=guarded.problem[1]))


class Limiter:
    """Counts the places of keys that have too many, each time that the number of sightings has doubled."""

    def __init__(self, *, enabled: bool = True) -> None:
        self._most = _MANY if enabled else sys.maxsize

    def apply(self, tallies: Sequence[Tally]) -> None:
        """Take out the places beyond the limit. The order of the tallies decides which ones are held."""
        if sum(len(one.sightings) for one in tallies) > self._most:
            from keyguard.inspection.repeats import limit_places  # nearly always there are few

            for tally, held in zip(tallies, limit_places([one.sightings for one in tallies]), strict=True):
                tally.sightings = held
            self._most = 2 * max(_MANY, sum(len(one.sightings) for one in tallies))


class Guarded:
    """A ``read`` that ends where it fails and remembers why: what was found until then is not lost."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self.problem: tuple[str, str] | None = None

    def read(self) -> bytes:
        """The next piece; nothing at the end or after an error."""
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
    """What makes two sightings the same in two versions of a file: the key, and what stands around it."""
    return (one.occurrence.path, one.occurrence.where, one.fingerprint, one.occurrence.snippet.text)


def _taken(counts: Counter[tuple[object, ...]], key: tuple[object, ...]) -> bool:
    if not counts[key]:
        return False
    counts[key] -= 1
    return True
