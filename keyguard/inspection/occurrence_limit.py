"""Limit the occurrences of one key that are stored, for one text and for all files: further ones are only counted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

import msgspec

from keyguard.model.finding import Match, Sighting
from keyguard.triage.markers import Marker

#: occurrences of one key that are stored, in one text and in files of one kind; further ones are counted
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

    def record(self, match: Match, noted: Sequence[Marker]) -> None:
        """Record an occurrence that is stored."""
        self._held[_kind(match, noted)] += 1

    def record_sighting(self, match: Match, noted: Sequence[Marker], sighting: Sighting) -> None:
        """Record the sighting of a stored occurrence."""
        self._names[_kind(match, noted)] = sighting.fingerprint, sighting.suppression is None

    def with_counts(self, sightings: list[Sighting]) -> list[Sighting]:
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


def limit_places(lists: Sequence[list[Sighting]]) -> list[list[Sighting]]:
    """Return the same lists without the places beyond the first ``MOST_PLACES`` of each key, of all lists together.

    The first place says how many more there are. Places count apart where something else is said of them (whose key it
    is, a marker), or where the names of the files end otherwise, since how a key is kept depends on the kind of file.
    """
    held, more = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
    kept = list[list[Sighting]]()
    for sightings in lists:
        kept.append(fresh := [])
        for one in sightings:
            kind = _kind_of_place(one)
            if held[kind] < MOST_PLACES or one.suppression is not None or one.spared:
                fresh.append(one)
                held[kind] += 1
            else:
                more[kind] += 1 + one.more
    for fresh in kept if more else ():
        for at, one in enumerate(fresh):
            if one.suppression is None and not one.spared and (count := more.pop(_kind_of_place(one), 0)):
                fresh[at] = msgspec.structs.replace(one, more=one.more + count)
    return kept


def _kind_of_place(one: Sighting) -> tuple[object, ...]:
    said, place = one.attribution, one.occurrence
    ending = os.path.splitext(os.path.basename(place.path))[1]
    whose = said.rule, said.certainty, said.candidates, said.named, said.ground, said.environment
    return one.fingerprint, place.where, ending, one.environment, one.malformed, one.also, bool(one.suppression), *whose
