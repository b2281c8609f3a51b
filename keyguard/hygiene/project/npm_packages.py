"""The npm packages of a project, as their ``package.json`` files describe them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from keyguard.hygiene.data import tables as data
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.project import Project

_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


class Package(NamedTuple):
    """A folder with a ``package.json``; the folder is empty for the root."""

    folder: bytes
    needs: frozenset[str]
    """The names of all packages that it depends on."""

    def holds(self, path: bytes) -> bool:
        """Return whether the file lies in the folder."""
        return not self.folder or path.startswith(self.folder + b"/")


def packages(project: Project) -> list[Package]:
    """Return the project's own packages, sorted: none in tests, fixtures or folders of installed packages."""
    return sorted(_found(project))


def _found(project: Project) -> Iterator[Package]:
    aside = data.load("browser")["aside"]["folders"]
    for path in project.by_name.get(b"package.json", ()):
        if not patterns.in_folder(path, aside):
            yield Package(path.rpartition(b"/")[0], _needs(project.read(path) or b""))


def _needs(content: bytes) -> frozenset[str]:
    try:
        described: Any = json.loads(content)
    except (ValueError, RecursionError):
        return frozenset()
    if not isinstance(described, dict):
        return frozenset()
    tables = [described.get(kind) for kind in _DEPENDENCIES]
    return frozenset(name for table in tables if isinstance(table, dict) for name in table)
