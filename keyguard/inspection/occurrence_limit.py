"""How often a key stands in one text: beyond a limit its places are counted, not held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from keyguard.model.finding import Match, Sighting
from keyguard.triage.markers import Marker

#: places of one key in one text that are held; what is beyond is counted
MOST_PLACES = 1000


class OccurrenceLimit:
    """How often each key stands in one text. Places with different markers count apart: none is hidden by others."""

    def __init__(self) -> None:
        self._held = Counter[tuple[object, ...]]()
        self._more = Counter[tuple[object, ...]]()
        self._names: dict[tuple[object, ...], tuple[str, bool]] = {}

    def is_counted(self, match: Match, noted: Sequence[Marker]) -> bool:
        """Whether so many places are held already that this one is only counted; it is, then."""
        kind = _kind(match, noted)
        if self._held[kind] < MOST_PLACES:
            return False
        self._more[kind] += 1
        return True

    def hold(self, match: Match, noted: Sequence[Marker]) -> None:
        """Note a place that is held."""
        self._held[_kind(match, noted)] += 1

    def name(self, match: Match, noted: Sequence[Marker], sighting: Sighting) -> None:
        """Note what a place that is held turned out to be."""
        self._names[_kind(match, noted)] = sighting.fingerprint, sighting.suppression is None

    def told(self, sightings: list[Sighting]) -> list[Sighting]:
        """The sightings of the text; the first of each key says how many more places there are."""
        more = Counter[tuple[str, bool]]()
        for kind, count in self._more.items():
            more[self._names[kind]] += count
        if not more:
            return sightings
        found = ((one, more.pop((one.fingerprint, one.suppression is None), 0)) for one in sightings)
        return [msgspec.structs.replace(one, more=count) if count else one for one, count in found]


def _kind(match: Match, noted: Sequence[Marker]) -> tuple[object, ...]:
    return match.secret, *((one.name, one.rules) for one in noted)
