"""The results of inspecting the contents of objects, in the form that processes exchange and the cache stores."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from keyguard.history.hit import Hit
from keyguard.inspection.inspected_text import InspectedText
from keyguard.model.coverage import Unread
from keyguard.odb.commits import CommitRows, moved


class ContentResults(msgspec.Struct, array_like=True):
    """What one process read, or all processes together. Objects are given by their numbers in the store."""

    hits: list[Hit] = []
    commits: list[CommitRows] = []
    tags: list[tuple[int, str]] = []
    """Number of a tag, and the id of the object that it points to."""
    lost: list[int] = []
    """Numbers of objects that have to be read in another way."""
    malformed: list[int] = []
    """Numbers of commits and tags that were read, but whose references could not be parsed, or not all of them."""
    size: int = 0
    """Bytes read, uncompressed."""
    placeholders: int = 0
    unread: list[tuple[int, Unread]] = []
    """Numbers of blobs that are archives or the like, and what is not read of them."""
    again: list[int] = []
    """Of a pack from the cache: numbers of objects whose hits were not stored, and that are to be inspected again."""

    def add(self, other: ContentResults) -> None:
        """Add the results of another process."""
        self.hits += other.hits
        self.commits += other.commits
        self.tags += other.tags
        self.lost += other.lost
        self.malformed += other.malformed
        self.size += other.size
        self.placeholders += other.placeholders
        self.unread += other.unread
        self.again += other.again

    def keep(self, number: int, seen: InspectedText) -> None:
        """Add what was found in one object."""
        if seen.sightings or seen.doubtful or seen.judged:
            self.hits.append(Hit(number, seen.sightings, seen.doubtful, seen.judged))
        self.size += seen.size
        self.placeholders += seen.placeholders
        self.unread += [(number, one) for one in seen.unread]

    def keys(self, since: int = 0) -> Iterator[str]:
        """Yield the fingerprints of the keys in all hits but the first ``since``."""
        for hit in self.hits[since:]:
            yield from (one.fingerprint for one in hit.sightings)
            yield from hit.judged

    def storable(self) -> ContentResults:
        """Return a copy for the cache, in which objects with secrets that their paths decide of are to be read again:
        what identifies these holds for this run alone.
        """
        again = {hit.number for hit in self.hits if hit.judged}
        hits = [hit for hit in self.hits if hit.number not in again]
        return msgspec.structs.replace(self, hits=hits, again=sorted(again))

    def moved(self, distance: int) -> ContentResults:
        """Return a copy in which ``distance`` is added to each object number."""
        return ContentResults(
            hits=[Hit(hit.number + distance, hit.sightings, hit.doubtful, hit.judged) for hit in self.hits],
            commits=[moved(rows, distance) for rows in self.commits],
            tags=[(number + distance, target) for number, target in self.tags],
            lost=[number + distance for number in self.lost],
            malformed=[number + distance for number in self.malformed],
            size=self.size,
            placeholders=self.placeholders,
            unread=[(number + distance, one) for number, one in self.unread],
            again=[number + distance for number in self.again],
        )
