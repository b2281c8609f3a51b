"""The graph of imports as a cheap look shows it, read only as far as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from keyguard.hygiene.reach import names
from keyguard.hygiene.reach.resolve import Resolver
from keyguard.hygiene.reach.specifiers import specifiers


class Graph:
    """File -> the files that it may import."""

    def __init__(self, resolver: Resolver, read: Callable[[bytes], bytes | None]) -> None:
        """``read`` gives the content of a file."""
        self._resolver, self._read = resolver, read
        self.links: dict[bytes, tuple[bytes, ...]] = {}
        """What was looked at so far."""

    def spread(self, starts: Iterable[bytes], wanted: frozenset[bytes]) -> dict[bytes, int]:
        """How many steps each file is away, as far as the last of ``wanted`` that can be reached."""
        away = dict.fromkeys(starts, 0)
        front, missing = sorted(away), wanted.difference(away)
        while front and missing:
            following = sorted({target for path in front for target in self.look(path)}.difference(away))
            away.update(dict.fromkeys(following, away[front[0]] + 1))
            missing = missing.difference(following)
            front = following
        return away

    def look(self, path: bytes) -> tuple[bytes, ...]:
        """The files that ``path`` may import, once each, in order."""
        found = self.links.get(path)
        if found is None:
            found = self.links[path] = tuple(dict.fromkeys(self._look(path)))
        return found

    def _look(self, path: bytes) -> Iterable[bytes]:
        ending = names.extension(path)
        data = self._read(path) if ending in names.READ else None
        for text in specifiers(data, ending in names.MIXED) if data else ():
            yield from self._resolver.resolve(path, text)
