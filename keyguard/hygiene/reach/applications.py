"""The applications of a project: folders with a package.json or a framework's configuration, and their files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from keyguard.hygiene.reach.code import file_names
from keyguard.hygiene.reach.config_parser import lenient_json
from keyguard.hygiene.reach.file_lookup import ProjectFiles

Read = Callable[[bytes], bytes | None]

_PACKAGE = b"package.json"
#: applications in one project: no monorepo has more, and each costs a look at its files
_LIMIT = 3000
_FIELDS = ("name", "dependencies", "devDependencies", "peerDependencies", "workspaces")


class App:
    """One folder that is built as a whole."""

    def __init__(self, root: bytes, files: list[bytes], read: Read) -> None:
        """``files`` are those that belong to no nested application."""
        self.root, self.files, self._read = root, files, read

    @cached_property
    def package(self) -> dict[str, Any]:
        """The content of package.json; empty if it is missing or invalid."""
        return package_in(self.root, self._read)

    @cached_property
    def dependencies(self) -> frozenset[str]:
        """The names of all packages that it depends on, of any kind."""
        tables = (self.package.get(field) for field in _FIELDS[1:4])
        return frozenset(str(name) for table in tables if isinstance(table, dict) for name in table)

    @cached_property
    def configs(self) -> dict[bytes, bytes]:
        """The files directly in the folder, by name without the last extension and by whole name."""
        here = [path for path in self.files if file_names.folder(path) == self.root]
        return {**{file_names.stem(path): path for path in here}, **{file_names.last(path): path for path in here}}

    def text(self, path: bytes) -> bytes:
        """Return the content of a file; empty if it cannot be read."""
        return self._read(path) or b""


class Applications:
    """All applications of a project, the outermost first."""

    def __init__(self, files: ProjectFiles, read: Read, configs: frozenset[bytes]) -> None:
        """``configs`` are names, without extensions, of files that mark a folder as an application."""
        self._roots = frozenset(_roots(files, read, configs)) | {b""}
        self._homes: dict[bytes, bytes] = {b"": b""}
        groups: dict[bytes, list[bytes]] = defaultdict(list)
        for path in files.paths:
            groups[self.home(path)].append(path)
        self.apps = {root: App(root, sorted(groups[root]), read) for root in sorted(groups)}

    def home(self, path: bytes) -> bytes:
        """Return the root of the application that a file belongs to."""
        folder = path.rpartition(b"/")[0]
        found = self._homes.get(folder)
        return self._home(folder) if found is None else found

    def _home(self, folder: bytes) -> bytes:
        visited = []
        while folder not in self._homes and folder not in self._roots:
            visited.append(folder)
            folder = file_names.folder(folder)
        home = self._homes[folder] = self._homes.get(folder, folder)
        self._homes.update(dict.fromkeys(visited, home))
        return home


def package_in(folder: bytes, read: Read) -> dict[str, Any]:
    """Return the package.json of a folder; empty if it is missing or invalid."""
    found = lenient_json(read(folder + b"/" + _PACKAGE if folder else _PACKAGE))
    return found if isinstance(found, dict) else {}


def _roots(files: ProjectFiles, read: Read, configs: frozenset[bytes]) -> Iterator[bytes]:
    found = [path for path in files.paths if _marks(file_names.last(path), configs) and b"node_modules/" not in path]
    for path in sorted(found, key=lambda one: (one.count(b"/"), one))[:_LIMIT]:
        folder = file_names.folder(path)
        # a package.json that only says how to read its folder, such as {"type": "module"}, marks no application
        if file_names.last(path) != _PACKAGE or not package_in(folder, read).keys().isdisjoint(_FIELDS):
            yield folder


def _marks(name: bytes, configs: frozenset[bytes]) -> bool:
    return name == _PACKAGE or name.rpartition(b".")[0] in configs
