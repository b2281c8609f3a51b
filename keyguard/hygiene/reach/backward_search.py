"""A search backwards from goals: finds the files that may lead to one, most often a few.

The result contains every file that leads to a goal, and may contain others; ``shortest_path`` decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from keyguard.hygiene.reach.code.module import ALL, Module, Reexport
from keyguard.hygiene.reach.code.module_loader import Loaded

#: (file, text of an import) -> the files that it means
Resolve = Callable[[bytes, bytes], Collection[bytes]]


class Need(NamedTuple):
    """What must be asked of a file so that it leads to a goal."""

    names: frozenset[bytes] = frozenset()
    """One of these names is enough; any name, if ``ALL`` is among them."""
    loading: bool = False
    """Whether it is enough that the file is loaded."""

    def meets(self, asked: bytes) -> bool:
        """Return whether asking for this name is enough."""
        return self.loading or asked in self.names or ALL in self.names or asked == ALL

    def plus(self, other: Need) -> Need:
        """Return the need that either of both satisfies."""
        return Need(self.names | other.names, self.loading or other.loading)


#: a name that no file exports: only asking for everything includes it
_WHOLE = frozenset((b"",))
#: any request is enough
ANY = Need(frozenset((ALL,)), loading=True)


class FileTraits(NamedTuple):
    """The properties of a file that decide whether a request for it passes on to what it imports."""

    loaded: Loaded
    skipped: bool
    """Whether a bundler drops its code while nobody asks for what it declares."""
    untouched: bool
    """Whether a bundler does not even load it then."""


class BackwardSearch:
    """Follows users of files backwards from goals."""

    def __init__(
        self, traits: Callable[[bytes], FileTraits | None], resolve: Resolve, instead: Mapping[bytes, Collection[bytes]]
    ) -> None:
        """``traits`` returns None for a file without code; ``instead`` lists replacements of a file."""
        self._traits, self._resolve, self._instead = traits, resolve, instead

    def users(self, goals: Collection[bytes], users: Mapping[bytes, Collection[bytes]]) -> dict[bytes, list[bytes]]:
        """Return each file with those of its ``users`` that may lead through it to a goal."""
        needs = {goal: self._own(goal) for goal in goals}
        found: dict[bytes, list[bytes]] = defaultdict(list)
        waiting = list(needs)
        while waiting:
            path = waiting.pop()
            for user in users.get(path, ()):
                known = needs.get(user, Need())
                need = known.plus(self._through(user, path, needs[path]))
                if need != Need() and user not in found[path]:
                    found[path].append(user)
                if need != known:
                    needs[user] = need
                    waiting.append(user)
        return {path: sorted(those) for path, those in found.items()}

    def _own(self, goal: bytes) -> Need:
        traits = self._traits(goal)
        if traits is None or not traits.skipped:
            return ANY
        return Need(traits.loaded.module.gives() | _WHOLE)

    def _through(self, user: bytes, path: bytes, need: Need) -> Need:
        """Return what must be asked of ``user`` so that it asks for ``path`` in the needed way."""
        found = need if path in self._instead.get(user, ()) else Need()
        traits = self._traits(user)
        for one in self._by_code(traits, lambda text: path in self._resolve(user, text), need) if traits else ():
            found = found.plus(one)
        return found

    def _by_code(self, traits: FileTraits, means: Callable[[bytes], bool], need: Need) -> Iterator[Need]:
        module = traits.loaded.module
        for one in traits.loaded.shipped.imports:
            if not need.meets(one.asked) or not means(one.text):
                continue
            if not traits.skipped:
                yield ANY
                continue
            yield Need(module.gives() | _WHOLE)
            # its own code is dropped, but what it imports is still loaded
            if not one.deep and (need.loading or not one.local):
                yield Need(ANY.names, loading=not traits.untouched)
        for handed in module.reexports:
            if means(handed.text):
                yield _handed(module, handed, need)
                if need.loading:
                    yield Need(ANY.names, loading=not (traits.skipped and traits.untouched))


def _handed(module: Module, one: Reexport, need: Need) -> Need:
    if one.given != ALL:
        return Need(frozenset((one.given,)) if need.meets(one.asked) else frozenset())
    return Need(need.names)
