"""Which files may lead to a goal, found backwards from it: most often a few that the whole project uses in other ways.

Nothing that leads there is left out. What is in it need not lead there: ``search`` finds that out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from keyguard.hygiene.reach.code.module import ALL, Module, Reexport
from keyguard.hygiene.reach.code.modules import Loaded

#: the files that a text means in a file
Resolve = Callable[[bytes, bytes], Collection[bytes]]


class Need(NamedTuple):
    """What has to be asked of a file for it to lead to a goal."""

    names: frozenset[bytes] = frozenset()
    """One of them is enough; any name where ``ALL`` is among them."""
    loading: bool = False
    """Whether it is enough that the file is loaded."""

    def meets(self, asked: bytes) -> bool:
        """Whether this name, or all names, are enough."""
        return self.loading or asked in self.names or ALL in self.names or asked == ALL

    def plus(self, other: Need) -> Need:
        """Either of both is enough."""
        return Need(self.names | other.names, self.loading or other.loading)


#: a name that no file gives, of those that are asked for as a whole
_WHOLE = frozenset((b"",))
#: whatever is asked
ANY = Need(frozenset((ALL,)), loading=True)


class Nature(NamedTuple):
    """What of a file decides whether it hands on that it is asked."""

    loaded: Loaded
    skipped: bool
    """A bundler leaves its code out while nobody asks for what it declares."""
    untouched: bool
    """A bundler does not even load it then."""


class Leading:
    """Goes back from goals, along the users of files."""

    def __init__(
        self, nature: Callable[[bytes], Nature | None], resolve: Resolve, instead: Mapping[bytes, Collection[bytes]]
    ) -> None:
        """``nature`` is None for what is no code, ``instead`` the files that stand for one."""
        self._nature, self._resolve, self._instead = nature, resolve, instead

    def users(self, goals: Collection[bytes], users: Mapping[bytes, Collection[bytes]]) -> dict[bytes, list[bytes]]:
        """File -> those of its ``users`` that may lead through it to a goal."""
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
        nature = self._nature(goal)
        if nature is None or not nature.skipped:
            return ANY
        return Need(nature.loaded.module.gives() | _WHOLE)

    def _through(self, user: bytes, path: bytes, need: Need) -> Need:
        """What has to be asked of a user of the file."""
        found = need if path in self._instead.get(user, ()) else Need()
        nature = self._nature(user)
        for one in self._by_code(nature, lambda text: path in self._resolve(user, text), need) if nature else ():
            found = found.plus(one)
        return found

    def _by_code(self, nature: Nature, means: Callable[[bytes], bool], need: Need) -> Iterator[Need]:
        module = nature.loaded.module
        for one in nature.loaded.shipped.imports:
            if not need.meets(one.asked) or not means(one.text):
                continue
            if not nature.skipped:
                yield ANY
                continue
            yield Need(module.gives() | _WHOLE)
            # its own code is left out, and what it imports loaded all the same
            if not one.deep and (need.loading or not one.local):
                yield Need(ANY.names, loading=not nature.untouched)
        for handed in module.reexports:
            if means(handed.text):
                yield _handed(module, handed, need)
                if need.loading:
                    yield Need(ANY.names, loading=not (nature.skipped and nature.untouched))


def _handed(module: Module, one: Reexport, need: Need) -> Need:
    if one.given != ALL:
        return Need(frozenset((one.given,)) if need.meets(one.asked) else frozenset())
    return Need(need.names)
