"""What bundlers drop of a module: statements without side effects that nothing asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from keyguard.hygiene.reach.code.module import Module, Statement, uses_of

#: groups of places in one file that are looked at apart: more are looked at together
_MOST = 8


class Demand(NamedTuple):
    """What must be asked of a module so that some of its statements are shipped."""

    names: frozenset[bytes] | None
    """One of these exports is enough; None if it is enough that the module is loaded."""
    spans: tuple[tuple[int, int], ...] = ()
    """The statements: start, end, in bytes."""


def demands(module: Module, places: Collection[int]) -> list[Demand]:
    """Return what ships the code at some offsets, one demand for those that are shipped together."""
    if module.uses is None or module.whole or not places:
        return [Demand(None)]
    users = _users(module)
    groups: dict[frozenset[bytes] | None, list[tuple[int, int]]] = {}
    for statement in dict.fromkeys(_statement(module, at) for at in places):
        names = _names(statement, users) if statement is not None else None
        span = [(statement.start, statement.end)] if statement is not None else []
        groups.setdefault(names, []).extend(span)
    found = [Demand(names, tuple(spans)) for names, spans in groups.items()]
    return found if len(found) <= _MOST else [Demand(None)]


def unused(module: Module) -> tuple[tuple[int, int], ...]:
    """Return the spans of statements that bundlers drop, since nothing uses or exports what they declare."""
    if module.uses is None or module.whole:
        return ()
    users = _users(module)
    return tuple(
        (one.start, one.end) for one in module.statements if one.declares and _names(one, users) == frozenset()
    )


def _statement(module: Module, at: int) -> Statement | None:
    return next((one for one in module.statements if one.start <= at < one.end), None)


def _users(module: Module) -> dict[Statement, list[Statement]]:
    """Return each statement with those that use what it declares."""
    used = uses_of(module)
    found: dict[Statement, list[Statement]] = {}
    declared = {name: one for one in module.statements for name in one.declares}
    for user in module.statements:
        for one in _named(used.of(user), declared):
            found.setdefault(one, []).append(user)
    return found


def _named(names: Iterable[bytes], declared: dict[bytes, Statement]) -> Iterable[Statement]:
    return dict.fromkeys(declared[name] for name in names if name in declared)


def _names(statement: Statement, users: dict[Statement, list[Statement]]) -> frozenset[bytes] | None:
    """Return the exports that ship a statement; None if it is shipped whenever the module is loaded."""
    seen, waiting = {statement}, [statement]
    names: set[bytes] = set()
    while waiting:
        one = waiting.pop()
        if not one.pure:
            return None
        names.update(one.exports)
        new = [user for user in users.get(one, ()) if user not in seen]
        seen.update(new)
        waiting += new
    return frozenset(names)
