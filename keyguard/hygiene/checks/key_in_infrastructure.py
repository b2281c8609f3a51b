"""``key-in-dockerfile``, ``key-in-compose``, ``key-in-ci``, ``key-in-terraform`` and ``key-in-shell-history``.

Keys in files that build and run programs, and in what shells remember.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from keyguard.hygiene.data import tables
from keyguard.hygiene.keys.secret_keys import is_reported, key_title
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Environment, Severity, Sighting
from keyguard.model.violation import Violation
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown_path

_INSTRUCTION = expression(
    rb"(?mi)^[ \t]*(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|HEALTHCHECK|LABEL|ONBUILD|RUN|SHELL|USER)[ \t]"
)
#: bytes before a key in a Dockerfile in which its instruction may begin
_LONGEST = 16 << 10


def keys_in_infrastructure(project: Project) -> Iterator[Violation]:
    """Yield a violation for each key and file of the kinds that ``data/infrastructure.toml`` lists."""
    for path, keys in sorted(project.keys.items()):
        kind = _kind(path) if keys and path in project.files else None
        if kind:
            yield from _in_file(project, path, kind, [one for one in keys if is_reported(project, path, one)])


CHECKS = (keys_in_infrastructure,)


def severity_of(key: Sighting) -> Severity | None:
    """Return a lower severity for a test key; None for the check's own."""
    return Severity.MEDIUM if key.environment is Environment.TEST else None


def by_fingerprint(keys: Iterable[Sighting]) -> list[list[Sighting]]:
    """Return the occurrences of each key as one list, most recently seen key first."""
    found: dict[str, list[Sighting]] = {}
    for one in keys:
        places = found[one.fingerprint] = found.pop(one.fingerprint, [])
        places.append(one)
    return [*found.values()][::-1]


def _kind(path: bytes) -> dict[str, Any] | None:
    kinds: list[dict[str, Any]] = tables.load("infrastructure")["kinds"]
    return next((kind for kind in kinds if patterns.of(tuple(kind["files"])).fit(path)), None)


def _in_file(project: Project, path: bytes, kind: dict[str, Any], keys: list[Sighting]) -> Iterator[Violation]:
    for places in by_fingerprint(keys):
        key = places[0]
        where = _instruction(project, path, key) if kind["check"] == "key-in-dockerfile" else ""
        yield Violation(
            check=kind["check"],
            message=f"{key_title(project, key)} in {where}{shown_path(path)}",
            spots=tuple(spots.of_key(path, one.occurrence) for one in places),
            because=(kind["why"],),
            severity=severity_of(key),
            key=key.fingerprint,
        )


def _instruction(project: Project, path: bytes, key: Sighting) -> str:
    """Return the Dockerfile instruction that contains a key, as words for the message; empty if there is none."""
    at = project.offset(path, key)
    before = (project.read(path) or b"")[max(0, at - _LONGEST) : at]
    found = _INSTRUCTION.findall(before)
    return f"{found[-1].decode().upper()} of " if found else ""
