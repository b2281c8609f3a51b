"""The search for client code in one project: the import graph first, parsed modules only where it leads to a goal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from types import MappingProxyType
from typing import NamedTuple

from keyguard.hygiene.reach.applications import Applications
from keyguard.hygiene.reach.code import boundaries, file_names
from keyguard.hygiene.reach.code.module import Places
from keyguard.hygiene.reach.code.module_loader import ModuleLoader
from keyguard.hygiene.reach.code.shaking import Demand, demands, unused
from keyguard.hygiene.reach.entry_points import entry_points, replacements
from keyguard.hygiene.reach.file_lookup import ProjectFiles
from keyguard.hygiene.reach.frameworks import Entry, ServerOnlyFiles, aliases, config_names, used_by
from keyguard.hygiene.reach.import_graph import ImportGraph, Traversal
from keyguard.hygiene.reach.import_resolver import Resolver
from keyguard.hygiene.reach.shortest_path import PathSearcher, State
from keyguard.hygiene.reach.workspace_packages import declares_no_side_effects


class FoundPath(NamedTuple):
    """A path from an entry point to a file."""

    kind: str
    steps: tuple[bytes, ...]
    server_spans: tuple[tuple[int, int], ...]
    unasked_spans: tuple[tuple[int, int], ...]
    unused_spans: tuple[tuple[int, int], ...]
    parsed: bool

    def is_final(self, steps: int) -> bool:
        """Return whether a search that follows paths of more imports than ``steps`` would not change it."""
        return len(self.steps) <= steps + 1 and not self.unasked_spans


class ClientSearch:
    """The search in one project."""

    def __init__(self, paths: Collection[bytes], read: Callable[[bytes], bytes | None]) -> None:
        """``paths`` are all files, relative to the root; ``read`` returns the content of one, or None."""
        files = ProjectFiles(paths)
        self._files, self._read = files, read
        self._applications = Applications(files, read, config_names())
        apps = self._applications.apps.values()
        closed = ServerOnlyFiles(apps)
        instead: dict[bytes, list[bytes]] = defaultdict(list)
        for old, new in (pair for app in apps for pair in replacements(app, files)):
            instead[old].append(new)
        resolver = self._resolver = Resolver(files, self._applications, read, aliases)
        self._graph = ImportGraph(resolver, read, lambda path: closed(self._applications.home(path), path), instead)
        self._entries: dict[bytes, Entry] = {}
        for entry in self._all_entries():
            known = self._entries.get(entry.path)
            if (known is None or (entry.whole and not known.whole)) and not self._graph.stays_on_server(entry.path):
                self._entries[entry.path] = entry
        removed = {path: entry.removed for path, entry in self._entries.items()}
        self._modules = ModuleLoader(read, removed, resolver.resolve)
        self._searcher = PathSearcher(self._modules, resolver, self._is_untouched, instead)

    def find_paths(self, wanted: list[bytes], places: Places = MappingProxyType({})) -> dict[bytes, FoundPath]:
        """Return the path to each wanted file that client code reaches. The answer depends on no earlier question.

        ``places`` are the offsets in a file that matter: if no client gets one of them, the file is left out.
        """
        wanted = [path for path in wanted if not self._graph.stays_on_server(path)]
        traversal = Traversal(self._graph.imports_of, self._entries)
        more = traversal.follow(wanted)
        found = self._found(wanted, traversal, places)
        # a path through a file that was not followed yet has at least one step more than the farthest file
        farthest = max(traversal.distances.values(), default=0) + 1
        missing = [path for path in wanted if path not in found or not found[path].is_final(farthest)]
        if more and missing:
            traversal.follow(None)
            found.update(self._found(missing, traversal, places))
        return dict(sorted(found.items()))

    def imported(self, path: bytes, text: bytes) -> tuple[bytes, ...]:
        """Return the project's files that ``text`` means when ``path`` imports it."""
        return self._resolver.resolve(path, text)

    @property
    def exhausted(self) -> bool:
        """Return whether a budget of the project is used up, so that answers may differ from those of a new search."""
        return self._files.exhausted or self._modules.exhausted

    def _found(self, wanted: Iterable[bytes], traversal: Traversal, places: Places) -> dict[bytes, FoundPath]:
        reached = [path for path in wanted if path in traversal.distances]
        entries = {path: one for path, one in self._entries.items() if one.whole}
        whole = self._searcher.find(entries, reached, traversal.links, {}) if entries and reached else {}
        goals = {path: self._demands(path, places) for path in reached if path not in whole}
        states: dict[bytes, list[State]] = dict(whole)
        unasked: dict[bytes, list[tuple[int, int]]] = defaultdict(list)
        for number in range(max(map(len, goals.values()), default=0)):
            asked = {path: demands[number] for path, demands in goals.items() if len(demands) > number}
            names = {path: one.names for path, one in asked.items() if one.names}
            found = self._searcher.find(self._entries, list(asked), traversal.links, names)
            states = {**found, **states}
            for path in asked.keys() - found.keys():
                unasked[path] += asked[path].spans
        return {
            path: self._found_path(path, [state.path for state in steps], unasked[path])
            for path, steps in states.items()
        }

    def _demands(self, path: bytes, places: Places) -> list[Demand]:
        if path not in places or path in self._entries or file_names.extension(path) not in file_names.READ:
            return [Demand(None)]
        return demands(self._modules.load(path).module, places[path])

    def _found_path(self, path: bytes, steps: list[bytes], unasked: list[tuple[int, int]]) -> FoundPath:
        loaded = [self._modules.load(step) for step in steps if file_names.extension(step) in file_names.READ]
        parsed = all(one.module.parsed for one in loaded)
        last = self._modules.load(path)
        entry = self._entries[steps[0]]
        dropped = () if entry.whole else unused(last.module)
        return FoundPath(entry.kind, tuple(steps), last.shipped.removed, tuple(unasked), dropped, parsed)

    def _all_entries(self) -> Iterator[Entry]:
        marking = ""
        for app in self._applications.apps.values():
            used = used_by(app)
            yield from entry_points(app, used, self._files)
            marking = marking or next((one.name for one in used if one.use_client), "")
        if marking:
            code = (
                path
                for path in self._files.paths
                if file_names.extension(path) in file_names.CODE and file_names.ships(path)
            )
            for path in sorted(code):
                if boundaries.is_client(self._read(path) or b""):
                    yield Entry(path, f"{marking} client component")

    def _is_untouched(self, path: bytes) -> bool:
        return declares_no_side_effects(self._applications.apps[self._applications.home(path)], path)
