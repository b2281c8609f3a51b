"""``live-key-in-dev``, ``test-key-in-prod``, ``key-shared-across-environments`` and ``key-reused-across-services``.

All of them compare a key's environment with the deployment stages of the places where it is. ``master-key`` looks at
the same places and is called from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import msgspec

from keyguard.hygiene.checks.master_key import master_keys
from keyguard.hygiene.envfiles.names import is_for_this_machine
from keyguard.hygiene.keys.key_stages import StagedKey, staged_keys
from keyguard.hygiene.keys.secret_keys import key_title
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.services import service_of, services
from keyguard.hygiene.stages.detect import BEFORE_PRODUCTION
from keyguard.hygiene.stages.stage import Stage
from keyguard.model.finding import Confidence, Environment, Severity
from keyguard.model.violation import Spot, Violation
from keyguard.support.sanitize import shown_path

_FOR = {
    Stage.DEVELOPMENT: "development",
    Stage.TEST: "tests",
    Stage.CI: "CI",
    Stage.EXAMPLE: "readers",
    Stage.STAGING: "staging",
    Stage.PRODUCTION: "production",
}
#: stages in which a program runs, possibly for a long time
_RUNNING = (Stage.PRODUCTION, Stage.STAGING, Stage.DEVELOPMENT, Stage.TEST)


def environments(project: Project) -> Iterator[Violation]:
    """Yield the violations of all checks that need the stage of every key."""
    places = staged_keys(project)
    yield from _live_before_production(project, places)
    yield from _test_in_production(project, places)
    yield from _shared(project, places)
    yield from _reused(project, places)
    yield from master_keys(project, places)


CHECKS = (environments,)


def _live_before_production(project: Project, places: list[StagedKey]) -> Iterator[Violation]:
    wrong = [
        one for one in places if one.key.environment is Environment.LIVE and one.judgment.stage in BEFORE_PRODUCTION
    ]
    at_home = _at_home(project, {one.path for one in wrong})
    for group in _by_file_and_key(wrong):
        found = _misplaced(project, "live-key-in-dev", group, Severity.MEDIUM)
        if group[0].path in at_home:
            why = (*found.because, f"git ignores {shown_path(group[0].path)}, where keys of this machine belong")
            found = msgspec.structs.replace(found, severity=Severity.INFO, because=why)
        yield found


def _at_home(project: Project, paths: Collection[bytes]) -> frozenset[bytes]:
    """Return the paths of ignored environment files for this machine: whoever runs the program keeps keys there.

    A name that states another stage, such as ``.env.development``, promises that no live key is in it.
    """
    asked = [path for path in paths if is_for_this_machine(path) and project.in_repository(path)]
    verdicts = project.ignored([path for path in asked if not project.tracked(path)]) if asked else {}
    return frozenset(path for path, verdict in verdicts.items() if verdict.ignored)


def _test_in_production(project: Project, places: list[StagedKey]) -> Iterator[Violation]:
    wrong = [
        one for one in places if one.key.environment is Environment.TEST and one.judgment.stage is Stage.PRODUCTION
    ]
    for group in _by_file_and_key(wrong):
        yield _misplaced(project, "test-key-in-prod", group, Severity.LOW)


def _misplaced(project: Project, check: str, group: list[StagedKey], unsure: Severity) -> Violation:
    """Return the violation for a key in the wrong stage.

    Its severity is ``unsure`` where only a convention tells the stage; None where the stage is stated.
    """
    first = min(group, key=lambda one: not one.judgment.firm)
    stage = first.judgment.stage
    return Violation(
        check=check,
        message=f"{key_title(project, first.key)} for {_FOR[stage or Stage.CI]} in {shown_path(first.path)}",
        spots=_spots(group),
        because=tuple(dict.fromkeys(one.judgment.why for one in group)),
        severity=None if first.judgment.firm else unsure,
        confidence=None if first.judgment.firm else Confidence.MEDIUM,
        key=first.key.fingerprint,
    )


def _shared(project: Project, places: list[StagedKey]) -> Iterator[Violation]:
    """Yield ``key-shared-across-environments``; test keys may be shared by all stages but production."""
    for group in _by_key(one for one in places if one.judgment.stage in _RUNNING):
        by_stage: dict[Stage, StagedKey] = {}
        for one in sorted(group, key=lambda one: not one.judgment.firm):
            by_stage.setdefault(one.judgment.stage or Stage.CI, one)
        if len(by_stage) < 2 or (group[0].key.environment is Environment.TEST and Stage.PRODUCTION not in by_stage):
            continue
        chosen = [by_stage[stage] for stage in _RUNNING if stage in by_stage]
        firm = all(one.judgment.firm for one in chosen)
        names = _listed([_FOR[one.judgment.stage or Stage.CI] for one in chosen])
        serious = firm and Stage.PRODUCTION in by_stage
        yield Violation(
            check="key-shared-across-environments",
            message=f"one {key_title(project, group[0].key)} for {names}",
            spots=_spots(chosen),
            because=tuple(f"{shown_path(one.path)}: {one.judgment.why}" for one in chosen),
            severity=None if serious else Severity.LOW,
            confidence=None if firm else Confidence.MEDIUM,
            key=group[0].key.fingerprint,
        )


def _reused(project: Project, places: list[StagedKey]) -> Iterator[Violation]:
    """Yield ``key-reused-across-services``; tests and examples are no services."""
    folders = services(project) if places else []
    # several services may share a database, but each needs a vendor key of its own
    running = [
        one
        for one in places
        if one.judgment.stage not in (Stage.TEST, Stage.EXAMPLE)
        and not project.rules[one.key.attribution.rule].guessable
    ]
    for group in _by_key(running):
        by_service: dict[bytes, StagedKey] = {}
        for one in group:
            if folder := service_of(one.path, folders):
                by_service.setdefault(folder, one)
        if len(by_service) > 1:
            chosen = [by_service[folder] for folder in sorted(by_service)]
            names = [shown_path(folder) for folder in sorted(by_service)]
            yield Violation(
                check="key-reused-across-services",
                message=f"one {key_title(project, group[0].key)} for {_listed(names)}",
                spots=_spots(chosen),
                because=tuple(f"{name} is a service of its own" for name in names),
                key=group[0].key.fingerprint,
            )


# --- groups -------------------------------------------------------------------------------------------------------


def _by_file_and_key(places: Iterable[StagedKey]) -> Iterable[list[StagedKey]]:
    found: dict[tuple[bytes, str], list[StagedKey]] = defaultdict(list)
    for one in places:
        found[one.path, one.key.fingerprint].append(one)
    return found.values()


def _by_key(places: Iterable[StagedKey]) -> Iterable[list[StagedKey]]:
    found: dict[str, list[StagedKey]] = defaultdict(list)
    for one in places:
        found[one.key.fingerprint].append(one)
    return found.values()


def _spots(places: Iterable[StagedKey]) -> tuple[Spot, ...]:
    return tuple(spots.of_key(one.path, one.key.occurrence) for one in places)


def _listed(names: list[str]) -> str:
    """Return ``a``, ``a and b``, or ``a, b and c``; long lists are abbreviated."""
    if len(names) > 5:
        names = [*names[:4], f"{len(names) - 4} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
