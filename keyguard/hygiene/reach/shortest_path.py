"""The search for shortest import paths through parsed modules; distances in the import graph say what to try first."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from keyguard.hygiene.reach.backward_search import BackwardSearch, FileTraits
from keyguard.hygiene.reach.code import file_names
from keyguard.hygiene.reach.code.module import ALL, DEFAULT, Module
from keyguard.hygiene.reach.code.module_loader import Loaded, ModuleLoader
from keyguard.hygiene.reach.import_resolver import Resolver
from keyguard.support.regex import expression

#: the names that are asked of a module; None for all of them, an empty set if it is only loaded
Asked = frozenset[bytes] | None
_NOTHING: frozenset[bytes] = frozenset()
#: states that one search visits before it gives up: no project that people work on has as many
_STATES = 20_000
#: goals up to which each is searched alone: such a search is directed, where a common one looks everywhere
_FEW = 6
#: files that a search may parse before it is worth asking ``backward_search`` what leads to its goals
_STRAIGHT = 24
#: what asks for all of a module, and its specifier
_WHOLE_MODULE = expression(
    rb"(?:\*\s{0,9}(?:as\s{1,9}[\w$]{1,99}\s{1,9})?from\s{0,9}|\b(?:import|require|glob)\s{0,9}\(\s{0,99})[\"'`]([^\"'`\r\n]{1,300})"
)


class State(NamedTuple):
    """A file, and the names that are asked of it."""

    path: bytes
    asked: Asked


class _Try(NamedTuple):
    """An entry of the heap: the shortest path first, then the one nearest to the goal, then by file path."""

    length: int
    gone: int
    path: bytes
    order: int
    state: State


class _Search:
    """The state of one search, by A*."""

    def __init__(self, left: Mapping[bytes, int], starts: Collection[bytes], missing: set[bytes]) -> None:
        """``left`` is each file's distance to a goal; files that are not in it are not followed."""
        self._left, self.missing = left, missing
        self.found: dict[bytes, list[State]] = {}
        self.done: set[State] = set()
        self._before: dict[State, State | None] = {State(path, None): None for path in starts}
        self._steps = dict.fromkeys(self._before, 0)
        self.heap = [_Try(left[one.path], 0, one.path, index, one) for index, one in enumerate(self._before)]
        heapq.heapify(self.heap)
        self.count = len(self.heap)

    def add(self, state: State, before: State) -> None:
        """Add a state to the heap, unless it leads nowhere or an equally short path to it is known."""
        gone = self._steps[before] + 1
        if state.path in self._left and gone < self._steps.get(state, _STATES):
            self._before[state], self._steps[state] = before, gone
            self.count += 1
            heapq.heappush(self.heap, _Try(gone + self._left[state.path], -gone, state.path, self.count, state))

    def reached(self, state: State) -> None:
        """Record the path to a goal that was reached."""
        self.missing.discard(state.path)
        path, step = [state], self._before[state]
        while step is not None:
            path.append(step)
            step = self._before[step]
        self.found[state.path] = path[::-1]


