"""The graph of imports as a cheap look shows it, read only as far as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from keyguard.hygiene.reach.code import names
from keyguard.hygiene.reach.code.boundaries import is_server
from keyguard.hygiene.reach.code.specifiers import specifiers
from keyguard.hygiene.reach.resolve import Resolver


class Spread:
    """What one question has followed of a graph. Another question begins anew: only what files import is remembered."""

    def __init__(self, look: Callable[[bytes], Iterable[bytes]], entries: Iterable[bytes]) -> None:
        """``look`` gives the files that one may import."""
        self._look = look
        self.away = dict.fromkeys(entries, 0)
        """How many steps each file that was reached is from its nearest entry point."""
        self.links: dict[bytes, tuple[bytes, ...]] = {}
        """The files that were followed, with what they may import."""
        self._front = sorted(self.away)

    def follow(self, wanted: Collection[bytes] | None) -> bool:
        """Follow imports, all those of one distance at a time, until all of ``wanted`` are reached, or to the end if
        it is None. Return whether there is more to follow.
        """
        missing = set(wanted or ()).difference(self.away)
        while self._front and (missing or wanted is None):
            self.links.update((path, tuple(self._look(path))) for path in self._front)
            targets = {target for path in self._front for target in self.links[path]}
            steps = self.away[self._front[0]] + 1
            self._front = sorted(targets.difference(self.away))
            self.away.update(dict.fromkeys(self._front, steps))
            missing.difference_update(self._front)
        return bool(self._front)


class Graph:
    """File -> the files that it may import. What never leaves the server is in none of its ways."""

    def __init__(
        self,
        resolver: Resolver,
        read: Callable[[bytes], bytes | None],
        closed: Callable[[bytes], bool],
        instead: Mapping[bytes, Collection[bytes]],
    ) -> None:
        """``closed``: by where a file lies; ``instead``: the files that may be shipped in the stead of one."""
        self._resolver, self._read, self._closed, self._instead = resolver, read, closed, instead
        self._known: dict[bytes, tuple[bytes, ...]] = {}
        self._shut: dict[bytes, bool] = {}
        self._servers: dict[bytes, bool] = {}

    def look(self, path: bytes) -> tuple[bytes, ...]:
        """The files that ``path`` may import, once each, in order."""
        found = self._known.get(path)
        if found is None:
            open_ = (one for one in self._look(path) if one != path and not self._is_shut(one))
            found = self._known[path] = tuple(dict.fromkeys(open_))
        return found

    def stays(self, path: bytes) -> bool:
        """Whether a file never leaves the server, by where it lies or by what it says."""
        if path not in self._servers:
            read = names.extension(path) in names.READ
            self._servers[path] = self._is_shut(path) or (read and is_server(self._read(path) or b""))
        return self._servers[path]

    def _is_shut(self, path: bytes) -> bool:
        found = self._shut.get(path)
        if found is None:
            found = self._shut[path] = self._closed(path)
        return found

    def _look(self, path: bytes) -> Iterable[bytes]:
        yield from self._instead.get(path, ())
        ending = names.extension(path)
        data = self._read(path) if ending in names.READ else None
        if data and not is_server(data):
            for text in specifiers(data, ending in names.MIXED):
                yield from self._resolver.resolve(path, text)
