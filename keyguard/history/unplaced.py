"""Hits whose places were not looked up before the scan was interrupted: they are named by their objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from keyguard.history.hit import Hit
from keyguard.history.outcome import placed
from keyguard.model.finding import Sighting, Trace


def unplaced(
    hits: Iterable[tuple[str, str, Hit]], names: Mapping[bytes, list[Sighting]], known: Collection[Sighting]
) -> Iterator[Sighting]:
    """What is in these objects (``blob``, ``commit`` or ``tag``, and the id) and in these names of files, less what is
    ``known`` with its place.
    """
    traces = [one.occurrence.trace for one in known if one.occurrence.trace]
    objects = {trace.oid for trace in traces if trace.kind != "name"}
    for word, oid, hit in hits:
        if oid not in objects:
            commit, path = oid if word == "commit" else "", f"{word}:{oid}".encode()
            for one in hit.sightings:
                yield placed(one, path, commit=commit, trace=Trace(kind=word, oid=oid))
    seen = {one.fingerprint for one in known if one.occurrence.trace and one.occurrence.trace.kind == "name"}
    for name, sightings in names.items():
        for one in sightings:
            if one.fingerprint not in seen:
                yield placed(one, name, trace=Trace(kind="name"))
