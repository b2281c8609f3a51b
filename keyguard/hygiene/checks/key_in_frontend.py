"""``key-in-frontend``: a secret key is in a file that reaches a browser or a phone."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.client_delivery import Delivery, deliveries
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.model.finding import Environment, Severity, Sighting
from keyguard.model.violation import Violation

_SEVERITY = {Environment.LIVE: Severity.CRITICAL, Environment.TEST: Severity.MEDIUM}


def key_in_frontend(project: Project) -> Iterator[Violation]:
    """Yield a violation for each key and file that is delivered, as it is or through imports."""
    suspects = {
        path: [one for one in keys if not is_public(project, one)]
        for path, keys in sorted(project.keys.items())
        if path in project.files and not patterns.in_folder(path, tables.load("browser")["aside"]["folders"])
    }
    found = deliveries(project, [path for path, keys in suspects.items() if keys])
    for path, delivery in found.items():
        taken = [
            key
            for key in suspects[path]
            if delivery.delivers(project.offset(path, key) if delivery.server_spans else 0)
        ]
        for key in {one.fingerprint: one for one in reversed(taken)}.values():
            yield _violation(project, path, key, delivery)


CHECKS = (key_in_frontend,)


def _violation(project: Project, path: bytes, key: Sighting, delivery: Delivery) -> Violation:
    return Violation(
        check="key-in-frontend",
        message=f"{_a_key(project, key)} in {delivery.how}",
        spots=(spots.of_key(path, key.occurrence),),
        because=delivery.because,
        severity=_SEVERITY.get(key.environment),
        key=key.fingerprint,
    )


def _a_key(project: Project, key: Sighting) -> str:
    return project.key_name(key, "" if key.environment is Environment.UNKNOWN else key.environment.value)
