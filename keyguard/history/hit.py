"""An object with keys in it, before it is known where it is from."""

from __future__ import annotations

import msgspec

from keyguard.model.finding import Blob, Sighting, Where

#: what is inspected before it is known where it is from
UNNAMED = Blob(path=b"", where=Where.HISTORY)


class Hit(msgspec.Struct, frozen=True, array_like=True):
    """An object with keys in it."""

    number: int
    sightings: list[Sighting]
    doubtful: bool
    """Whether its path could tell more: whose a key is, or whether it is one."""
