"""A module: what a file of code imports, declares and exports. ``without`` removes exports, as a bundler does."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

#: stands for all names of a module
ALL = b"*"
DEFAULT = b"default"


class Import(NamedTuple):
    """One name that a statement imports, or a whole module."""

    text: bytes
    """The specifier of the other module, as written."""
    asked: bytes = ALL
    """The name that is asked of it."""
    local: bytes = b""
    """Its local name; empty where it cannot be told whether it is used."""
    at: int = 0
    """Its offset in the file, in bytes."""
    deep: bool = False
    """Whether it is a call, evaluated only when the code around it runs."""


class Reexport(NamedTuple):
    """``export { asked as given } from text``; everything if both are ``ALL``."""

    text: bytes
    asked: bytes
    given: bytes


class Statement(NamedTuple):
    """One top-level statement that is neither an import nor a re-export."""

    start: int
    end: int
    declares: frozenset[bytes]
    exports: frozenset[bytes]
    """The names under which it exports what it declares."""
    pure: bool
    """Whether it has no side effects, so that a bundler drops it when nobody uses what it declares."""


#: (names, whether one use of each is enough) -> their uses as values: (offset, name), in order
Uses = Callable[[set[bytes], bool], Iterable[tuple[int, bytes]]]

#: file -> the offsets in it that matter, in bytes
Places = Mapping[bytes, Collection[int]]
#: spans of a file, in bytes: (start, end)
Spans = Collection[tuple[int, int]]


class Module(NamedTuple):
    """One file. Offsets are those in the file, even where only parts of it are code."""

    imports: tuple[Import, ...] = ()
    reexports: tuple[Reexport, ...] = ()
    statements: tuple[Statement, ...] = ()
    parsed: bool = True
    """Whether it was parsed, and not only scanned as text."""
    whole: bool = False
    """Whether nothing can be removed from it: a request for one name gets everything."""
    elides: bool = False
    """Whether an import that no value uses is dropped, as TypeScript does with imports of types."""
    hidden: tuple[tuple[int, int], ...] = ()
    """The spans that stay on the server: bodies of functions with ``"use server"``."""
    uses: Uses | None = None
    """None if every import counts as used."""

    @property
    def pure(self) -> bool:
        """Whether loading it has no side effects."""
        return not self.whole and all(one.pure for one in self.statements)

    def gives(self) -> frozenset[bytes]:
        """Return the names under which it exports what it declares itself."""
        return frozenset(name for one in self.statements for name in one.exports)


class Shipped(NamedTuple):
    """What is left of a module without the exports that stay on the server."""

    imports: tuple[Import, ...]
    removed: tuple[tuple[int, int], ...] = ()
    """The spans of the file that stay there: start, end."""


class StatementUses(NamedTuple):
    """The uses of names that are imported or declared by other statements."""

    shown: dict[int, set[bytes]]
    """Offset of a statement -> the names that its shipped code uses."""
    hidden: set[bytes]
    """The names that are used in code that stays on the server."""

    def of(self, one: Statement) -> set[bytes]:
        """Return the names that the shipped code of a statement uses."""
        return self.shown[one.start]

    def everywhere(self) -> set[bytes]:
        """Return all names that are used, shipped or not."""
        return self.hidden.union(*self.shown.values())


def without(module: Module, exports: frozenset[bytes]) -> Shipped:
    """Return the module without some exports and without all that only they use, and without imports of types."""
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


def uses_of(module: Module) -> StatementUses:
    """Return all uses of what the statements of a module declare, and of what it imports."""
    return _used(module, once=False)


def _used(module: Module, once: bool) -> StatementUses:
    """Return the uses of names; with ``once``, only the first use of each imported name."""
    names = {one.local for one in module.imports if one.local}
    if not once:
        names.update(name for one in module.statements for name in one.declares)
    starts = [one.start for one in module.statements]
    found = StatementUses({start: set() for start in starts}, set())
    for at, name in module.uses(names, once) if module.uses else ():
        index = bisect_right(starts, at) - 1
        if index >= 0 and at < module.statements[index].end and name not in module.statements[index].declares:
            (found.hidden if _within(at, module.hidden) else found.shown[starts[index]]).add(name)
    return found


def _live(module: Module, gone: frozenset[bytes], used: StatementUses) -> frozenset[Statement]:
    """Return the statements that are shipped."""
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
    """Return whether a statement is shipped even if no other uses it.

    What no statement ever used was not left over by the removal of exports, so it stays.
    """
    return not one.exports <= gone if one.exports else somewhere.isdisjoint(one.declares)
