"""One run of all checks over all projects that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import msgspec

from keyguard.config.rotation import DEFAULT_ROTATION, Rotation
from keyguard.engine.compiled import Engine
from keyguard.hygiene.check_table import (
    BUILT_CHECKS,
    CHECKS,
    CHECKS_WITHOUT_KEYS,
    SHARED_LOOKUPS,
    CheckFunction,
    local_file_predicates,
)
from keyguard.hygiene.data import tables
from keyguard.hygiene.keys.kubernetes_secrets import encoded
from keyguard.hygiene.project.local_files import LocalFiles
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.suppressions import Suppressions
from keyguard.inspection.filenames import Names
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import HistoryCoverage, Sighting, Skipped
from keyguard.model.violation import Spot, Violation
from keyguard.sources.listing import Folder, Listing

#: a project: the root of its folders, and that root as reports show it
_Root = tuple[bytes, bytes]


class HygieneResult(msgspec.Struct, frozen=True):
    """The result of all checks: their violations, and what they could not find out."""

    violations: list[Violation] = []
    """Paths are those of reports, and no text contains a key."""
    sightings: list[Sighting] = []
    """The keys that the violations are about."""
    skipped: list[Skipped] = []
    checks: int = 0


class PreparedProject(NamedTuple):
    """A project before its keys are known, with the results of the checks that need no key."""

    project: Project
    violations: dict[CheckFunction, list[Violation]]
    """The violations of each check in ``CHECKS_WITHOUT_KEYS``."""
    skipped: list[Skipped]
    """The checks among them that failed."""


def prepare_projects(listing: Listing, engine: Engine, *, built: bool = False) -> dict[_Root, PreparedProject]:
    """Do all work that needs no keys, for each project of a listing; it can overlap with the search for keys.

    ``built``: the listing is build output, so that only the checks of that look.
    """
    found = {}
    for folders in projects(listing):
        local_files = LocalFiles(folders[0].root, folders)
        local_files.prepare(local_file_predicates())
        project = Project(folders, [], [], engine, local_files=local_files, built=built)
        ahead = found[_root(folders)] = PreparedProject(project, {}, [])
        if built:
            continue
        for prepare in SHARED_LOOKUPS:
            with suppress(Exception):  # the check that asks for it fails in the same way, and reports it
                prepare(ahead.project)
        for check in CHECKS:
            if check in CHECKS_WITHOUT_KEYS:
                ahead.violations[check] = list(_said(check, ahead.project, ahead.skipped))
    return found


def run(
    listing: Listing,
    sightings: Sequence[Sighting],
    past: Sequence[Sighting],
    engine: Engine,
    *,
    history: HistoryCoverage | None = None,
    now: int | None = None,
    rotation: Rotation = DEFAULT_ROTATION,
    ahead: Mapping[_Root, PreparedProject] | None = None,
    held: Callable[[int, bytes], bytes | None] | None = None,
    built: bool = False,
) -> HygieneResult:
    """Run all checks on every project of the listing; only those of build output, if that is what is listed.

    Sightings that are suppressed, or of no vendor's format, are not passed to the checks. ``ahead`` is the result of
    ``prepare_projects``, where the caller had the time to compute it; None computes it here. ``held`` returns the
    texts of files that were read already, by the number of their folder in the listing and their path.
    """
    genuine, old = _keys(sightings), _keys(past)
    checks = BUILT_CHECKS if built else CHECKS
    found = HygieneResult(checks=len(checks) if built else tables.count())
    around = prepare_projects(listing, engine, built=built) if ahead is None else ahead
    for folders in projects(listing):
        project, early, skipped = around[_root(folders)]
        project.add_keys(genuine, old, history=history, now=now, rotation=rotation)
        if held:
            project.held = partial(_text, held, _numbers(listing, folders))
        found.skipped.extend(skipped)
        try:
            said = [
                one
                for check in checks
                for one in (early[check] if check in early else _said(check, project, found.skipped))
            ]
            suppressions = Suppressions(project.read)
            found.violations.extend(_hidden(_shown(one, project, suppressions), engine) for one in said)
        finally:
            project.close()
        wanted = {one.key for one in said if one.key}
        found.sightings.extend(one for one in _known(project) if one.fingerprint in wanted)
        found.skipped.extend(project.gaps)
    return found


def _keys(sightings: Iterable[Sighting]) -> list[Sighting]:
    return [one for one in sightings if one.suppression is None and one.judged is None]


def projects(listing: Listing) -> Iterator[list[Folder]]:
    """Yield the folders that share a root, grouped. A file that was asked for by its name is no project."""
    groups: dict[_Root, list[Folder]] = {}
    for folder in listing.folders:
        if folder.whole:
            groups.setdefault(_root([folder]), []).append(folder)
    yield from groups.values()


def _numbers(listing: Listing, folders: Sequence[Folder]) -> list[int]:
    """The numbers of some folders in their listing."""
    return [number for number, one in enumerate(listing.folders) if any(one is other for other in folders)]


def _text(held: Callable[[int, bytes], bytes | None], numbers: Sequence[int], path: bytes) -> bytes | None:
    """The text at a path in one of the folders of those numbers, which share a root, if it is held."""
    return next((text for number in numbers if (text := held(number, path)) is not None), None)


def _root(folders: Sequence[Folder]) -> _Root:
    return folders[0].root, folders[0].shown


def _said(check: CheckFunction, project: Project, skipped: list[Skipped]) -> Iterator[Violation]:
    try:
        yield from check(project)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs one check, and is said
        detail = f"{type(error).__name__} in {check.__module__}.{check.__qualname__}"
        skipped.append(Skipped(path=b"hygiene", reason="crashed", detail=detail))


def _known(project: Project) -> Iterator[Sighting]:
    """Yield every key that a violation may be about."""
    yield from project.keys_in_files()
    with suppress(Exception):  # the check that found them failed in the same way, and reported it
        yield from (one for group in encoded(project).values() for one in group)
    yield from project.past


def _shown(one: Violation, project: Project, suppressions: Suppressions) -> Violation:
    """Return the violation with its paths as reports show them, and with the comment that suppresses it."""
    first = one.spots[0]
    places = tuple(
        spot if spot.trace else msgspec.structs.replace(spot, path=project.display(spot.path)) for spot in one.spots
    )
    return msgspec.structs.replace(
        one,
        spots=places,
        files=tuple(map(project.display, one.files)),
        folder=None if one.folder is None else project.display(one.folder),
        suppression=suppressions.suppression(one.check, first) if first.trace is None else None,
    )


def _hidden(one: Violation, engine: Engine) -> Violation:
    """Return the violation with every key masked that stands in a path or a name."""
    names = Names(engine)
    return msgspec.structs.replace(
        one,
        message=names.masked_text(one.message),
        subject=one.subject,
        because=tuple(map(names.masked_text, one.because)),
        steps=tuple(map(names.masked_text, one.steps)),
        spots=tuple(_hidden_spot(spot, one.key, names) for spot in one.spots),
    )


def _hidden_spot(spot: Spot, key: str, names: Names) -> Spot:
    path = KNOWN.mask_own(key, names.masked(spot.path))
    if path == spot.path:
        return spot
    KNOWN.rename(spot.path, path)
    return msgspec.structs.replace(spot, path=path)
