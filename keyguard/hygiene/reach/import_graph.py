"""The import graph as a scan of the source text sees it, read only as far as a question needs it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from keyguard.hygiene.reach.code import file_names
from keyguard.hygiene.reach.code.boundaries import is_server
from keyguard.hygiene.reach.code.specifiers import specifiers
from keyguard.hygiene.reach.import_resolver import Resolver


class Traversal:
    """One breadth-first traversal of the graph. Traversals share only the imports of each file."""

    def __init__(self, imports_of: Callable[[bytes], Iterable[bytes]], entries: Iterable[bytes]) -> None:
        """``imports_of`` returns the files that a file may import."""
        self._imports_of = imports_of
        self.distances = dict.fromkeys(entries, 0)
        """The number of imports between each file that was reached and its nearest entry point."""
        self.links: dict[bytes, tuple[bytes, ...]] = {}
        """The files that were followed, each with those that it may import."""
        self._front = sorted(self.distances)

    def follow(self, wanted: Collection[bytes] | None) -> bool:
        """Follow imports, one level at a time, until all of ``wanted`` are reached, or to the end if it is None.

        Return whether there is more to follow.
        """
        missing = set(wanted or ()).difference(self.distances)
        while self._front and (missing or wanted is None):
            self.links.update((path, tuple(self._imports_of(path))) for path in self._front)
            targets = {target for path in self._front for target in self.links[path]}
            steps = self.distances[self._front[0]] + 1
            self._front = sorted(targets.difference(self.distances))
            self.distances.update(dict.fromkeys(self._front, steps))
            missing.difference_update(self._front)
        return bool(self._front)


class ImportGraph:
    """File -> the files that it may import. Files that stay on the server are no targets."""

    def __init__(
        self,
        resolver: Resolver,
        read: Callable[[bytes], bytes | None],
        closed: Callable[[bytes], bool],
        instead: Mapping[bytes, Collection[bytes]],
    ) -> None:
        """``closed`` tells by its path whether a file stays on the server; ``instead`` lists replacements of a file."""
        self._resolver, self._read, self._closed, self._instead = resolver, read, closed, instead
        self._known: dict[bytes, tuple[bytes, ...]] = {}
        self._closed_paths: dict[bytes, bool] = {}
        self._servers: dict[bytes, bool] = {}

    def imports_of(self, path: bytes) -> tuple[bytes, ...]:
        """Return the files that ``path`` may import, once each, in order."""
        found = self._known.get(path)
        if found is None:
            open_ = (one for one in self._scan(path) if one != path and not self._is_closed(one))
            found = self._known[path] = tuple(dict.fromkeys(open_))
        return found

    def stays_on_server(self, path: bytes) -> bool:
        """Return whether a file stays on the server, by its path or by a directive in it."""
        if path not in self._servers:
            read = file_names.extension(path) in file_names.READ
            self._servers[path] = self._is_closed(path) or (read and is_server(self._read(path) or b""))
        return self._servers[path]

    def _is_closed(self, path: bytes) -> bool:
        found = self._closed_paths.get(path)
        if found is None:
            found = self._closed_paths[path] = self._closed(path)
        return found

    def _scan(self, path: bytes) -> Iterable[bytes]:
        yield from self._instead.get(path, ())
        ending = file_names.extension(path)
        data = self._read(path) if ending in file_names.READ else None
        if data and not is_server(data):
            for text in specifiers(data, ending in file_names.MIXED):
                yield from self._resolver.resolve(path, text)
