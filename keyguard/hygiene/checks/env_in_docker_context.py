"""``env-in-docker-context``: an environment file gets into an image."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from keyguard.hygiene.docker import dockerignore
from keyguard.hygiene.docker.builds import Build, builds
from keyguard.hygiene.docker.image_files import ImageFile, image_files
from keyguard.hygiene.envfiles import contents
from keyguard.hygiene.envfiles.contents import EnvFile
from keyguard.hygiene.envfiles.survey import survey
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Confidence, Severity
from keyguard.model.violation import Spot, Violation
from keyguard.support.sanitize import shown, shown_path

_MOST_REASONS = 8


class _Case(NamedTuple):
    """A file that gets into the image of a build."""

    build: Build
    path: bytes
    file: ImageFile
    why: str
    env_file: EnvFile | None
    """None for a file that does not exist yet."""


def env_in_docker_context(project: Project) -> Iterator[Violation]:
    """Yield a violation for each ignore file: the missing rule belongs there, whichever builds need it."""
    cases: dict[bytes, list[_Case]] = defaultdict(list)
    for build in builds(project):
        if any(not copy.stage for stage in build.stages for copy in stage.copies):
            cases[build.ignore_file(project)] += _cases(project, build)
    for path, found in sorted(cases.items()):
        if found:
            yield _violation(project, path, sorted(found, key=_rank))


CHECKS = (env_in_docker_context,)


def _rank(case: _Case) -> tuple[int, bytes, bytes]:
    severity = case.env_file.severity if case.env_file else None
    return (-1 if case.env_file is None else -2 - (severity or 0)), case.path, case.build.dockerfile


def _cases(project: Project, build: Build) -> list[_Case]:
    rules = dockerignore.patterns(project.read(build.ignore_file(project)) or b"")
    files = _files(project, build)
    names = {_text(path[len(build.context) :]): path for path in files}
    given = {name: path for name, path in names.items() if not dockerignore.leaves_out(rules, _bytes(name))}
    found = []
    for one in image_files(build.stages, given, build.targets):
        decided = dockerignore.deciding(rules, _bytes(one.name))
        name = shown_path(build.ignore_file(project))
        missing = (
            "nothing in" if rules else "there is no" if not project.exists(build.ignore_file(project)) else "no rule in"
        )
        why = f"{missing} {name}" + (" leaves it out" if missing != "there is no" else "")
        if decided:
            why = f"`!{shown(decided.text)}` in {name}:{decided.line} takes it back"
        found.append(_Case(build, given[one.name], one, why, files[given[one.name]]))
    return found


def _files(project: Project, build: Build) -> dict[bytes, EnvFile | None]:
    """Return the private files in the context; if there are none, the missing files that code in it would read."""
    known = survey(project)
    inside = {one.path: one for one in known.private_files(project) if one.path.startswith(build.context)}
    if inside:
        return dict(inside)
    read = {one.file for one in known.readers if one.path.startswith(build.context) and not one.weak}
    return {path: None for path in sorted(read) if path.startswith(build.context) and not project.exists(path)}


def _violation(project: Project, path: bytes, cases: Sequence[_Case]) -> Violation:
    first = cases[0]
    copied = {one.build.dockerfile: one for one in reversed(cases)}
    others = len({one.path for one in cases}) - 1
    what = shown_path(first.path) + (f" and {others} more" if others else "")
    takes = "takes" if first.env_file else "would take"
    says = f"{shown_path(first.build.dockerfile)} {takes} {what} into the image: {first.why}"
    holds = contents.describe(project, first.env_file) if first.env_file else ""
    return Violation(
        check="env-in-docker-context",
        message=f"{says}; the file {holds}" if holds else says,
        spots=tuple(
            _spot(project, one) for _, one in sorted(copied.items(), key=lambda item: item[0] != first.build.dockerfile)
        ),
        subject=path.decode("utf-8", "backslashreplace"),
        because=_because(cases),
        severity=_severity(first.env_file),
        confidence=None if first.env_file else Confidence.MEDIUM,
        key=first.env_file.key() if first.env_file else "",
        files=(path, *sorted({one.path for one in cases})),
    )


def _because(cases: Sequence[_Case]) -> tuple[str, ...]:
    said = (f"{shown_path(one.build.dockerfile)}: {shown_path(one.path)} gets in, {one.why}" for one in cases)
    return tuple(dict.fromkeys(said))[:_MOST_REASONS]


def _spot(project: Project, case: _Case) -> Spot:
    copy = case.file.copy
    return (
        project.spot(case.build.dockerfile, copy.start, copy.end) if copy.end else spots.of_file(case.build.dockerfile)
    )


def _severity(found: EnvFile | None) -> Severity:
    if found is None or found.severity is None:
        return Severity.LOW
    return min(found.severity, Severity.HIGH)


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
