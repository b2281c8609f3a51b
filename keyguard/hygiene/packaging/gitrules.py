"""Patterns of a ``.gitignore`` as build tools in Python read them: by pathspec, which is not always what git does.

Tools use pathspec's simple backend, since nothing else is installed where they build. A pattern that it could not match
in time is matched by a linear backend instead, with the same answers.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from keyguard.hygiene.paths import globs
from keyguard.hygiene.project.project import Project
from keyguard.sources.gitignore.linear import Budget, RefusedError
from keyguard.sources.gitignore.refusal import refusal
from keyguard.sources.gitignore.tables import MOST_QUADRATIC, Refused
from keyguard.support.regex import expression

if TYPE_CHECKING:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

#: characters of a path: what a quadratic pattern matches quickly. A longer one counts as not ignored
_LONGEST_PATH = 1024
#: stars side by side are one. Hyperscan refuses what it takes for an expression of nothing
_STARS = expression(r"(\\.)|\*+", re.DOTALL)


def project_matcher(project: Project, path: bytes, lines: Iterable[str]) -> Callable[[str], bool]:
    """Return ``matcher`` for lines of the project's file at ``path``; refused lines are a gap of the project."""
    refused: list[Refused] = []
    found = matcher(lines, refused)
    if refused and (gap := refusal(project.display(path), refused)) not in project.gaps:
        project.gaps.append(gap)
    return found


def matcher(lines: Iterable[str], refused: list[Refused]) -> Callable[[str], bool]:
    """Return what tells whether the lines ignore a path. With one that is no pattern nothing is built, or ignored.

    Lines that would take too long are left out, and added to ``refused``.
    """
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            # ``[[`` may mean something else one day; who wrote it cannot help it
            warnings.simplefilter("ignore", FutureWarning)
            patterns = list(_patterns(globs.affordable(enumerate(lines, 1)), refused))
    except (ValueError, re.error, OverflowError):
        return lambda _: False
    match = GitIgnoreSpec(patterns, backend="simple").match_file
    return lambda path: len(path) <= _LONGEST_PATH and match(path)


def _patterns(lines: Iterable[tuple[int, str]], refused: list[Refused]) -> Iterator[GitIgnoreSpecPattern]:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    from keyguard.hygiene.packaging.linear_pattern import LinearPattern

    budget, quadratic = Budget(), 0
    for number, text in lines:
        line = "/".join(
            part if part == "**" else _STARS.sub(lambda found: found[1] or "*", part) for part in text.split("/")
        )
        degree = _degree(line)
        quadratic += degree == 2
        if degree == 1 or (degree == 2 and quadratic <= MOST_QUADRATIC):
            yield GitIgnoreSpecPattern(line)
            continue
        try:
            yield LinearPattern(line, budget)
        except RefusedError as error:
            refused.append(Refused(number, line.encode("utf-8", "surrogateescape"), str(error)))


def _degree(line: str) -> int:
    """Return the power of a path's length with which the time that ``re`` takes grows, or more."""
    parts = line.split("/")
    return max(1, parts.count("**")) + sum(max(0, part.count("*") - 1) for part in parts if part != "**")
