"""Limit the occurrences of one key that are stored for one text: beyond the limit they are only counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from keyguard.model.finding import Match, Sighting
from keyguard.triage.markers import Marker

#: the number of occurrences of one key in one text that are stored; further ones are counted
MOST_PLACES = 1000


class OccurrenceLimit:
    """Counts the occurrences of each key in one text.

    Occurrences with different markers count separately, so that one kind never hides the other.
    """

    def __init__(self) -> None:
        self._held = Counter[tuple[object, ...]]()
        self._more = Counter[tuple[object, ...]]()
        self._names: dict[tuple[object, ...], tuple[str, bool]] = {}

    def is_counted(self, match: Match, noted: Sequence[Marker]) -> bool:
        """Whether the limit is reached, so that this occurrence is only counted; count it in that case."""
        kind = _kind(match, noted)
        if self._held[kind] < MOST_PLACES:
            return False
        self._more[kind] += 1
        return True

    def hold(self, match: Match, noted: Sequence[Marker]) -> None:
        """Record an occurrence that is stored."""
        self._held[_kind(match, noted)] += 1

    def name(self, match: Match, noted: Sequence[Marker], sighting: Sighting) -> None:
        """Record the sighting of a stored occurrence."""
        self._names[_kind(match, noted)] = sighting.fingerprint, sighting.suppression is None

    def told(self, sightings: list[Sighting]) -> list[Sighting]:
        """Return the sightings of the text; the first of each key has the count of further occurrences."""
        more = Counter[tuple[str, bool]]()
        for kind, count in self._more.items():
            more[self._names[kind]] += count
        if not more:
            return sightings
        found = ((one, more.pop((one.fingerprint, one.suppression is None), 0)) for one in sightings)
        return [msgspec.structs.replace(one, more=count) if count else one for one, count in found]


def _kind(match: Match, noted: Sequence[Marker]) -> tuple[object, ...]:
    return match.secret, *((one.name, one.rules) for one in noted)
