"""A project with its clients: the cheap graph first, and modules only where that leads to what is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from keyguard.hygiene.reach.code import boundaries, names
from keyguard.hygiene.reach.code.modules import Modules
from keyguard.hygiene.reach.entries import entries, replacements
from keyguard.hygiene.reach.files import Files
from keyguard.hygiene.reach.frameworks import Closed, Entry, aliases, config_names, used_by
from keyguard.hygiene.reach.graph import Graph, Spread
from keyguard.hygiene.reach.layout import Layout
from keyguard.hygiene.reach.packages import promises_nothing
from keyguard.hygiene.reach.resolve import Resolver
from keyguard.hygiene.reach.search import Searcher


class Trail(NamedTuple):
    """A way that was found."""

    kind: str
    steps: tuple[bytes, ...]
    stays: tuple[tuple[int, int], ...]
    sure: bool


class Project:
    """All that is asked of one project."""

    def __init__(self, paths: Collection[bytes], read: Callable[[bytes], bytes | None]) -> None:
        """``paths`` are all files, relative to the root; ``read`` gives what they hold, or None."""
        files = Files(paths)
        self._files, self._read = files, read
        self._layout = Layout(files, read, config_names())
        apps = self._layout.apps.values()
        closed = Closed(apps)
        instead: dict[bytes, list[bytes]] = defaultdict(list)
        for old, new in (pair for app in apps for pair in replacements(app, files)):
            instead[old].append(new)
        resolver = Resolver(files, self._layout, read, aliases)
        self._graph = Graph(resolver, read, lambda path: closed(self._layout.home(path), path), instead)
        self._entries: dict[bytes, Entry] = {}
        for entry in self._all_entries():
            if not self._graph.stays(entry.path):
                self._entries.setdefault(entry.path, entry)
        removed = {path: entry.removed for path, entry in self._entries.items()}
        self._modules = Modules(read, removed, resolver.resolve)
        self._searcher = Searcher(self._modules, resolver, self._is_untouched, instead)

    def trails(self, wanted: list[bytes]) -> dict[bytes, Trail]:
        """The ways to those that can be reached: the same, whatever was asked before."""
        wanted = [path for path in wanted if not self._graph.stays(path)]
        spread = Spread(self._graph.look, self._entries)
        more = spread.follow(wanted)
        found = self._found(wanted, spread)
        # what was not followed yet is as far away as the farthest: no way by it is shorter than one step more
        farthest = max(spread.away.values(), default=0) + 1
        missing = [path for path in wanted if path not in found or len(found[path].steps) > farthest + 1]
        if more and missing:
            spread.follow(None)
            found.update(self._found(missing, spread))
        return dict(sorted(found.items()))

    @property
    def exhausted(self) -> bool:
        """Whether a budget of the whole project is used up, so that answers are no longer those of a fresh one."""
        return self._files.exhausted or self._modules.exhausted

    def _found(self, wanted: Iterable[bytes], spread: Spread) -> dict[bytes, Trail]:
        goals = [path for path in wanted if path in spread.away]
        ways = self._searcher.find(self._entries, goals, spread.links)
        return {path: self._trail(path, [state.path for state in way]) for path, way in ways.items()}

    def _trail(self, path: bytes, steps: list[bytes]) -> Trail:
        loaded = [self._modules.load(step) for step in steps if names.extension(step) in names.READ]
        sure = all(one.module.parsed for one in loaded)
        return Trail(self._entries[steps[0]].kind, tuple(steps), self._modules.load(path).shipped.removed, sure)

    def _all_entries(self) -> Iterator[Entry]:
        marking = ""
        for app in self._layout.apps.values():
            used = used_by(app)
            yield from entries(app, used, self._files)
            marking = marking or next((one.name for one in used if one.use_client), "")
        if marking:
            code = (path for path in self._files.paths if names.extension(path) in names.CODE and names.ships(path))
            for path in sorted(code):
                if boundaries.is_client(self._read(path) or b""):
                    yield Entry(path, f"{marking} client component")

    def _is_untouched(self, path: bytes) -> bool:
        return promises_nothing(self._layout.apps[self._layout.home(path)], path)
