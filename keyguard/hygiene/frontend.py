"""``key-in-frontend``: a secret key in a file that reaches a browser or a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.hygiene import data, patterns, spots
from keyguard.hygiene.project import Project
from keyguard.keeping import Violation
from keyguard.model import Environment, Severity, Sighting
from keyguard.sanitize import shown_path

_CLIENT = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s|//[^\n]*\n|/\*.*?\*/)*[\"']use client[\"']", re.DOTALL)
_MODULE = re.compile(rb"\.(?:jsx?|tsx?|mjs|cjs|mts|cts|vue|svelte|astro|dart)\Z")
_SEVERITY = {Environment.LIVE: Severity.CRITICAL, Environment.TEST: Severity.MEDIUM}


class _Delivery(NamedTuple):
    """How a file gets to a browser or a phone."""

    how: str
    because: tuple[str, ...] = ()


def is_public(project: Project, key: Sighting) -> bool:
    """Whether the vendor means keys of this kind to be seen, or never issued this one."""
    rule = project.rules[key.attribution.rule]
    known = rule.id in data.load("browser")["public"]["rules"]
    return known or key.malformed or key.environment is Environment.PUBLISHABLE


def key_in_frontend(project: Project) -> Iterator[Violation]:
    """One for each key and file; where a file is not delivered as it is, by the way that leads to it."""
    suspects = {
        path: [one for one in keys if not is_public(project, one)]
        for path, keys in sorted(project.keys.items())
        if path in project.files and not patterns.in_folder(path, data.load("browser")["aside"]["folders"])
    }
    found = {path: delivery for path in suspects if suspects[path] and (delivery := _by_kind(project, path))}
    for path, keys in suspects.items():
        for key in {one.fingerprint: one for one in reversed(keys)}.values() if path in found else ():
            yield _violation(project, path, key, found[path])


CHECKS = (key_in_frontend,)


def _violation(project: Project, path: bytes, key: Sighting, delivery: _Delivery) -> Violation:
    return Violation(
        check="key-in-frontend",
        message=f"{_a_key(project, key)} in {delivery.how}",
        spots=(spots.of_key(path, key.occurrence),),
        because=delivery.because,
        severity=_SEVERITY.get(key.environment),
        key=key.fingerprint,
    )


def _a_key(project: Project, key: Sighting) -> str:
    word = f"{key.environment.value} key" if key.environment is not Environment.UNKNOWN else "key"
    return f"{project.vendor_name(key)} {word}"


def _by_kind(project: Project, path: bytes) -> _Delivery | None:
    """What a file of this name, or with this at its top, is for."""
    for kind in data.load("browser")["kinds"]:
        files, paths = tuple(kind["files"]), tuple(kind.get("paths", ()))
        if paths and patterns.paths(paths).match(path):
            return _Delivery(kind["name"])
        if not files or not patterns.paths(files).match(path):
            continue
        folder = patterns.in_folder(path, kind.get("folders", ()))
        if not kind.get("folders"):
            return _Delivery(kind["name"])
        if folder and not _for_server(path, folder):
            return _Delivery(kind["name"], (f"{shown_path(path)} lies in {folder}/",))
    if _MODULE.search(path) and _CLIENT.match(project.read(path) or b""):
        return _Delivery("a client component", ('"use client" stands at its top',))
    return None


def _for_server(path: bytes, folder: str) -> bool:
    """Whether a part of a folder of build output is not for browsers."""
    inside = path[path.find(folder.encode()) + len(folder) :].strip(b"/")
    return folder in ("dist", "build", "out", ".next") and bool(
        patterns.in_folder(inside, data.load("browser")["aside"]["server"])
    )
