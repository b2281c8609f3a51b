"""Memoization of what is computed once for each project, perhaps before a check asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from keyguard.hygiene.project.project import Project

_Found = TypeVar("_Found")


def memoized(find: Callable[[Project], _Found]) -> Callable[[Project], _Found]:
    """Return the function with its result cached for as long as the project exists."""
    known: WeakKeyDictionary[Project, _Found] = WeakKeyDictionary()

    def found(project: Project) -> _Found:
        if project not in known:
            known[project] = find(project)
        return known[project]

    return found
