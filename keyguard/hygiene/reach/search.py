"""The shortest way through modules as they are parsed. What a cheap look told says which way to try first."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from keyguard.hygiene.reach import names
from keyguard.hygiene.reach.module import ALL, DEFAULT, Module
from keyguard.hygiene.reach.modules import Loaded, Modules
from keyguard.hygiene.reach.resolve import Resolver

#: names that are asked of a module; None: all. None of them: it is only loaded
Asked = frozenset[bytes] | None
_NOTHING: frozenset[bytes] = frozenset()
#: states that one search comes to before it gives up: no project that people work on has as many
_STATES = 20_000
#: goals that are searched for one by one: each search goes straight, where a common one looks everywhere
_FEW = 6


class State(NamedTuple):
    """A file and what is asked of it."""

    path: bytes
    asked: Asked


class _Try(NamedTuple):
    """What is looked at next: the shortest first, then the one that is nearest to the goal, then by path."""

    length: int
    gone: int
    path: bytes
    order: int
    state: State


class Searcher:
    """Finds ways; every module is parsed once, for all searches."""

    def __init__(
        self,
        modules: Modules,
        resolver: Resolver,
        untouched: Callable[[bytes], bool],
        instead: Mapping[bytes, Collection[bytes]],
    ) -> None:
        """``untouched`` says whether a file's package promises that nothing happens when it is loaded."""
        self._modules, self._resolver, self._untouched, self._instead = modules, resolver, untouched, instead
        self._following: dict[State, tuple[State, ...]] = {}

    def find(
        self, starts: Collection[bytes], goals: Collection[bytes], links: Mapping[bytes, Collection[bytes]]
    ) -> dict[bytes, list[State]]:
        """The states on the shortest way to each goal to which there is one, the first by their paths."""
        users = _users(links)
        groups = [[goal] for goal in goals] if len(goals) <= _FEW else [list(goals)]
        return {path: way for group in groups for path, way in self._find(starts, group, users)}

    def _find(
        self, starts: Collection[bytes], goals: Collection[bytes], users: Mapping[bytes, list[bytes]]
    ) -> Iterator[tuple[bytes, list[State]]]:
        left, missing = _distances(goals, users), set(goals)
        before: dict[State, State | None] = {State(path, None): None for path in sorted(starts) if path in left}
        steps, done = dict.fromkeys(before, 0), set[State]()
        heap = [_Try(left[state.path], 0, state.path, index, state) for index, state in enumerate(before)]
        heapq.heapify(heap)
        count = len(heap)
        while heap and missing and count < _STATES:
            state = heapq.heappop(heap).state
            if state.path in missing and self._is_shipped(state):
                missing.discard(state.path)
                yield state.path, _trace(state, before)
            meant = self._meant(state)
            if meant in done or meant._replace(asked=None) in done:
                continue
            done.add(meant)
            gone = steps[state] + 1
            for following in self._follow(meant):
                if following.path in left and gone < steps.get(following, _STATES):
                    before[following], steps[following] = state, gone
                    count += 1
                    heapq.heappush(heap, _Try(gone + left[following.path], -gone, following.path, count, following))

    def _is_shipped(self, state: State) -> bool:
        """Whether anything of what the file declares gets to the client."""
        if state.asked is None or names.extension(state.path) not in names.READ:
            return True
        module = self._modules.load(state.path).module
        return not self._is_skipped(state.path, module) or not state.asked.isdisjoint(module.gives())

    def _is_skipped(self, path: bytes, module: Module) -> bool:
        return module.pure or (not module.whole and self._untouched(path))

    def _meant(self, state: State) -> State:
        """What comes to the same: a file that is shipped and hands nothing on imports the same, whatever is asked."""
        if state.asked is None or names.extension(state.path) not in names.READ:
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
                yield State(target, wanted)


def _users(links: Mapping[bytes, Collection[bytes]]) -> Mapping[bytes, list[bytes]]:
    """File -> those that may import it."""
    found: dict[bytes, list[bytes]] = defaultdict(list)
    for path, targets in sorted(links.items()):
        for target in targets:
            found[target].append(path)
    return found


def _distances(goals: Iterable[bytes], users: Mapping[bytes, list[bytes]]) -> dict[bytes, int]:
    """How many steps each file is from the nearest goal, by what a cheap look told; without those that lead to none."""
    found = dict.fromkeys(goals, 0)
    front = list(found)
    for path in front:
        for user in users[path]:
            if user not in found:
                found[user] = found[path] + 1
                front.append(user)
    return found


def _imported(loaded: Loaded, idle: bool) -> Iterable[tuple[bytes, Asked]]:
    """What the code of a file imports; of code that is left out only that something is loaded remains."""
    asked: dict[bytes, set[bytes]] = defaultdict(set)
    for one in loaded.shipped.imports:
        if not (idle and one.deep):
            asked[one.text].update([] if idle and one.local else [one.asked])
    return [(text, None if ALL in wanted else frozenset(wanted)) for text, wanted in asked.items()]


def _handed_on(module: Module, asked: Asked) -> Iterable[tuple[bytes, Asked]]:
    """What a file exports of others, as far as it is asked for; the others are loaded all the same."""
    given = module.gives().union(one.given for one in module.reexports)
    found: dict[bytes, set[bytes]] = defaultdict(set)
    for one in module.reexports:
        if one.given == ALL:
            found[one.text].update([ALL] if asked is None else asked - given - {DEFAULT})
        else:
            found[one.text].update([one.asked] if asked is None or one.given in asked else ())
    return [(text, None if ALL in wanted else frozenset(wanted)) for text, wanted in found.items()]


def _trace(state: State | None, before: Mapping[State, State | None]) -> list[State]:
    steps = []
    while state is not None:
        steps.append(state)
        state = before[state]
    return steps[::-1]
