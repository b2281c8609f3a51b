"""What is found out about a project once, for whoever asks: perhaps before anybody does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from keyguard.hygiene.project.project import Project

_Found = TypeVar("_Found")


def once(find: Callable[[Project], _Found]) -> Callable[[Project], _Found]:
    """The function, which keeps its answer as long as there is the project."""
    known: WeakKeyDictionary[Project, _Found] = WeakKeyDictionary()

    def found(project: Project) -> _Found:
        if project not in known:
            known[project] = find(project)
        return known[project]

    return found
