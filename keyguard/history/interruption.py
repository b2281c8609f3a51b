"""Report hits whose provenance was not looked up before the scan was interrupted, under the ids of their objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from keyguard.history.hit import Hit
from keyguard.history.result import with_place
from keyguard.model.finding import Sighting, Trace


def sightings_by_object(
    hits: Iterable[tuple[str, str, Hit]], names: Mapping[bytes, list[Sighting]], known: Collection[Sighting]
) -> Iterator[Sighting]:
    """Yield the sightings in these objects and in these names of files, except those that ``known`` already places.

    Each hit comes with its kind (``blob``, ``commit`` or ``tag``) and its id.
    """
    traces = [one.occurrence.trace for one in known if one.occurrence.trace]
    objects = {trace.oid for trace in traces if trace.kind != "name"}
    for word, oid, hit in hits:
        if oid not in objects:
            commit, path = oid if word == "commit" else "", f"{word}:{oid}".encode()
            for one in hit.sightings:
                yield with_place(one, path, commit=commit, trace=Trace(kind=word, oid=oid))
    seen = {one.fingerprint for one in known if one.occurrence.trace and one.occurrence.trace.kind == "name"}
    for name, sightings in names.items():
        for one in sightings:
            if one.fingerprint not in seen:
                yield with_place(one, name, trace=Trace(kind="name"))
