"""An object that contains keys, before its provenance is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from keyguard.model.finding import Blob, Sighting, Where

if TYPE_CHECKING:
    from keyguard.odb.arrays import Array

#: stands in for the path while an object is inspected: its paths are looked up later
UNNAMED = Blob(path=b"", where=Where.HISTORY)


class Hit(msgspec.Struct, frozen=True, array_like=True):
    """An object that contains keys."""

    number: int
    sightings: list[Sighting]
    doubtful: bool
    """Whether its path can change the result: to whom a key is attributed, or whether a candidate is a key at all."""
    judged: tuple[str, ...] = ()
    """What identifies, in this run, its secrets without a vendor's format, of which each path decides."""


def merged(hits: Iterable[Hit], firsts: Array) -> list[Hit]:
    """Merge the hits of objects with the same id: in a tampered store a later copy may have other content.

    ``firsts`` has, for each object, the number of the first one with its id.
    """
    found: dict[int, Hit] = {}
    for hit in hits:
        number = int(firsts[hit.number])
        before = found.get(number)
        if before is None:
            found[number] = Hit(number, hit.sightings, hit.doubtful, hit.judged)
            continue
        known = {one.fingerprint for one in before.sightings}
        more = [one for one in hit.sightings if one.fingerprint not in known]
        doubtful, judged = before.doubtful or hit.doubtful, tuple({*before.judged, *hit.judged})
        found[number] = Hit(number, before.sightings + more, doubtful, judged)
    return [found[number] for number in sorted(found)]
