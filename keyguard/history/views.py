"""The keys in objects that were hit, as they are judged under the path where the object stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol

from keyguard.history.hit import Hit
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, Sighting, Vendor, Where
from keyguard.support.errors import GitError

#: stands for keys that only a path can tell to be any
MORE = ""
#: what the fingerprint of a key begins with that stands in a name, and not in what it names
IN_NAME = "name:"


class Piecewise(Protocol):
    """An object whose content comes in pieces."""

    @property
    def pieces(self) -> Callable[[], Iterator[bytes]]:
        """Its content; GitError where it turns out to be damaged."""


class Reads(Protocol):
    """Whatever reads objects by their numbers."""

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, Piecewise]]:
        """Each of these objects."""


class Views:
    """Hits by number, and names with keys in them."""

    def __init__(
        self,
        hits: Iterable[Hit],
        names: Mapping[bytes, list[Sighting]],
        objects: Reads,
        inspector: Inspector,
        vendors: Iterable[Vendor],
    ) -> None:
        """``names``: names of files and folders, and what is in them."""
        self.hits = {hit.number: hit for hit in hits}
        """By number; more may come to be known."""
        self._names = names
        self._objects = objects
        self._inspector = inspector
        words = {word for vendor in vendors for word in vendor.names}
        #: a path that holds none of these words in any spelling tells nothing
        self._telling = re.compile("|".join(map(re.escape, sorted(words))) or "(?!)")
        self._seen: dict[tuple[int, bytes], list[Sighting]] = {}

    def keys(self, name: bytes, number: int) -> list[str]:
        """The keys of an entry in a tree: in what it stands for, and in its name."""
        hit = self.hits.get(number)
        found = {one.fingerprint for one in hit.sightings} if hit else set()
        if hit and hit.doubtful:
            found.add(MORE)
        return sorted(found | {IN_NAME + one.fingerprint for one in self._names.get(name, ())})

    def of(self, number: int, path: bytes, key: str) -> list[Sighting]:
        """The places of one key in one object, or in its path."""
        if key.startswith(IN_NAME):
            found = self._inspector.inspect_name(Blob(path=path, where=Where.HISTORY)).sightings
            start = len(path.rpartition(b"/")[0].decode("utf-8", "replace"))
            mark = key.removeprefix(IN_NAME)
            return [one for one in found if one.fingerprint == mark and one.occurrence.column > start]
        found = self._under(number, path)
        if key != MORE:
            return [one for one in found if one.fingerprint == key]
        known = {one.fingerprint for one in self.hits[number].sightings}
        return [one for one in found if one.fingerprint not in known]

    def _under(self, number: int, path: bytes) -> list[Sighting]:
        hit = self.hits[number]
        if not hit.doubtful or not self._telling.search(_letters(path)):
            return hit.sightings
        if (number, path) not in self._seen:
            self._seen[number, path] = self._judged(hit, path)
        return self._seen[number, path]

    def _judged(self, hit: Hit, path: bytes) -> list[Sighting]:
        """The same object looked at once more, now that its path is known."""
        blob = Blob(path=path, where=Where.HISTORY)
        for _, content in self._objects.read([hit.number]):
            try:
                return self._inspector.inspect_stream(blob, partial(next, content.pieces(), b"")).sightings
            except GitError:
                break
        return hit.sightings


def _letters(path: bytes) -> str:
    return re.sub(r"[_\-\s.]", "", path.decode("ascii", "replace").lower())
