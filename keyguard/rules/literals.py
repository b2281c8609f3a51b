"""Derive from a rule's pattern the literals that every match contains, and bound its backtracking.

Walk the parse tree of ``re`` itself, so that the results hold for what ``re`` does. An anchor is a literal of at
least three bytes together with the few character positions that must follow it: a literal alone (``sk-``) occurs in
every second word (``task-``), a literal with what must follow does not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from keyguard.rules.anchor import Anchor

if sys.version_info >= (3, 11):
    from re import _constants as sre_constants
    from re import _parser as sre_parse
else:
    import sre_constants
    import sre_parse

MIN_LITERAL = 3
MAX_EXPANSIONS = 64
MAX_TAIL = 16
#: the widest text that a pattern may match, in bytes: pages must overlap by that much
MAX_WIDTH = 16384
#: the limit on the ways in which one attempt to match may backtrack
MAX_CHOICES = 1_000_000

_ALPHABET = frozenset(range(256))
_CATEGORIES = {
    sre_constants.CATEGORY_DIGIT: rb"\d",
    sre_constants.CATEGORY_NOT_DIGIT: rb"\D",
    sre_constants.CATEGORY_SPACE: rb"\s",
    sre_constants.CATEGORY_NOT_SPACE: rb"\S",
    sre_constants.CATEGORY_WORD: rb"\w",
    sre_constants.CATEGORY_NOT_WORD: rb"\W",
}
_REPEATS = {sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT} | {
    getattr(sre_constants, name) for name in ("POSSESSIVE_REPEAT",) if hasattr(sre_constants, name)
}
_ZERO_WIDTH = {sre_constants.AT, sre_constants.ASSERT, sre_constants.ASSERT_NOT}


class _Item(msgspec.Struct, frozen=True):
    """One element of a flattened sequence."""

    op: Any
    av: Any
    nocase: bool
    width: tuple[int, int]


@lru_cache(maxsize=8)
def parse(pattern: str) -> Any:
    """Return the parse tree of a bytes pattern. Raise ``re.error`` as ``re`` does."""
    return sre_parse.parse(pattern.encode())  # type: ignore[arg-type]  # it takes bytes, too


def max_width(pattern: str) -> int:
    """Return the widest text that the pattern can match, in bytes (``MAX_WIDTH + 1`` if it is wider or unbounded)."""
    return min(int(parse(pattern).getwidth()[1]), MAX_WIDTH + 1)


def has_flags(pattern: str) -> bool:
    """Whether the pattern sets flags for the whole pattern, which does not work after a boundary."""
    return bool(parse(pattern).state.flags & ~re.ASCII)


def choices(pattern: str) -> int:
    """Return an upper bound on the ways in which one attempt can backtrack."""
    return _choices(parse(pattern))


def anchors(pattern: str) -> tuple[Anchor, ...]:
    """Return the best set of anchors of which every match contains at least one; empty if there is none."""
    found = _best(_flatten(parse(pattern), nocase=False), (0, 0))
    return tuple(dict.fromkeys(found or ()))


# --- the tree -----------------------------------------------------------------------------------------------------


def _flatten(tree: Any, nocase: bool) -> list[_Item]:
    """Return the sequence with its groups opened; branches and repeats remain whole."""
    items: list[_Item] = []
    for op, av in tree:
        if op is sre_constants.SUBPATTERN:
            _, add, remove, inner = av
            flag = (nocase or bool(add & re.IGNORECASE)) and not remove & re.IGNORECASE
            items += _flatten(inner, flag)
        elif op is getattr(sre_constants, "ATOMIC_GROUP", None):
            items += _flatten(av, nocase)
        else:
            width = sre_parse.SubPattern(tree.state, [(op, av)]).getwidth()
            items.append(_Item(op, av, nocase, (int(width[0]), int(width[1]))))
    return items


def _chars(item: _Item) -> frozenset[int] | None:
    """Return the bytes that a one-character element accepts; None for any other element."""
    found: frozenset[int] | None = None
    if item.op is sre_constants.LITERAL:
        found = frozenset((item.av,))
    elif item.op is sre_constants.NOT_LITERAL:
        return _ALPHABET - {item.av}
    elif item.op is sre_constants.ANY:
        return _ALPHABET
    elif item.op is sre_constants.IN:
        found = _set_chars(item.av)
    if found is not None and item.nocase:
        text = bytes(sorted(found))
        found = frozenset(text.lower() + text.upper())
    return found


def _set_chars(members: Sequence[tuple[Any, Any]]) -> frozenset[int]:
    found: set[int] = set()
    negate = False
    for op, av in members:
        if op is sre_constants.NEGATE:
            negate = True
        elif op is sre_constants.LITERAL:
            found.add(av)
        elif op is sre_constants.RANGE:
            found.update(range(av[0], av[1] + 1))
        else:
            found.update(byte for byte in range(256) if re.match(_CATEGORIES[av], bytes((byte,))))
    return _ALPHABET - found if negate else frozenset(found)


def _expand(item: _Item) -> list[bytes] | None:
    """Return all strings that an element matches, None if there are too many; case is folded later."""
    if item.op in _ZERO_WIDTH:
        return [b""]
    if item.op is sre_constants.BRANCH:
        found: list[bytes] = []
        for branch in item.av[1]:
            strings = _expand_all(_flatten(branch, item.nocase))
            if strings is None or len(found) + len(strings) > MAX_EXPANSIONS:
                return None
            found += strings
        return found
    if item.op in _REPEATS:
        low, high, inner = item.av
        strings = _expand_all(_flatten(inner, item.nocase)) if high <= MAX_TAIL else None
        return None if strings is None else _powers(strings, low, int(high))
    chars = _chars(item)
    if chars is None or len(chars) > (32 if item.nocase else 16):
        return None
    text = bytes(sorted(chars))
    return [bytes((byte,)) for byte in dict.fromkeys(text.lower() if item.nocase else text)]


def _powers(strings: list[bytes], low: int, high: int) -> list[bytes] | None:
    found: list[bytes] = []
    current = [b""]
    for count in range(high + 1):
        if count >= low:
            found += current
        current = [head + tail for head in current for tail in strings]
        if len(found) > MAX_EXPANSIONS or len(current) > MAX_EXPANSIONS:
            return None
    return found


def _expand_all(items: Sequence[_Item]) -> list[bytes] | None:
    strings = [b""]
    for item in items:
        more = _expand(item)
        if more is None or len(strings) * len(more) > MAX_EXPANSIONS:
            return None
        strings = [head + tail for head in strings for tail in more]
    return strings


# --- choosing -----------------------------------------------------------------------------------------------------


def _best(items: list[_Item], before: tuple[int, int]) -> list[Anchor] | None:
    """Return the set with the longest shortest literal; for equal length, the one at an exactly known place."""
    options = [option for option in _options(items, before) if option]
    return max(options, key=_score, default=None)


def _score(option: list[Anchor]) -> tuple[int, bool, int, int]:
    shortest = min(len(anchor.literal) for anchor in option)
    exact = all(anchor.before[0] == anchor.before[1] for anchor in option)
    tail = min(len(anchor.tail) for anchor in option)
    return (min(shortest, 8) + (2 if exact else 0), exact, tail, -len(option))


def _options(items: list[_Item], before: tuple[int, int]) -> Iterator[list[Anchor]]:
    expanded = [None if item.op is sre_constants.ASSERT else _expand(item) for item in items]
    for first, item in enumerate(items):
        # a run that starts later within the same word is shorter, and nothing else
        if not (first and item.op is items[first - 1].op is sre_constants.LITERAL):
            yield _run(items, expanded, first, before)
        if item.op is sre_constants.BRANCH:
            branches = [_best(_flatten(branch, item.nocase), before) for branch in item.av[1]]
            if all(branches):
                yield [anchor for branch in branches for anchor in branch or ()]
        elif item.op in _REPEATS and item.av[0] >= 1:
            yield _best(_flatten(item.av[2], item.nocase), before) or []
        before = (before[0] + item.width[0], min(before[1] + item.width[1], MAX_WIDTH + 1))


def _run(
    items: list[_Item], expanded: Sequence[list[bytes] | None], first: int, before: tuple[int, int]
) -> list[Anchor]:
    """Return the anchors of the run of expandable elements that starts here; empty if the literals are too short.

    ``expanded`` has all strings that each element matches; None for a look-ahead, and where there are too many.
    """
    strings, last = [b""], first
    while last < len(items):
        more = expanded[last]
        if more is None or len(strings) * len(more) > MAX_EXPANSIONS:
            break
        strings = [head + tail for head in strings for tail in more]
        last += 1
    if min(map(len, strings)) < MIN_LITERAL:
        return []
    nocase = any(item.nocase or _folds(item) for item in items[first:last])
    tail = tuple(_folded(chars) if nocase else chars for chars in _tail(items[last:]))
    return [Anchor(string.lower() if nocase else string, nocase, tail, before) for string in dict.fromkeys(strings)]


def _folded(chars: bytes) -> bytes:
    """Return the bytes in both cases, sorted."""
    return bytes(sorted({*chars.lower(), *chars.upper()}))


def _folds(item: _Item) -> bool:
    """Whether any part of a branch or repeat ignores case: then the whole literal does."""
    if item.op is sre_constants.BRANCH:
        return any(_folds(one) for branch in item.av[1] for one in _flatten(branch, item.nocase))
    if item.op in _REPEATS:
        return any(_folds(one) for one in _flatten(item.av[2], item.nocase))
    return item.nocase


def _tail(items: Sequence[_Item]) -> tuple[bytes, ...]:
    """Return the classes of the next characters, as far as each of them is certain."""
    found: list[bytes] = []
    for number, item in enumerate(items):
        if item.op is sre_constants.ASSERT and item.av[0] == 1:
            ahead, after = _tail(_flatten(item.av[1], item.nocase)), _tail(items[number + 1 :])
            return (*found, *_both(ahead, after))[:MAX_TAIL]
        if item.op in _ZERO_WIDTH:
            continue
        low = high = 1
        chars = _chars(item)
        if item.op in _REPEATS:
            low, high, inner = item.av
            flat = _flatten(inner, item.nocase)
            chars = _chars(flat[0]) if len(flat) == 1 else None
        if chars is None:
            break
        found += [bytes(sorted(chars))] * min(low, MAX_TAIL)
        if low != high or len(found) >= MAX_TAIL:
            break
    return tuple(found[:MAX_TAIL])


def _both(ahead: tuple[bytes, ...], after: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return the classes of characters that a look-ahead and what comes after it allow at the same place."""
    shared = tuple(bytes(sorted({*one} & {*other})) for one, other in zip(ahead, after, strict=False))
    if not all(shared):
        return max(ahead, after, key=len)  # the pattern matches nothing; a class without characters would be no class
    return shared + max(ahead, after, key=len)[len(shared) :]


def _choices(tree: Any) -> int:
    product = 1
    for op, av in tree:
        if op is sre_constants.SUBPATTERN:
            product *= _choices(av[-1])
        elif op is getattr(sre_constants, "ATOMIC_GROUP", None):
            product *= _choices(av)
        elif op is sre_constants.BRANCH:
            product *= sum(_choices(branch) for branch in av[1])
        elif op is sre_constants.GROUPREF_EXISTS:
            product *= sum(_choices(branch) for branch in av[1:] if branch is not None)
        elif op in (sre_constants.ASSERT, sre_constants.ASSERT_NOT):
            # tried once and never entered again: it adds, and does not multiply
            product = max(product, _choices(av[1]))
        elif op in _REPEATS:
            low, high, inner = av[0], min(int(av[1]), MAX_WIDTH), _choices(av[2])
            product *= high - low + 1 if inner == 1 else min(inner, MAX_CHOICES + 1) ** min(high, 20)
        if product > MAX_CHOICES:
            return MAX_CHOICES + 1
    return product
