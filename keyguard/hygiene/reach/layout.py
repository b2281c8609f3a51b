"""The applications of a project: folders with a package or a framework's configuration, and the files of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from keyguard.hygiene.reach.code import names
from keyguard.hygiene.reach.files import Files
from keyguard.hygiene.reach.loose import parsed

Read = Callable[[bytes], bytes | None]

_PACKAGE = b"package.json"
#: applications in one project: no monorepo has more, and each costs a look at its files
_LIMIT = 3000
_FIELDS = ("name", "dependencies", "devDependencies", "peerDependencies", "workspaces")


class App:
    """One folder that is built as a whole."""

    def __init__(self, root: bytes, files: list[bytes], read: Read) -> None:
        """``files`` are those of no application further inside."""
        self.root, self.files, self._read = root, files, read

    @cached_property
    def package(self) -> dict[str, Any]:
        """What package.json says; empty where there is none that can be understood."""
        return package_in(self.root, self._read)

    @cached_property
    def dependencies(self) -> frozenset[str]:
        """All packages that it asks for, whatever for."""
        tables = (self.package.get(field) for field in _FIELDS[1:4])
        return frozenset(str(name) for table in tables if isinstance(table, dict) for name in table)

    @cached_property
    def configs(self) -> dict[bytes, bytes]:
        """The files directly in the folder: by their names without the last ending, and by their whole names."""
        here = [path for path in self.files if names.folder(path) == self.root]
        return {**{names.stem(path): path for path in here}, **{names.last(path): path for path in here}}

    def text(self, path: bytes) -> bytes:
        """The content of a file; nothing where it cannot be read."""
        return self._read(path) or b""


class Layout:
    """All applications, the outermost first."""

    def __init__(self, files: Files, read: Read, configs: frozenset[bytes]) -> None:
        """``configs`` are names, without endings, of files that make a folder an application."""
        self._roots = frozenset(_roots(files, read, configs)) | {b""}
        self._homes: dict[bytes, bytes] = {b"": b""}
        groups: dict[bytes, list[bytes]] = defaultdict(list)
        for path in files.paths:
            groups[self.home(path)].append(path)
        self.apps = {root: App(root, sorted(groups[root]), read) for root in sorted(groups)}

    def home(self, path: bytes) -> bytes:
        """The root of the application that a file belongs to."""
        folder = path.rpartition(b"/")[0]
        found = self._homes.get(folder)
        return self._home(folder) if found is None else found

    def _home(self, folder: bytes) -> bytes:
        visited = []
        while folder not in self._homes and folder not in self._roots:
            visited.append(folder)
            folder = names.folder(folder)
        home = self._homes[folder] = self._homes.get(folder, folder)
        self._homes.update(dict.fromkeys(visited, home))
        return home


def package_in(folder: bytes, read: Read) -> dict[str, Any]:
    """What the package.json of a folder says; empty where there is none that can be understood."""
    found = parsed(read(folder + b"/" + _PACKAGE if folder else _PACKAGE))
    return found if isinstance(found, dict) else {}


def _roots(files: Files, read: Read, configs: frozenset[bytes]) -> Iterator[bytes]:
    found = [path for path in files.paths if _marks(names.last(path), configs) and b"node_modules/" not in path]
    for path in sorted(found, key=lambda one: (one.count(b"/"), one))[:_LIMIT]:
        folder = names.folder(path)
        # one that only says how its folder is to be read, such as {"type": "module"}, begins nothing
        if names.last(path) != _PACKAGE or not package_in(folder, read).keys().isdisjoint(_FIELDS):
            yield folder


def _marks(name: bytes, configs: frozenset[bytes]) -> bool:
    return name == _PACKAGE or name.rpartition(b".")[0] in configs
