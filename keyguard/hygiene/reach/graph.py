"""The graph of imports as a cheap look shows it, read only as far as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from keyguard.hygiene.reach import names
from keyguard.hygiene.reach.boundaries import is_server
from keyguard.hygiene.reach.resolve import Resolver
from keyguard.hygiene.reach.specifiers import specifiers


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
        self.links: dict[bytes, tuple[bytes, ...]] = {}
        """What was looked at so far."""
        self._shut: dict[bytes, bool] = {}
        self._servers: dict[bytes, bool] = {}

    def spread(self, away: dict[bytes, int], wanted: Collection[bytes] | None) -> bool:
        """Follow what was not followed yet, until all of ``wanted`` are reached; whether there is more to follow.

        None means to the end.

        ``away`` tells how many steps each file is from its nearest entry point, and learns what is found.
        """
        missing = set(wanted or ()).difference(away)
        front = sorted(path for path in away if path not in self.links)
        while front and (missing or wanted is None):
            nearest = min(away[path] for path in front)
            now = [path for path in front if away[path] == nearest]
            following = sorted({target for path in now for target in self.look(path)}.difference(away))
            away.update(dict.fromkeys(following, nearest + 1))
            missing.difference_update(following)
            front = [*(path for path in front if away[path] != nearest), *following]
        return bool(front)

    def look(self, path: bytes) -> tuple[bytes, ...]:
        """The files that ``path`` may import, once each, in order."""
        found = self.links.get(path)
        if found is None:
            open_ = (one for one in self._look(path) if one != path and not self._is_shut(one))
            found = self.links[path] = tuple(dict.fromkeys(open_))
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
