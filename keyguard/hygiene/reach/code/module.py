"""What a file of code imports and gives, once it was parsed or at least looked through."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

#: all that a module has
ALL = b"*"
DEFAULT = b"default"


class Import(NamedTuple):
    """One name that a statement imports, or a whole module."""

    text: bytes
    """By what the other module is named."""
    asked: bytes = ALL
    """The name that is asked of it."""
    local: bytes = b""
    """What it is called here; empty where nobody can tell whether it is used."""
    at: int = 0
    """Its offset in the file."""
    deep: bool = False
    """Whether it happens only when the code around it runs."""


class Reexport(NamedTuple):
    """``export { asked as given } from text``; all of it where both are ``ALL``."""

    text: bytes
    asked: bytes
    given: bytes


class Statement(NamedTuple):
    """One statement at the top of a module that is about no other module."""

    start: int
    end: int
    declares: frozenset[bytes]
    exports: frozenset[bytes]
    """The names by which others know what it declares."""
    pure: bool
    """Whether a bundler leaves it out when nobody asks for what it declares."""


#: names, and whether one use of each is enough -> where they stand for values in a file: (offset, name), in order
Uses = Callable[[set[bytes], bool], Iterable[tuple[int, bytes]]]

#: stretches of a file in bytes: (start, end)
Spans = Collection[tuple[int, int]]


class Module(NamedTuple):
    """A file. Offsets are those in the file, also where only parts of it are code."""

    imports: tuple[Import, ...] = ()
    reexports: tuple[Reexport, ...] = ()
    statements: tuple[Statement, ...] = ()
    parsed: bool = True
    """Whether it was parsed, and not only looked at."""
    whole: bool = False
    """Whether nothing can be taken out of it: what asks for one name gets all."""
    elides: bool = False
    """Whether an import that no value uses is none: TypeScript takes it for one of types."""
    hidden: tuple[tuple[int, int], ...] = ()
    """The stretches that stay at the server: the bodies of functions that say so."""
    uses: Uses | None = None
    """None where imports count as used, whatever is done with them."""

    @property
    def pure(self) -> bool:
        """Whether nothing happens when it is loaded."""
        return not self.whole and all(one.pure for one in self.statements)

    def gives(self) -> frozenset[bytes]:
        """The names of what is declared here, as others know it."""
        return frozenset(name for one in self.statements for name in one.exports)


class Shipped(NamedTuple):
    """What is left of a module without the exports that stay at the server."""

    imports: tuple[Import, ...]
    removed: tuple[tuple[int, int], ...] = ()
    """The stretches of the file that stay there: start, end."""


class _Uses(NamedTuple):
    """Who uses which of the names that are imported or that others declare."""

    shown: dict[int, set[bytes]]
    """Statement, by its offset -> the names it uses in code that is shipped."""
    hidden: set[bytes]
    """The names that are used in code that is not."""

    def of(self, one: Statement) -> set[bytes]:
        """What a statement uses, as it is shipped."""
        return self.shown[one.start]

    def everywhere(self) -> set[bytes]:
        """All that is used, shipped or not."""
        return self.hidden.union(*self.shown.values())


def without(module: Module, exports: frozenset[bytes]) -> Shipped:
    """The module with some exports taken out, and all that only they use; and without imports of nothing but types."""
    if module.uses is None:
        return Shipped(module.imports)
    shakes = bool(exports or module.hidden)
    used = _used(module, once=not shakes)
    live = _live(module, exports, used) if shakes else frozenset(module.statements)
    removed = sorted({*module.hidden, *((one.start, one.end) for one in module.statements if one not in live)})
    names = {name for one in live for name in used.of(one)}
    if not module.elides:
        handed_on = {(one.text, one.asked) for one in module.reexports}
        somewhere = used.everywhere()
        unused = (one for one in module.imports if one.local not in somewhere)
        names.update(one.local for one in unused if (one.text, one.asked) not in handed_on)
    return Shipped(tuple(one for one in module.imports if _is_kept(one, names, removed)), tuple(removed))


def _is_kept(one: Import, names: set[bytes], removed: Spans) -> bool:
    return one.local in names if one.local else not _within(one.at, removed)


def _within(at: int, spans: Spans) -> bool:
    return any(start <= at < end for start, end in spans)


def _used(module: Module, once: bool) -> _Uses:
    """The uses of names; with ``once`` a single use of each name that is imported, and nothing else."""
    names = {one.local for one in module.imports if one.local}
    if not once:
        names.update(name for one in module.statements for name in one.declares)
    starts = [one.start for one in module.statements]
    found = _Uses({start: set() for start in starts}, set())
    for at, name in module.uses(names, once) if module.uses else ():
        index = bisect_right(starts, at) - 1
        if index >= 0 and at < module.statements[index].end and name not in module.statements[index].declares:
            (found.hidden if _within(at, module.hidden) else found.shown[starts[index]]).add(name)
    return found


def _live(module: Module, gone: frozenset[bytes], used: _Uses) -> frozenset[Statement]:
    """The statements that are shipped."""
    somewhere = used.everywhere()
    declared = {name: one for one in module.statements for name in one.declares}
    waiting = [one for one in module.statements if _is_root(one, gone, somewhere)]
    found = set(waiting)
    while waiting:
        for name in used.of(waiting.pop()):
            one = declared.get(name)
            if one is not None and one not in found:
                found.add(one)
                waiting.append(one)
    return frozenset(found)


def _is_root(one: Statement, gone: frozenset[bytes], somewhere: set[bytes]) -> bool:
    """Whether a statement is shipped, whoever uses it. What nobody ever used is not what taking out left over."""
    return not one.exports <= gone if one.exports else somewhere.isdisjoint(one.declares)
