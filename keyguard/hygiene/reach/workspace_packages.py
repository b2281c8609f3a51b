"""The packages in the project itself (workspaces), and the files that other packages can import from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate
from functools import cached_property
from typing import Any

from keyguard.hygiene.reach.applications import App, Applications
from keyguard.hygiene.reach.code import file_names
from keyguard.hygiene.reach.file_lookup import ProjectFiles

#: fields of package.json, in the order in which a bundler for browsers reads them
_MAIN = ("source", "svelte", "react-native", "browser", "module", "main", "types", "typings")
#: export conditions of servers and of the compiler
_LAST = ("types", "typings", "node", "require", "react-server", "worker")
#: folders of build output, which no repository contains
_BUILT = frozenset((b"dist", b"build", b"lib", b"out", b"es", b"esm", b"cjs", b"umd", b"types"))
_DEPTH = 8
_LEAVES = 200


class Packages:
    """Finds files by the names of workspace packages."""

    def __init__(self, applications: Applications, files: ProjectFiles) -> None:
        """The packages are the applications of ``applications`` that have a name."""
        self._applications, self._files = applications, files

    @cached_property
    def by_name(self) -> dict[bytes, App]:
        """The packages by name; if several have one name, the outermost."""
        found: dict[bytes, App] = {}
        for app in sorted(self._applications.apps.values(), key=lambda one: (one.root.count(b"/"), one.root)):
            name = app.package.get("name")
            if isinstance(name, str) and name:
                found.setdefault(name.encode("utf-8", "replace"), app)
        return found

    def find(self, text: bytes) -> bytes | None:
        """Return the file that a package's name, or a path in a package, means; None if it is not in the project."""
        parts = text.split(b"/")
        length = 2 if text.startswith(b"@") else 1
        app = self.by_name.get(b"/".join(parts[:length]))
        return self._in(app, b"/".join(parts[length:])) if app else None

    def own(self, app: App, text: bytes) -> bytes | None:
        """Return the file that ``#name`` means inside a package."""
        return next(filter(None, self._mapped(app, app.package.get("imports"), text)), None)

    def _in(self, app: App, inner: bytes) -> bytes | None:
        exports = app.package.get("exports")
        if isinstance(exports, str) or (isinstance(exports, dict) and not any(key.startswith(".") for key in exports)):
            exports = {".": exports}
        key = b"./" + inner if inner else b"."
        tries = [*self._mapped(app, exports, key)]
        if inner:
            tries += [self._path(app, inner), self._path(app, b"src/" + inner)]
        else:
            mains = (app.package.get(field) for field in _MAIN)
            tries += [self._path(app, _bytes(main)) for main in mains if isinstance(main, str)]
            tries += [self._path(app, place) for place in (b".", b"src", b"lib")]
        return next(filter(None, tries), None)

    def _mapped(self, app: App, table: Any, key: bytes) -> Iterator[bytes | None]:
        """Yield the files that ``exports`` or ``imports`` map a key to, the most specific patterns first."""
        if not isinstance(table, dict):
            return
        for pattern in sorted(table, key=lambda one: (-len(one.partition("*")[0]), one)):
            before, wild, after = _bytes(pattern).partition(b"*")
            fits = key.startswith(before) and key.endswith(after) and len(key) >= len(before) + len(after)
            if key == before if not wild else fits:
                middle = key[len(before) : len(key) - len(after)] if wild else b""
                for leaf in _leaves(table[pattern], _DEPTH)[:_LEAVES]:
                    yield self._path(app, leaf.replace(b"*", middle))

    def _path(self, app: App, relative: bytes) -> bytes | None:
        path = file_names.join(app.root, relative)
        if path is None or (path == app.root and not path):
            return self._files.find(b"index") if path is not None else None
        return self._files.find(path) or self._source(app, path)

    def _source(self, app: App, path: bytes) -> bytes | None:
        """Return the source of a built file, if it exists: ``dist/esm/a.js`` -> ``src/a``."""
        parts = (file_names.below(app.root, path) or b"").split(b"/")
        built = next((index for index, part in enumerate(parts) if part not in _BUILT), len(parts))
        if not built:
            return None
        plain = b"/".join(parts[built:])
        for ending in (b".d.ts", file_names.extension(plain)):
            plain = plain.removesuffix(ending)
        bases = (app.root + b"/" if app.root else b"") + b"src/"
        return self._files.find(bases + plain)


def _leaves(value: Any, depth: int) -> list[bytes]:
    """Return all paths in a table of conditions, those for servers and compilers last."""
    if isinstance(value, str):
        return [_bytes(value)]
    if isinstance(value, list):
        return [leaf for one in value[:_LEAVES] for leaf in _leaves(one, depth - 1)] if depth else []
    if not isinstance(value, dict) or not depth:
        return []
    first = sorted(value, key=lambda key: key in _LAST)
    return [leaf for key in first[:_LEAVES] for leaf in _leaves(value[key], depth - 1)]


def declares_no_side_effects(app: App, path: bytes) -> bool:
    """Return whether ``sideEffects`` in package.json says that loading the file has no side effects."""
    said = app.package.get("sideEffects")
    if isinstance(said, list):
        inner = (file_names.below(app.root, path) or b"").decode("utf-8", "surrogateescape")
        return not any(_fits(one, inner) for one in said[:_LEAVES] if isinstance(one, str))
    return said is False


def _fits(pattern: str, inner: str) -> bool:
    pattern = pattern.removeprefix("./")
    pattern = pattern if "/" in pattern else "**/" + pattern
    # a wildcard that matches too much only makes side effects likelier
    return re.fullmatch(translate(pattern.replace("**/", "*")), inner) is not None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
