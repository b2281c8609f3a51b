"""Hits whose places were not looked up before the scan was interrupted: they are named by their objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from keyguard.history.hits import Hit
from keyguard.history.surveyed import placed
from keyguard.model import Sighting, Trace
from keyguard.odb.headers import COMMIT, TAG
from keyguard.odb.store import Store

_WORDS = {COMMIT: "commit", TAG: "tag"}


def unplaced(
    store: Store, hits: Iterable[Hit], names: Mapping[bytes, list[Sighting]], known: Collection[Sighting]
) -> Iterator[Sighting]:
    """What is in these hits, and in these names of files, less what is ``known`` with its place."""
    traces = {(one.occurrence.trace.kind, one.occurrence.trace.oid) for one in known if one.occurrence.trace}
    for hit in hits:
        kind, oid = int(store.kinds[hit.number]), store.oid(hit.number)
        word = _WORDS.get(kind, "blob")
        if (word, oid) not in traces:
            commit, path = oid if kind == COMMIT else "", f"{word}:{oid}".encode()
            for one in hit.sightings:
                yield placed(one, path, commit=commit, trace=Trace(kind=word, oid=oid))
    seen = {one.fingerprint for one in known if one.occurrence.trace and one.occurrence.trace.kind == "name"}
    for name, sightings in names.items():
        for one in sightings:
            if one.fingerprint not in seen:
                yield placed(one, name, trace=Trace(kind="name"))
