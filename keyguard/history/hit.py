"""An object that contains keys, before its provenance is known."""

from __future__ import annotations

import msgspec

from keyguard.model.finding import Blob, Sighting, Where

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
