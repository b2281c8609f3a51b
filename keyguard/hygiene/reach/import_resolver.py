"""The resolution of imports: from the text of an import to the file that it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from keyguard.hygiene.reach.applications import App, Applications
from keyguard.hygiene.reach.code import file_names
from keyguard.hygiene.reach.file_lookup import ProjectFiles
from keyguard.hygiene.reach.tsconfig import PathMappings
from keyguard.hygiene.reach.workspace_packages import Packages

#: prefix -> folders, relative to the root of the project
Aliases = dict[bytes, list[bytes]]
#: prefixes that tools map to the sources by default, and where sources are
_HABITS = (b"@/", b"~/", b"@@/", b"~~/", b"src/")
_SOURCES = (b"src/", b"app/", b"")
_SERVED = (b"", b"public/", b"static/")
_MIXED = tuple(file_names.MIXED)


class Resolver:
    """Resolves imports; every answer is cached."""

    def __init__(
        self,
        files: ProjectFiles,
        applications: Applications,
        read: Callable[[bytes], bytes | None],
        aliases: Callable[[App], Aliases],
    ) -> None:
        """``aliases`` returns the aliases that an application's configuration defines."""
        self._files, self._applications, self._aliases = files, applications, aliases
        self._packages = Packages(applications, files)
        self._configs = PathMappings(files, read, self._packages.find)
        self._known: dict[tuple[bytes, bytes], tuple[bytes, ...]] = {}
        self._scopes: dict[bytes, bytes] = {}
        self._of_app: dict[bytes, Aliases] = {}

    def resolve(self, path: bytes, text: bytes) -> tuple[bytes, ...]:
        """Return the project's files that ``text`` means when ``path`` imports it; none for an installed package."""
        base = file_names.folder(path)
        key = (base if text[:1] in b"./" or path.endswith(_MIXED) else self._scope(path, base)), text
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = tuple(self._resolve(path, base, text))
        return found

    def _scope(self, path: bytes, base: bytes) -> bytes:
        """Return the folder whose files all resolve a bare import alike: most are packages, asked for everywhere."""
        found = self._scopes.get(base)
        if found is None:
            found = self._scopes[base] = max(self._configs.scope(base), self._applications.home(path), key=len)
        return found

    def _resolve(self, path: bytes, base: bytes, text: bytes) -> Iterable[bytes]:
        if b"*" in text or b"${" in text:
            return self._many(path, base, text.partition(b"?")[0])
        for one in dict.fromkeys((text, text.partition(b"?")[0], text[:1] + text[1:].partition(b"#")[0])):
            found = self._one(path, base, one)
            if found is not None:
                return (found, *self._files.twins(found))
        return ()

    def _one(self, path: bytes, base: bytes, text: bytes) -> bytes | None:
        if text.startswith((b"./", b"../")) or text in (b".", b".."):
            return self._files.find(file_names.join(base, text))
        if b":" in text or not text:
            return None
        # a URL in a page, or in code that a page loads, may be relative to the page's folder
        plain = (
            (file_names.join(base, text),) if file_names.extension(path) in file_names.MIXED and b"." in text else ()
        )
        places = (*plain, *self._places(path, base, text))
        found = next(filter(None, map(self._files.find, places)), None)
        return found or self._packages.find(text) or self._by_habit(path, text)

    def _many(self, path: bytes, base: bytes, text: bytes) -> list[bytes]:
        """Return the files that a pattern means, relative to the importing file or to what an alias stands for."""
        if text.startswith(b"."):
            return self._files.matching(base, text)
        places = [place for place in self._places(path, base, text) if place]
        return next(filter(None, (self._files.matching(b"", b"./" + place) for place in places)), [])

    def _places(self, path: bytes, base: bytes, text: bytes) -> Iterator[bytes | None]:
        """Yield the paths that configurations map a text to, the most specific first."""
        app = self._applications.apps[self._applications.home(path)]
        if text.startswith(b"#"):
            yield self._packages.own(app, text)
        yield from self._configs.targets(base, text)
        for prefix, folders in self._aliases_of(app).items():
            rest = text.removeprefix(prefix)
            if rest != text and (not rest or rest.startswith(b"/") or prefix.endswith(b"/")):
                yield from (file_names.join(folder, rest.lstrip(b"/") or b".") for folder in folders)
        if text.startswith(b"/"):
            yield from (file_names.join(app.root, served + text.lstrip(b"/")) for served in _SERVED)

    def _by_habit(self, path: bytes, text: bytes) -> bytes | None:
        root = self._applications.home(path)
        for prefix in _HABITS:
            if text.startswith(prefix):
                places = (file_names.join(root, source + text[len(prefix) :]) for source in _SOURCES)
                return next(filter(None, map(self._files.find, places)), None)
        return None

    def _aliases_of(self, app: App) -> Aliases:
        if app.root not in self._of_app:
            self._of_app[app.root] = self._aliases(app)
        return self._of_app[app.root]
