"""The build tools of a project that hand variables to browsers, and the prefixes of the names that they act upon."""

from __future__ import annotations

from collections.abc import Iterable

from keyguard.hygiene.data import tables
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.npm_packages import Package, packages
from keyguard.hygiene.project.project import Project


class BuildTools:
    """Answers for one project."""

    def __init__(self, found: Iterable[Package], has_programs: bool) -> None:
        """``has_programs``: whether the project has a manifest of any language, so that its tools are known."""
        names = tables.load("browser")["names"]
        self._packages, self._has_programs = list(found), has_programs
        self._tools: dict[str, list[str]] = names["tools"]
        self._common = frozenset(names["programs"]["common"])

    def act_on(self, prefix: str, path: bytes) -> bool:
        """Return whether a tool hands variables of a prefix, to which a file at ``path`` gives values, to browsers.

        A prefix that only one tool has counts wherever that tool is in the project, and where nothing tells which tools
        there are; one that is a word of its own only in the tool's package, in folders above it and in those below.
        """
        users = [one for one in self._packages if self._uses(one, self._tools[prefix])]
        if prefix not in self._common:
            return bool(users) or not self._has_programs
        folder = path.rpartition(b"/")[0]
        return any(one.holds(path) or not folder or one.folder.startswith(folder + b"/") for one in users)

    def _uses(self, package: Package, wanted: list[str]) -> bool:
        scopes = tuple(one for one in wanted if one.endswith("/"))
        return not package.needs.isdisjoint(wanted) or any(name.startswith(scopes) for name in package.needs if scopes)


@memoized
def build_tools(project: Project) -> BuildTools:
    """Return the answers for a project."""
    programs = tables.patterns("browser", "names", "programs", "manifests").among(project.files)
    return BuildTools(packages(project), bool(programs))
