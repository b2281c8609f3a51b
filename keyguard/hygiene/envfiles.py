"""Environment files: whether git keeps away from them."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.hygiene import data, spots
from keyguard.hygiene.project import Project
from keyguard.keeping import Violation
from keyguard.sanitize import shown_path


def is_env_file(name: bytes) -> bool:
    """Whether a file of this name holds the environment of a program, and is no example of one."""
    return _named(name) and not is_example(name)


def is_example(name: bytes) -> bool:
    """Whether a file of this name shows others what such a file needs."""
    return data.patterns("envfiles", "files", "examples").fit(name)


def not_ignored(project: Project) -> Iterator[Violation]:
    """``env-not-ignored``: files that are there, untracked, and would be added."""
    here = [one.path for one in project.locals(is_env_file) if project.in_repository(one.path)]
    open_ = [path for path in here if not project.tracked(path)]
    for path, verdict in sorted(project.ignored(open_).items()):
        if not verdict.ignored:
            yield Violation(
                check="env-not-ignored",
                message=f"{shown_path(path)} is there, and the next `git add` would take it",
                spots=(spots.of_file(path),),
            )


def tracked(project: Project) -> Iterator[Violation]:
    """``env-tracked``: files that git has."""
    for path in project.files:
        if is_env_file(path.rpartition(b"/")[2]) and project.tracked(path):
            yield Violation(
                check="env-tracked",
                message=f"{shown_path(path)} is tracked by git",
                spots=(spots.of_file(path),),
            )


CHECKS = (not_ignored, tracked)


def _named(name: bytes) -> bool:
    return data.patterns("envfiles", "files", "names").fit(name)
