"""An object that contains keys, before its provenance is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from keyguard.masking.known_values import KNOWN
from keyguard.masking.run_identity import is_run_identity
from keyguard.masking.secret import Secret, fingerprint
from keyguard.model.finding import Blob, Sighting, Where
from keyguard.odb.arrays import Array

#: stands in for the path while an object is inspected: its paths are looked up later
UNNAMED = Blob(path=b"", where=Where.HISTORY)


class Hit(msgspec.Struct, frozen=True, array_like=True):
    """An object that contains keys."""

    number: int
    sightings: list[Sighting]
    doubtful: bool
    """Whether its path can change the result: to whom a key is attributed, or whether a candidate is a key at all."""
    judged: bool = False
    """Whether it has secrets without a vendor's format: every path may change the result."""


def settled(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """Yield the sightings of an object that is not inspected again under a path, each with a fingerprint of its own."""
    for one in sightings:
        text = KNOWN.text_of(one.fingerprint) if is_run_identity(one.fingerprint) else None
        if text is not None:
            one = msgspec.structs.replace(one, fingerprint=fingerprint(Secret(text), guessable=True))
        yield one


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
        doubtful, judged = before.doubtful or hit.doubtful, before.judged or hit.judged
        found[number] = Hit(number, before.sightings + more, doubtful, judged)
    return [found[number] for number in sorted(found)]
