"""``key-in-frontend``: a secret key is in a file that reaches a browser or a phone."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.hygiene.data import tables
from keyguard.hygiene.delivery.client_delivery import deliveries
from keyguard.hygiene.delivery.delivery import Delivery
from keyguard.hygiene.delivery.source_maps import Origin, origin
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.hygiene.reach.code.placement import Place, Placement
from keyguard.model.finding import Environment, Severity, Sighting
from keyguard.model.violation import Spot, Violation
from keyguard.support.sanitize import shown

_SEVERITY = {Environment.LIVE: Severity.CRITICAL, Environment.TEST: Severity.MEDIUM}

#: files that may have a source map
_BUILT = (b".js", b".mjs", b".css", b".map")

_DROPPED = {
    Place.COMMENT: "it stands in a comment",
    Place.DROPPED: "it stands under a condition that is false in a build for production",
}


def key_in_frontend(project: Project) -> Iterator[Violation]:
    """Yield a violation for each key and file that is delivered, as it is or through imports."""
    suspects = {
        path: [one for one in keys if not is_public(project, one)]
        for path, keys in sorted(project.keys.items())
        if path in project.files and not patterns.in_folder(path, tables.load("browser")["aside"]["folders"])
    }
    places = {path: {project.offset(path, one) for one in keys} for path, keys in suspects.items() if keys}
    found = deliveries(project, places, places)
    for path, delivery in found.items():
        taken = [key for key in suspects[path] if delivery.delivers(_offset(project, path, key, delivery))]
        dropped = {id(key): why for key in taken if (why := _dropped(project, path, key, delivery))}
        ranked = sorted(taken, key=lambda one: id(one) in dropped)
        for key in {one.fingerprint: one for one in reversed(ranked)}.values():
            yield _violation(project, path, key, delivery, dropped.get(id(key), ""))


CHECKS = (key_in_frontend,)


def _offset(project: Project, path: bytes, key: Sighting, delivery: Delivery) -> int:
    return project.offset(path, key) if delivery.server_spans or delivery.bundled or delivery.dropped else 0


def _dropped(project: Project, path: bytes, key: Sighting, delivery: Delivery) -> str:
    """Return why a build for production leaves out the code that holds the key; empty if it does not."""
    at = _offset(project, path, key, delivery)
    if left_out := next((one.why for one in delivery.dropped if one.start <= at < one.end), ""):
        return left_out
    if not delivery.bundled:
        return ""
    if any(start <= at < end for start, end in delivery.unused_spans):
        return "nothing uses what is declared there"
    return _DROPPED.get(Placement(path, project.read(path) or b"").place(at, at + 1), "")


def _violation(project: Project, path: bytes, key: Sighting, delivery: Delivery, dropped: str) -> Violation:
    said = f"{_a_key(project, key)} in {delivery.how}"
    source = None if dropped or key.occurrence.way else _source(project, path, key)
    said += f"; it comes from {shown(source.shown)}, line {source.line}" if source else ""
    return Violation(
        check="key-in-frontend",
        message=f"{said}, but a build leaves it out" if dropped else said,
        spots=(
            spots.of_key(path, key.occurrence),
            *((Spot(path=source.path, line=source.line, end_line=source.line),) if source and source.path else ()),
        ),
        because=(dropped, *delivery.because) if dropped else delivery.because,
        severity=Severity.LOW if dropped else _SEVERITY.get(key.environment),
        key=key.fingerprint,
    )


def _source(project: Project, path: bytes, key: Sighting) -> Origin | None:
    """Return the line of the source that put a key into a built file; None if no source map tells."""
    if not path.endswith(_BUILT):
        return None
    start = project.offset(path, key)
    length = key.occurrence.end_column - key.occurrence.column
    text = (project.read(path) or b"")[start : start + 4 * length].decode("utf-8", "surrogateescape")[:length]
    return origin(project, path, start, start + len(text.encode("utf-8", "surrogateescape")))


def _a_key(project: Project, key: Sighting) -> str:
    return project.key_name(key, "" if key.environment is Environment.UNKNOWN else key.environment.value)
