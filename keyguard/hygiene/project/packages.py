"""The packages of a project, as their ``package.json`` describe them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from keyguard.hygiene.data import tables as data
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.project import Project

_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


class Package(NamedTuple):
    """A folder with a ``package.json``; empty for the root."""

    folder: bytes
    needs: frozenset[str]
    """Names of all packages it depends on."""

    def holds(self, path: bytes) -> bool:
        """Whether the file lies in the folder."""
        return not self.folder or path.startswith(self.folder + b"/")


def packages(project: Project) -> list[Package]:
    """All that people wrote: none within tests, fixtures or what was installed."""
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
