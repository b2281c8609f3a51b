"""The files of a project, looked up by a path as code writes it: without an extension, or with a wildcard."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import islice

from keyguard.hygiene.reach.code import file_names
from keyguard.support.regex import expression

#: in the order in which bundlers try them; those for phones come last, since a browser's variant stands for them too
_ENDINGS = (
    *(b".ts", b".tsx", b".mts", b".js", b".jsx", b".mjs", b".cjs", b".cts", b".json", b".vue", b".svelte", b".astro"),
    *(b".gts", b".gjs"),
    *(b".web.ts", b".web.tsx", b".web.js", b".native.ts", b".native.tsx", b".native.js"),
    *(b".ios.ts", b".ios.tsx", b".ios.js", b".android.ts", b".android.tsx", b".android.js"),
)
_PLATFORMS = (b".ios", b".android", b".native", b".web", b".windows", b".macos")
#: extensions that an import names, and the source files that compile to them
_COMPILED = {
    b".js": (b".ts", b".tsx", b".jsx"),
    b".jsx": (b".tsx",),
    b".mjs": (b".mts",),
    b".cjs": (b".cts",),
}
#: files that one import with a wildcard may mean
_MANY = 5000
#: files that are matched against wildcards in one project
_TRIES = 2_000_000
#: wildcards in one pattern: nobody writes more by hand, and more are slow to match
_WILDCARDS = 6
_WILD = expression(rb"\$\{[^}]*(?:\}|$)|\*\*/?|\*|\{[^{}]*\}")


class ProjectFiles:
    """All files of a project."""

    def __init__(self, paths: Collection[bytes]) -> None:
        """``paths`` are relative to the root of the project."""
        self.paths = paths if isinstance(paths, (set, frozenset)) else frozenset(paths)
        self._sorted: list[bytes] = []
        self._tries = _TRIES

    @property
    def exhausted(self) -> bool:
        """Return whether the budget for matching wildcards is used up."""
        return self._tries <= 0

    def __contains__(self, path: object) -> bool:
        return path in self.paths

    def below(self, folder: bytes) -> Iterator[bytes]:
        """Yield all files in a folder, at any depth, sorted."""
        if not self._sorted:
            self._sorted = sorted(self.paths)
        start = folder + b"/" if folder else b""
        for index in range(bisect_left(self._sorted, start), len(self._sorted)):
            if not self._sorted[index].startswith(start):
                return
            yield self._sorted[index]

    def find(self, path: bytes | None) -> bytes | None:
        """Return the file that code means by a path: itself, with an extension, as TypeScript, or a folder's index."""
        if path is None:
            return None
        if path and path in self.paths:
            return path
        return self._with(path, _ENDINGS) or self._uncompiled(path) or self._index(path)

    def twins(self, path: bytes) -> list[bytes]:
        """Return the variants of a file for single platforms: ``key.ios.ts`` beside ``key.ts``."""
        name, ending = path[: -len(file_names.extension(path))], file_names.extension(path)
        if not self._has_twins or ending not in file_names.CODE:
            return []
        return [twin for kind in _PLATFORMS if (twin := name + kind + ending) in self.paths]

    @cached_property
    def _has_twins(self) -> bool:
        return any(kind + b"." in path for path in self.paths for kind in _PLATFORMS)

    def matching(self, base: bytes, pattern: bytes) -> list[bytes]:
        """Return the files in a folder that a pattern with ``*`` or ``${...}`` matches."""
        fixed = pattern[: _wild_at(pattern)]
        folder = file_names.join(base, fixed.rpartition(b"/")[0] or b".")
        whole = file_names.join(base, pattern)
        if folder is None or whole is None or b"/" not in fixed or len(_WILD.findall(whole)) > _WILDCARDS:
            return []
        wanted = _pattern(whole)
        tried = list(islice(self.below(folder), max(0, self._tries)))
        self._tries -= len(tried)
        return list(islice(filter(wanted.fullmatch, tried), _MANY))

    def _with(self, path: bytes, endings: Iterable[bytes]) -> bytes | None:
        return next((path + ending for ending in endings if path + ending in self.paths), None) if path else None

    def _uncompiled(self, path: bytes) -> bytes | None:
        ending = file_names.extension(path)
        return self._with(path[: -len(ending)], _COMPILED[ending]) if ending in _COMPILED else None

    def _index(self, path: bytes) -> bytes | None:
        return self._with(path + b"/index" if path else b"index", _ENDINGS)


def _wild_at(pattern: bytes) -> int:
    found = _WILD.search(pattern)
    return found.start() if found else len(pattern)


def _pattern(pattern: bytes) -> re.Pattern[bytes]:
    parts, at = [], 0
    for wild in _WILD.finditer(pattern):
        parts += [re.escape(pattern[at : wild.start()]), _meaning(wild[0])]
        at = wild.end()
    return re.compile(b"".join((*parts, re.escape(pattern[at:]))))


def _meaning(wild: bytes) -> bytes:
    if wild.startswith((b"**", b"$")):
        return b".*"
    if wild.startswith(b"{"):
        return b"(?:" + b"|".join(map(re.escape, wild[1:-1].split(b","))) + b")"
    return b"[^/]*"