class PathSearcher:
    """Finds shortest paths; every module is parsed once for all searches."""

    def __init__(
        self,
        modules: ModuleLoader,
        resolver: Resolver,
        untouched: Callable[[bytes], bool],
        instead: Mapping[bytes, Collection[bytes]],
    ) -> None:
        """``untouched`` tells whether a file's package declares that loading it has no side effects."""
        self._modules, self._resolver, self._untouched, self._instead = modules, resolver, untouched, instead
        self._following: dict[State, tuple[State, ...]] = {}
        self._backward_search = BackwardSearch(self._traits, resolver.resolve, instead)

    def find(
        self,
        starts: Collection[bytes],
        goals: Collection[bytes],
        links: Mapping[bytes, Collection[bytes]],
        names: Mapping[bytes, frozenset[bytes]] = MappingProxyType({}),
    ) -> dict[bytes, list[State]]:
        """Return the states on the shortest path to each goal; of equally short ones, the first by file paths.

        Goals that cannot be reached are left out, and so are those of ``names`` of which no path asks one of the names.
        Modules that earlier searches parsed make this one faster, and do not
        change its result.
        """
        users, found, known = _users(links), dict[bytes, list[State]](), set[bytes]()
        # most files that import a large one mention none of the names, and need not be parsed
        users = {
            **users,
            **{path: [one for one in users.get(path, ()) if self._may_ask(one, path, names[path])] for path in names},
        }
        for group in [[goal] for goal in goals] if len(goals) <= _FEW else [list(goals)]:
            search = self._search(starts, group, users, known, names, len(known) + _STRAIGHT)
            if search.missing and search.heap:
                # the distances mislead: before parsing all that is left, find out which files lead to the goals at all
                search = self._search(starts, group, self._backward_search.users(group, users), known, names)
            found.update(search.found)
        return found

    def _search(
        self,
        starts: Collection[bytes],
        goals: Collection[bytes],
        users: Mapping[bytes, Collection[bytes]],
        known: set[bytes],
        names: Mapping[bytes, frozenset[bytes]],
        limit: int | None = None,
    ) -> _Search:
        """Search until all goals are found, nothing is left, or ``known``, to which it adds, has ``limit`` files."""
        left = _distances(goals, users)
        search = _Search(left, [path for path in sorted(starts) if path in left], set(goals))
        while search.heap and search.missing and search.count < _STATES:
            if limit is not None and len(known) >= limit:
                break
            state = heapq.heappop(search.heap).state
            known.add(state.path)
            if state.path in search.missing and _asks(state, names.get(state.path)) and self._is_shipped(state):
                search.reached(state)
            meant = self._meant(state)
            if meant in search.done or meant._replace(asked=None) in search.done:
                continue
            search.done.add(meant)
            for following in self._follow(meant):
                search.add(following, state)
        return search

    def _may_ask(self, path: bytes, goal: bytes, names: frozenset[bytes]) -> bool:
        """Return whether the text of a file may ask a goal for one of the names, or for all that it exports."""
        text = self._modules.text(path)
        listed = [re.escape(name) for name in sorted(names) if name in text]
        form = rb"[{,]\s{0,99}(?:%s)\s{0,99}(?:\bas\s[^,{}]{0,99})?[,}]" % b"|".join(listed)
        if DEFAULT in names or (listed and re.search(form, text)):
            return True
        return any(goal in self._resolver.resolve(path, found[1]) for found in _WHOLE_MODULE.finditer(text))

    def _traits(self, path: bytes) -> FileTraits | None:
        if file_names.extension(path) not in file_names.READ:
            return None
        loaded = self._modules.load(path)
        return FileTraits(loaded, self._is_skipped(path, loaded.module), self._untouched(path))

    def _is_shipped(self, state: State) -> bool:
        """Return whether the client gets anything that the file declares."""
        if state.asked is None or file_names.extension(state.path) not in file_names.READ:
            return True
        module = self._modules.load(state.path).module
        return not self._is_skipped(state.path, module) or not state.asked.isdisjoint(module.gives())

    def _is_skipped(self, path: bytes, module: Module) -> bool:
        return module.pure or (not module.whole and self._untouched(path))

    def _meant(self, state: State) -> State:
        """Return a state with the same imports, so that it is visited once.

        A file that is shipped and re-exports nothing imports the same, whatever is asked of it.
        """
        if state.asked is None or file_names.extension(state.path) not in file_names.READ:
            return State(state.path, None)
        module = self._modules.load(state.path).module
        plain = not module.reexports and self._is_shipped(state)
        return State(state.path, None) if plain or module.whole else state

    def _follow(self, state: State) -> tuple[State, ...]:
        found = self._following.get(state)
        if found is None:
            found = self._following[state] = tuple(dict.fromkeys(self._followed(state)))
        return found

    def _followed(self, state: State) -> Iterator[State]:
        yield from (State(path, state.asked) for path in self._instead.get(state.path, ()))
        loaded = self._modules.load(state.path)
        module, asked = loaded.module, state.asked
        idle = asked is not None and asked.isdisjoint(module.gives()) and self._is_skipped(state.path, module)
        if idle and not asked and self._untouched(state.path):
            return
        for text, wanted in (*_imported(loaded, idle), *_handed_on(module, asked)):
            for target in self._resolver.resolve(state.path, text):
                if target != state.path:
                    yield State(target, wanted)


def _asks(state: State, names: Asked) -> bool:
    """Return whether a state asks for one of the names; None stands for whatever there is."""
    return names is None or state.asked is None or not state.asked.isdisjoint(names)


def _users(links: Mapping[bytes, Collection[bytes]]) -> Mapping[bytes, list[bytes]]:
    """Return each file with those that may import it."""
    found: dict[bytes, list[bytes]] = defaultdict(list)
    for path, targets in sorted(links.items()):
        for target in targets:
            found[target].append(path)
    return found


def _distances(goals: Iterable[bytes], users: Mapping[bytes, Collection[bytes]]) -> dict[bytes, int]:
    """Return each file's distance from the nearest goal in the import graph, without files that lead to none."""
    found = dict.fromkeys(goals, 0)
    front = list(found)
    for path in front:
        for user in users.get(path, ()):
            if user not in found:
                found[user] = found[path] + 1
                front.append(user)
    return found


def _imported(loaded: Loaded, idle: bool) -> Iterable[tuple[bytes, Asked]]:
    """Return what the code of a file imports; if that code is dropped, only what it loads anyway."""
    asked: dict[bytes, set[bytes]] = defaultdict(set)
    for one in loaded.shipped.imports:
        if not (idle and one.deep):
            asked[one.text].update([] if idle and one.local else [one.asked])
    return [(text, None if ALL in wanted else frozenset(wanted)) for text, wanted in asked.items()]


def _handed_on(module: Module, asked: Asked) -> Iterable[tuple[bytes, Asked]]:
    """Return what a file re-exports, as far as it is asked for; the other modules are loaded nevertheless."""
    given = module.gives().union(one.given for one in module.reexports)
    found: dict[bytes, set[bytes]] = defaultdict(set)
    for one in module.reexports:
        if one.given == ALL:
            found[one.text].update([ALL] if asked is None else asked - given - {DEFAULT})
        else:
            found[one.text].update([one.asked] if asked is None or one.given in asked else ())
    return [(text, None if ALL in wanted else frozenset(wanted)) for text, wanted in found.items()]
