"""All checks over all projects that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import msgspec

from keyguard.config.rotation import USUAL, Rotation
from keyguard.engine.compiled import Engine
from keyguard.hygiene.comments import Comments
from keyguard.hygiene.data import tables
from keyguard.hygiene.keys.kubernetes import encoded
from keyguard.hygiene.project.neighbours import Beside
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.topics import EARLY, FUNCTIONS, PREPARED, CheckFunction, names
from keyguard.inspection.filenames import Names
from keyguard.masking.known import KNOWN
from keyguard.model.finding import HistoryCoverage, Sighting, Skipped
from keyguard.model.violation import Spot, Violation
from keyguard.sources.listing import Folder, Listing

#: a project: the root of its folders, and how that is shown
_Root = tuple[bytes, bytes]


class Kept(msgspec.Struct, frozen=True):
    """What the checks said, and what they could not find out."""

    violations: list[Violation] = []
    """Paths are those of reports, and no key is in any text."""
    sightings: list[Sighting] = []
    """The keys that violations are about."""
    skipped: list[Skipped] = []
    checks: int = 0


class Ahead(NamedTuple):
    """A project of which nobody knows yet which keys are in it."""

    project: Project
    said: dict[CheckFunction, list[Violation]]
    """What the checks said that ask for none."""
    skipped: list[Skipped]
    """Which of them could not."""


def look_around(listing: Listing, engine: Engine) -> dict[_Root, Ahead]:
    """What can be found out about the folders of a listing while nobody knows yet which keys there are."""
    found = {}
    for folders in projects(listing):
        beside = Beside(folders[0].root, folders)
        beside.look(names())
        ahead = found[_root(folders)] = Ahead(Project(folders, [], [], engine, beside=beside), {}, [])
        for prepare in PREPARED:
            with suppress(Exception):  # the check that asks fails the same, and says so
                prepare(ahead.project)
        for check in FUNCTIONS:
            if check in EARLY:
                ahead.said[check] = list(_said(check, ahead.project, ahead.skipped))
    return found


def run(
    listing: Listing,
    sightings: Sequence[Sighting],
    past: Sequence[Sighting],
    engine: Engine,
    *,
    history: HistoryCoverage | None = None,
    now: int | None = None,
    rotation: Rotation = USUAL,
    ahead: Mapping[_Root, Ahead] | None = None,
    held: Callable[[int, bytes], bytes | None] | None = None,
) -> Kept:
    """Look at every folder of the listing. What only looks like a key to its owner counts for nothing here.

    ``ahead`` is what ``look_around`` gave, where somebody had the time; ``held`` gives the texts of files that were
    read already, by the number of their folder in the listing and their path.
    """
    genuine = [one for one in sightings if one.suppression is None]
    old = [one for one in past if one.suppression is None]
    found = Kept(checks=tables.count())
    around = look_around(listing, engine) if ahead is None else ahead
    for folders in projects(listing):
        project, early, skipped = around[_root(folders)]
        project.know(genuine, old, history=history, now=now, rotation=rotation)
        if held:
            project.held = partial(_text, held, _numbers(listing, folders))
        found.skipped.extend(skipped)
        try:
            said = [
                one
                for check in FUNCTIONS
                for one in (early[check] if check in early else _said(check, project, found.skipped))
            ]
            comments = Comments(project.read)
            found.violations.extend(_hidden(_shown(one, project, comments), engine) for one in said)
        finally:
            project.close()
        wanted = {one.key for one in said if one.key}
        found.sightings.extend(one for one in _known(project) if one.fingerprint in wanted)
        found.skipped.extend(project.gaps)
    return found


def projects(listing: Listing) -> Iterator[list[Folder]]:
    """The folders that share a root: a file that was asked for by its name is no project."""
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
    """All keys that a violation may be about."""
    yield from project.seen()
    with suppress(Exception):  # the check that told of them failed the same, and said so
        yield from (one for group in encoded(project).values() for one in group)
    yield from project.past


def _shown(one: Violation, project: Project, comments: Comments) -> Violation:
    """The violation with its paths as reports show them, and with the comment that suppresses it."""
    first = one.spots[0]
    places = tuple(
        spot if spot.trace else msgspec.structs.replace(spot, path=project.display(spot.path)) for spot in one.spots
    )
    return msgspec.structs.replace(
        one,
        spots=places,
        files=tuple(map(project.display, one.files)),
        suppression=comments.suppression(one.check, first) if first.trace is None else None,
    )


def _hidden(one: Violation, engine: Engine) -> Violation:
    """The same with every key masked that stands in a path or a name."""
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
