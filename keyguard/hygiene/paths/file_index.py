"""The listed files of a project, indexed by name, so that a list of patterns need not be matched against each path."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from keyguard.sources.listing import TreeFile


class FileIndex(dict[bytes, TreeFile]):
    """The files that git tracks or could track, by path. Not to be changed after the first look-up by name."""

    @cached_property
    def by_name(self) -> dict[bytes, list[bytes]]:
        """The paths by their last parts."""
        found: dict[bytes, list[bytes]] = defaultdict(list)
        for path in self:
            found[path[path.rfind(b"/") + 1 :]].append(path)
        return found

    @cached_property
    def by_folder(self) -> dict[bytes, set[bytes]]:
        """The last parts of paths by folder, which ends in a slash, or is empty at the root."""
        found: dict[bytes, set[bytes]] = defaultdict(set)
        for name, paths in self.by_name.items():
            for path in paths:
                found[path[: len(path) - len(name)]].add(name)
        _ = found[b""]
        return found

    def named(self, exact: Iterable[bytes], starts: Iterable[bytes], ends: Iterable[bytes]) -> set[bytes]:
        """Return the last parts of paths that are one of ``exact``, or begin or end with one of the others."""
        names = {name for name in exact if name in self.by_name}
        for start in starts:
            names.update(_beginning(self._forwards, start))
        for end in ends:
            names.update(name[::-1] for name in _beginning(self._backwards, end[::-1]))
        return names

    def prepare(self) -> None:
        """Build the index now."""
        _ = self._forwards, self._backwards

    @cached_property
    def _forwards(self) -> list[bytes]:
        return sorted(self.by_name)

    @cached_property
    def _backwards(self) -> list[bytes]:
        return sorted(name[::-1] for name in self.by_name)


def _beginning(names: list[bytes], start: bytes) -> Iterator[bytes]:
    """Yield the names that begin with ``start``; they are adjacent, because ``names`` is sorted."""
    for at in range(bisect_left(names, start), len(names)):
        if not names[at].startswith(start):
            return
        yield names[at]
