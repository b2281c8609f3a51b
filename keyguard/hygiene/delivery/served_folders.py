"""Folders that a web server serves as they are, and folders of build output that belong to a server's program."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator
from posixpath import normpath
from typing import Any

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Project
from keyguard.support.regex import expression

#: folders that builds of all kinds write to, and those in which only some files of a kind are served
_OUTPUT, _STATIC = ("dist", "build", "out"), "static"
#: what a folder of a web site has
_PAGES = (b".html", b".htm")
_ASSETS = (*_PAGES, b".css", b".js", b".mjs", b".ico", b".png", b".svg", b".woff2", b".webmanifest")
_CODE = (b".js", b".mjs", b".css")
#: fields of package.json that name files for Node.js, and for browsers
_NODE, _BROWSER = ("main", "module", "bin", "exports"), ("browser", "unpkg", "jsdelivr", "style")
_DEPTH = 6
_RUNTIME = expression(r"\b(?:node|nodemon|bun|deno|pm2|ts-node|tsx)\b")
_WORKERS = frozenset((b"wrangler.toml", b"wrangler.json", b"wrangler.jsonc"))
_MAIN = expression(rb"(?m)^[ \t,{]*[\"']?main[\"']?\s{0,9}[:=]\s{0,9}[\"']([^\"'\r\n]{1,300})[\"']")


class ServedFolders:
    """Answers for one project."""

    def __init__(self, project: Project) -> None:
        """Nothing is read before the first question."""
        self._project = project
        self._folders: list[bytes] = []
        self._known: dict[bytes, bool] = {}

    def serves(self, path: bytes, folder: str) -> bool:
        """Return whether a file in a folder of this name, or with this path, is served to browsers as it is."""
        name = folder.encode()
        start = (b"/" + path).find(b"/" + name + b"/")
        root, inside = path[: start + len(name)], path[start + len(name) + 1 :]
        if folder in (*_OUTPUT, ".next") and patterns.in_folder(inside, tables.load("browser")["aside"]["server"]):
            return False
        if folder in _OUTPUT:
            return self._is_for_browsers(path, root)
        return folder != _STATIC or path.endswith(_CODE) or self._has_assets(root)

    def _is_for_browsers(self, path: bytes, root: bytes) -> bool:
        """Return whether build output is that of a program for browsers, and not that of a server or a tool."""
        home, inside = root.rpartition(b"/")[0], path[len(root) + 1 :]
        package = self._package(home)
        for_node = [one for field in _NODE for one in _paths(package.get(field))] + [*self._started(home, package)]
        inner = path[len(home) + 1 :] if home else path
        if any(_is_file(one, inner) for one in for_node):
            return False
        if self._has_page(path, root) or patterns.in_folder(inside, tables.load("browser")["aside"]["client"]):
            return True
        if any(_is_file(one, inner) for field in _BROWSER for one in _paths(package.get(field))):
            return True
        built = (root[len(home) + 1 :] if home else root) + b"/"
        if any(one.startswith(built) for one in for_node) or self._is_of_another_language(home):
            return False
        return bool(_needs(package) & frozenset(tables.load("browser")["frameworks"]["packages"]))

    def _has_page(self, path: bytes, root: bytes) -> bool:
        """Return whether a page lies in one of the folders from ``root`` down to the file."""
        folder = path.rpartition(b"/")[0]
        while len(folder) >= len(root):
            if any(name.endswith(_PAGES) for name in self._names(folder)):
                return True
            folder = folder.rpartition(b"/")[0]
        return False

    def _has_assets(self, root: bytes) -> bool:
        """Return whether something that only web sites have lies below a folder."""
        if root not in self._known:
            self._known[root] = any(
                name.endswith(_ASSETS) for folder in self._below(root) for name in self._project.files.by_folder[folder]
            )
        return self._known[root]

    def _below(self, root: bytes) -> Iterator[bytes]:
        self._folders = self._folders or sorted(self._project.files.by_folder)
        start = root + b"/"
        for index in range(bisect_left(self._folders, start), len(self._folders)):
            if not self._folders[index].startswith(start):
                return
            yield self._folders[index]

    def _names(self, folder: bytes) -> set[bytes]:
        return self._project.files.by_folder.get(folder + b"/" if folder else b"", set())

    def _started(self, home: bytes, package: dict[str, Any]) -> Iterator[bytes]:
        """Yield the files that scripts of package.json run by Node.js, and those of Cloudflare's workers."""
        for text in _texts(package.get("scripts"), 0):
            if _RUNTIME.search(text):
                yield from (normpath(word.encode("utf-8", "replace")) for word in text.split())
        for name in self._names(home) & _WORKERS:
            said = self._project.read(home + b"/" + name if home else name) or b""
            yield from (normpath(found[1]) for found in _MAIN.finditer(said))

    def _is_of_another_language(self, home: bytes) -> bool:
        builds = tables.patterns("browser", "aside", "builds")
        return any(builds.fit(name) for name in self._names(home))

    def _package(self, home: bytes) -> dict[str, Any]:
        try:
            found = json.loads(self._project.read(home + b"/package.json" if home else b"package.json") or b"")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


@memoized
def served_folders(project: Project) -> ServedFolders:
    """Return the answers for a project."""
    return ServedFolders(project)


def _needs(package: dict[str, Any]) -> frozenset[str]:
    found = (package.get(field) for field in ("dependencies", "devDependencies", "peerDependencies"))
    return frozenset(name for one in found if isinstance(one, dict) for name in one)


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _DEPTH:
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from _texts(one, depth + 1)


def _paths(value: Any) -> Iterator[bytes]:
    """Yield the paths in a field of package.json, relative to its folder."""
    return (normpath(text.encode("utf-8", "replace").lstrip(b"/")) for text in _texts(value, 0))


def _is_file(named: bytes, inner: bytes) -> bool:
    """Return whether Node.js finds a file by a path, both relative to one folder."""
    return inner in (named, named + b".js", named + b"/index.js")
