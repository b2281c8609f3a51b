"""What was found in the contents of objects, as it goes from one process to another and into the cache."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from keyguard.history.hit import Hit
from keyguard.inspection.inspector import InspectedText
from keyguard.odb.commits import CommitRows, moved


class Contents(msgspec.Struct, array_like=True):
    """What one process read, or all together."""

    hits: list[Hit] = []
    commits: list[CommitRows] = []
    tags: list[tuple[int, str]] = []
    """Number of a tag, and the id of what it is put on."""
    lost: list[int] = []
    """Numbers of what has to be read in another way."""
    malformed: list[int] = []
    """Numbers of commits and tags that were read, and do not say (or not all) what they lead to."""
    size: int = 0
    """Of what was read, in bytes, unpacked."""
    placeholders: int = 0
    containers: list[tuple[int, str]] = []
    """Numbers of blobs whose content stands packed in them, and what they are."""

    def add(self, other: Contents) -> None:
        """Take over what another process read."""
        self.hits += other.hits
        self.commits += other.commits
        self.tags += other.tags
        self.lost += other.lost
        self.malformed += other.malformed
        self.size += other.size
        self.placeholders += other.placeholders
        self.containers += other.containers

    def keep(self, number: int, seen: InspectedText) -> None:
        """Take in what was seen in one object."""
        if seen.sightings or seen.doubtful:
            self.hits.append(Hit(number, seen.sightings, seen.doubtful))
        self.size += seen.size
        self.placeholders += seen.placeholders
        if seen.container:
            self.containers.append((number, seen.container))

    def keys(self, since: int = 0) -> Iterator[str]:
        """The fingerprints of what was found, after so many hits."""
        return (one.fingerprint for hit in self.hits[since:] for one in hit.sightings)

    def moved(self, distance: int) -> Contents:
        """The same with other numbers."""
        return Contents(
            hits=[Hit(hit.number + distance, hit.sightings, hit.doubtful) for hit in self.hits],
            commits=[moved(rows, distance) for rows in self.commits],
            tags=[(number + distance, target) for number, target in self.tags],
            lost=[number + distance for number in self.lost],
            malformed=[number + distance for number in self.malformed],
            size=self.size,
            placeholders=self.placeholders,
            containers=[(number + distance, words) for number, words in self.containers],
        )
