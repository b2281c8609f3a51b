"""Bound the number of steps that ``re`` can take for one attempt to match a pattern, from the pattern's parse tree.

If what follows a repeat cannot start with the repeat's own bytes, the repeat ends in one place only, and what follows
is tried once. Any other repeat multiplies the steps of everything after it by the number of its possible lengths.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from keyguard.rules.literals import _REPEATS, _ZERO_WIDTH, MAX_WIDTH, _chars, _flatten, _Item, anchors, parse

if sys.version_info >= (3, 11):
    from re import _constants as sre_constants
else:
    import sre_constants

#: the cap on counts: a pattern this slow is never run
ENDLESS = 1 << 40


class _Rest(NamedTuple):
    """What follows a part of a pattern."""

    steps: int
    first: frozenset[int] = frozenset()
    """The bytes that it can start with."""
    empty: bool = True
    """Whether it can match the empty string."""


def steps(pattern: str) -> int:
    """Return the most steps for one attempt at one place, at most ``ENDLESS``. Raise ``re.error`` as ``re`` does."""
    return _sequence(_flatten(parse(pattern), nocase=False), _Rest(1)).steps


def steps_a_hit(pattern: str, named: bool) -> int:
    """Return the most steps for all attempts that one literal in a text causes, at most ``ENDLESS``.

    A literal at a known distance from the start of the match causes one attempt; any other, and so every literal that a
    rule has ``named`` itself, causes one for each place where the match could start.
    """
    found = () if named else anchors(pattern)
    places = max((last - first + 1 for first, last in (one.before for one in found)), default=0)
    return min(steps(pattern) * (places or min(int(parse(pattern).getwidth()[1]), MAX_WIDTH) + 1), ENDLESS)


def _sequence(items: Sequence[_Item], rest: _Rest) -> _Rest:
    """Return the bound for a sequence together with what follows it."""
    for item in reversed(items):
        first, empty = _first(item)
        count = min(_steps(item, rest), ENDLESS)
        rest = _Rest(count, first | rest.first if empty else first, empty and rest.empty)
    return rest


def _steps(item: _Item, rest: _Rest) -> int:
    if item.op is sre_constants.BRANCH:
        return _branch([_flatten(one, item.nocase) for one in item.av[1]], rest)
    if item.op in _REPEATS:
        return _repeat(item, rest)
    if item.op in (sre_constants.ASSERT, sre_constants.ASSERT_NOT):
        # entered once, and not again if what follows fails
        return _sequence(_flatten(item.av[1], item.nocase), _Rest(1)).steps + rest.steps
    if item.op is sre_constants.GROUPREF_EXISTS:
        return _branch([_flatten(one or [], item.nocase) for one in item.av[1:]], rest)
    return rest.steps + 1


def _branch(branches: Sequence[Sequence[_Item]], rest: _Rest) -> int:
    """Return the steps for all branches; if no two can start alike, the slowest plus one for each of the others."""
    every = [_sequence(one, rest) for one in branches]
    taken, apart = frozenset[int](), True
    for one in every:
        apart = apart and not one.empty and not taken & one.first
        taken |= one.first
    counts = [one.steps for one in every]
    return max(counts) + len(counts) if apart else sum(counts)


def _repeat(item: _Item, rest: _Rest) -> int:
    low, high = int(item.av[0]), min(int(item.av[1]), MAX_WIDTH)
    inner = _flatten(item.av[2], item.nocase)
    first, empty = _first_of(inner)
    one_end = not rest.empty and not empty and not first & rest.first
    if len(inner) == 1 and _chars(inner[0]) is not None:
        return 2 * high + rest.steps * (1 if one_end else high - low + 1)
    found = rest
    for count in range(high, 0, -1):
        once = _sequence(inner, found)
        if count > low:
            most = max(once.steps, rest.steps) if one_end else once.steps + rest.steps
            once = _Rest(most + 1, once.first | rest.first, once.empty or rest.empty)
        if (found := once).steps >= ENDLESS:
            break
    return found.steps


def _first_of(items: Sequence[_Item]) -> tuple[frozenset[int], bool]:
    """Return the bytes that a sequence can start with, and whether it can be empty."""
    found = frozenset[int]()
    for item in items:
        first, empty = _first(item)
        found |= first
        if not empty:
            return found, False
    return found, True


def _first(item: _Item) -> tuple[frozenset[int], bool]:
    if (chars := _chars(item)) is not None:
        return chars, False
    if item.op in _REPEATS:
        first, empty = _first_of(_flatten(item.av[2], item.nocase))
        return first, empty or not item.av[0]
    if item.op is sre_constants.BRANCH:
        found = [_first_of(_flatten(one, item.nocase)) for one in item.av[1]]
        return frozenset[int]().union(*(first for first, _ in found)), any(empty for _, empty in found)
    if item.op in _ZERO_WIDTH:
        return frozenset(), True
    return frozenset(range(256)), True
