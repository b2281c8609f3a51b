"""The keys in each object that was hit, judged under each path at which the object occurs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol

from keyguard.history.hit import Hit
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, Sighting, Vendor, Where
from keyguard.support.errors import GitError

#: stands for candidates that are keys only under certain paths
PATH_DEPENDENT = ""
#: prefix of the fingerprint of a key in the name of a file or folder, not in its content
NAME_PREFIX = "name:"


class ObjectContent(Protocol):
    """An object whose content is read in pieces."""

    @property
    def pieces(self) -> Callable[[], Iterator[bytes]]:
        """A function that yields the content, and raises GitError if it turns out to be damaged."""


class ObjectSource(Protocol):
    """Reads objects by their numbers."""

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, ObjectContent]]:
        """Yield each of these objects with its number."""


class SightingsByPath:
    """Hits by number, and names that contain keys."""

    def __init__(
        self,
        hits: Iterable[Hit],
        names: Mapping[bytes, list[Sighting]],
        objects: ObjectSource,
        inspector: Inspector,
        vendors: Iterable[Vendor],
    ) -> None:
        """``names`` maps names of files and folders to the sightings in them."""
        self.hits = {hit.number: hit for hit in hits}
        """By number; callers may add hits later."""
        self._names = names
        self._objects = objects
        self._inspector = inspector
        words = {word for vendor in vendors for word in vendor.names}
        #: a path that contains none of these words, in any spelling, has no influence
        self._telling = re.compile("|".join(map(re.escape, sorted(words))) or "(?!)")
        self._seen: dict[tuple[int, bytes], list[Sighting]] = {}

    def keys(self, name: bytes, number: int) -> list[str]:
        """Return the keys of a tree entry: those in the object, and those in the entry's name."""
        hit = self.hits.get(number)
        found = {*(one.identity for one in hit.sightings), *hit.judged} if hit else set()
        if hit and hit.doubtful:
            found.add(PATH_DEPENDENT)
        return sorted(found | {NAME_PREFIX + one.fingerprint for one in self._names.get(name, ())})

    def at_path(self, number: int, path: bytes, key: str) -> list[Sighting]:
        """Return the sightings of one key in an object that occurs at ``path``, or in the path itself."""
        if key.startswith(NAME_PREFIX):
            found = self._inspector.inspect_name(Blob(path=path, where=Where.HISTORY)).sightings
            start = len(path.rpartition(b"/")[0].decode("utf-8", "replace"))
            mark = key.removeprefix(NAME_PREFIX)
            return [one for one in found if one.fingerprint == mark and one.occurrence.column > start]
        found = self.under(number, path)
        if key != PATH_DEPENDENT:
            return [one for one in found if one.identity == key]
        hit = self.hits[number]
        known = {*(one.identity for one in hit.sightings), *hit.judged}
        return [one for one in found if one.identity not in known]

    def under(self, number: int, path: bytes) -> list[Sighting]:
        """Return the sightings in an object under a path; inspect it again only if the path can make a difference."""
        hit = self.hits[number]
        if not hit.judged and not (hit.doubtful and self._telling.search(_letters(path))):
            return hit.sightings
        if (number, path) not in self._seen:
            self._seen[number, path] = self._judged(hit, path)
        return self._seen[number, path]

    def _judged(self, hit: Hit, path: bytes) -> list[Sighting]:
        """Inspect the object again under its path."""
        blob = Blob(path=path, where=Where.HISTORY)
        for _, content in self._objects.read([hit.number]):
            try:
                return self._inspector.inspect_stream(blob, partial(next, content.pieces(), b"")).sightings
            except GitError:
                break
        return hit.sightings


def _letters(path: bytes) -> str:
    """Return the path in lower case without separators, so that every spelling of a vendor's name matches."""
    return re.sub(r"[_\-\s.]", "", path.decode("ascii", "replace").lower())
