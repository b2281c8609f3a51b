"""Texts that are hard for a regular expression, made from its own syntax; and all expressions of the program.

An expression is slow where it may begin, or go on, in many ways that all fail in the end. So a text repeats what a
repeat takes, or what leads to it, or nearly a whole match, and then goes wrong.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Any, NamedTuple

import keyguard
from keyguard.support import regex
from keyguard.support.regex import _Expression
from tests.helpers.processor_time import slowness

try:
    from re import _constants as constants  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_constants as constants
    import sre_parse as parser

#: sizes in bytes at which an expression is tried: short ones first, since some would never end on a long one
SIZES = (12, 16, 20, 24, 32, 48, 64, 96, 128, 256, 1 << 10, 4 << 10, 16 << 10, 32 << 10, 64 << 10)
#: seconds of processor time for the longest text, beyond which an expression is slow however it grows
CEILING = 1.0
#: a repeat of more is one without end, for these sizes
_LONG = 40
#: bytes of what is repeated often, by the second size at the latest
_SHORT = 8
_PRINTABLE = [*map(ord, string.ascii_lowercase[:3] + "1 .-_/=:\"'<>(){}[]\\,;@$#*\n\t\r\0A%é")]
_TAILS = ("\0", "\n", "!", " ")


class Tried(NamedTuple):
    """An expression, and how the program uses it."""

    name: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


# --- texts ------------------------------------------------------------------------------------------------------------


def texts(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """(what a hard text begins with, what it repeats, how it ends)."""
    tree = parser.parse(
        pattern.pattern, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    )
    units = dict.fromkeys(_units(tree, ""))
    whole = _sample(tree, 0)
    letters = [chr(one) for one in dict.fromkeys([*_letters(tree), *_PRINTABLE[:5]])][:14]
    floods = [*letters, *("".join(two) for two in product(letters[:6], repeat=2) if two[0] != two[1])]
    for before, unit in (*units, *((whole, one) for one in floods), *(("", one) for one in floods)):
        if unit:
            yield before, unit, "\0"
    for unit in dict.fromkeys((whole, whole[:-1], whole[: len(whole) // 2], *(b + u for b, u in units))):
        for tail in _TAILS if unit else ():
            yield "", unit + tail, ""
        if unit:
            yield "", unit, ""


def _units(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """What leads to each long repeat, and what it takes."""
    for op, value in tree:
        for inner in _inside(op, value):
            yield from _units(inner, before)
        if _is_repeat(op) and value[1] >= _LONG:
            for variant in range(3):
                yield before, _sample(value[2], variant)
                yield "", _sample(value[2], variant)
        before += _sample([(op, value)], 0)


def _inside(op: Any, value: Any) -> list[Any]:
    """The parts of one piece of syntax that are expressions themselves."""
    if _is_repeat(op):
        return [value[2]]
    if op is constants.SUBPATTERN:
        return [value[3]]
    if op is constants.BRANCH:
        return list(value[1])
    if op in (constants.ASSERT, constants.ASSERT_NOT):
        return [value[1]]
    if str(op) == "ATOMIC_GROUP":
        return [value]
    return []


def _is_repeat(op: Any) -> bool:
    return str(op) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def _sample(tree: Any, variant: int) -> str:
    """A short text that the syntax takes, if what it looks around for is let alone."""
    found = ""
    for op, value in tree:
        if op is constants.LITERAL:
            found += chr(value)
        elif op is constants.IN:
            members = _members(value)
            found += chr(members[variant % len(members)])
        elif op in (constants.ANY, constants.NOT_LITERAL):
            found += "ab1"[variant] if op is constants.ANY or chr(value) != "ab1"[variant] else "z"
        elif op is constants.BRANCH:
            found += _sample(value[1][variant % len(value[1])], variant)
        elif _is_repeat(op):
            found += _sample(value[2], variant) * max(value[0], int(variant == 1 and value[1] > 0))
        elif op is constants.SUBPATTERN or str(op) == "ATOMIC_GROUP":
            found += _sample(value[3] if op is constants.SUBPATTERN else value, variant)
    return found


@cache
def _classes() -> Mapping[Any, list[int]]:
    word = [*map(ord, "a1_")]
    other = [*map(ord, " .-")]
    return {
        constants.CATEGORY_DIGIT: [49],
        constants.CATEGORY_NOT_DIGIT: [*map(ord, "a .")],
        constants.CATEGORY_SPACE: [32, 10, 9],
        constants.CATEGORY_NOT_SPACE: word,
        constants.CATEGORY_WORD: word,
        constants.CATEGORY_NOT_WORD: other,
    }


def _members(items: Any) -> list[int]:
    """Some characters of a class."""
    if items and items[0][0] is constants.NEGATE:
        excluded = {one for item in items[1:] for one in _every(item)}
        return [one for one in _PRINTABLE if one not in excluded] or [0xFF]
    return list(dict.fromkeys(one for item in items for one in _some(item))) or [97]


def _some(item: tuple[Any, Any]) -> list[int]:
    op, value = item
    if op is constants.LITERAL:
        return [value]
    if op is constants.RANGE:
        return [value[0], min(value[0] + 1, value[1])]
    return _classes().get(value, [97])


def _every(item: tuple[Any, Any]) -> set[int]:
    op, value = item
    if op is constants.LITERAL:
        return {value}
    if op is constants.RANGE:
        return {*range(value[0], value[1] + 1)}
    kind = {constants.CATEGORY_DIGIT: r"\d", constants.CATEGORY_SPACE: r"\s", constants.CATEGORY_WORD: r"\w"}.get(value)
    return {one for one in _PRINTABLE if kind and re.match(kind, chr(one))}


def _letters(tree: Any) -> Iterator[int]:
    """Characters that stand in the syntax."""
    for op, value in tree:
        if op in (constants.LITERAL, constants.NOT_LITERAL):
            yield value
        elif op is constants.IN:
            yield from _members(value)[:3]
        for inner in _inside(op, value):
            yield from _letters(inner)


# --- measuring --------------------------------------------------------------------------------------------------------


def slowest(
    tried: Tried,
    sizes: tuple[int, ...] = SIZES,
    *,
    ceiling: float = CEILING,
    growth: bool = True,
    floor: float = 0.02,
) -> str:
    """The text on which an expression is slow, in words; empty where it is on none.

    ``ceiling``: seconds for the longest text; ``growth``: whether twice the text must not cost much more than twice,
    where it costs more than ``floor`` seconds. Seconds are those of ``tests.helpers.processor_time``.
    """
    for before, unit, after in texts(tried.pattern):
        if trouble := _slow(tried, (before, unit, after), sizes, ceiling, floor if growth else 0.0):
            shown = f"{before[:30]!r} + {unit[:30]!r} * n + {after!r}"
            return f"{tried.name} on {shown}: {trouble}"
    return ""


def _slow(tried: Tried, text: tuple[str, str, str], sizes: tuple[int, ...], ceiling: float, floor: float) -> str:
    def cost(size: int, tries: int = 1) -> float:
        return min(_seconds(tried, _of(tried, text, size)) for _ in range(tries))

    def grows(size: int, before: int, factor: float) -> bool:
        """Return whether a text costs that many times what a shorter one does; measured anew, with care."""
        least = factor * max(cost(before, 4), 0.001)
        tries = 2 if times[size] > 3 * least else 4
        return cost(size, tries) > max(least, floor * slowness())

    times: dict[int, float] = {}
    for before, size in zip((0, *sizes), sizes, strict=False):
        times[size] = cost(size)
        # what grows faster than this need not be waited for
        factor = 2 * size / before if before else 0.0
        expected = factor * max(times.get(before, 0.0), 0.001)
        if floor and before and times[size] > max(expected, floor) and grows(size, before, factor):
            return f"{times[size]:.3f} s for {size} bytes, {times[before]:.3f} s for {before}"
        limit = ceiling * max(size / sizes[-1], 0.25)
        if times[size] > limit and cost(size, 4) > limit * slowness():
            return f"{times[size]:.2f} s for {size} bytes"
        # not even the fifth power of the length could become slow; what repeats much is not repeated often yet
        if floor and len(text[1]) <= _SHORT and times[size] * (sizes[-1] / size) ** 5 < floor:
            return ""
    half, last = sizes[-2:]
    if floor and times[last] > floor and times[last] > 2.6 * times[half] and grows(last, half, 2.6):
        return f"{times[last]:.3f} s for {last} bytes, {times[half]:.3f} s for half of that"
    return ""


def _of(tried: Tried, parts: tuple[str, str, str], size: int) -> str | bytes:
    before, unit, after = parts
    text = before + unit * max(1, (size - len(before)) // len(unit)) + after
    return text.encode("latin-1", "replace") if isinstance(tried.pattern.pattern, bytes) else text


def _seconds(tried: Tried, data: str | bytes) -> float:
    """Processor time of all that the program asks of the expression."""
    start = process_time()
    for method in tried.methods & {"match", "fullmatch"}:
        getattr(tried.pattern, method)(data)
    if tried.methods - {"match", "fullmatch"} or not tried.methods:
        for _ in tried.pattern.finditer(data):
            pass
    return process_time() - start


# --- all expressions of the program ----------------------------------------------------------------------------------


@cache
def expressions() -> Mapping[str, Tried]:
    """Every compiled expression that a module, a class or a table of the program holds, by its name."""
    found: dict[str, Tried] = {}
    modules = [
        importlib.import_module(one.name)
        for one in pkgutil.walk_packages(keyguard.__path__, "keyguard.")
        if not one.name.endswith("__main__")
    ]
    uses = _uses(modules)
    # that one has a list of those of all others, and of what was made while other tests ran
    for module in (one for one in modules if one is not regex):
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ != module.__name__:
                continue
            for path, pattern in _patterns(name, value):
                place = f"{module.__name__}.{path}"
                found.setdefault(place, Tried(place, pattern, uses.get(id(value), frozenset())))
    return found


def _patterns(path: str, value: object, depth: int = 0) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield path, value
    elif isinstance(value, _Expression):
        yield path, re.compile(*value.source)
    elif isinstance(value, Mapping) and depth < 3:
        for key, one in value.items():
            yield from _patterns(f"{path}[{key!r}]", one, depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)) and depth < 3:
        for index, one in enumerate(value):
            yield from _patterns(f"{path}[{index}]", one, depth + 1)
    elif isinstance(value, type) and depth == 0 and value.__module__.startswith("keyguard."):
        for name, one in vars(value).items():
            yield from _patterns(f"{path}.{name}", one, 1)


_METHODS = frozenset(("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split"))


def _uses(modules: list[ModuleType]) -> dict[int, frozenset[str]]:
    """Identity of an expression -> what is called of it, by the module that holds it or by one that imports it."""
    found: dict[int, set[str]] = {}
    for module in modules:
        if not any(isinstance(value, (re.Pattern, _Expression)) for value in vars(module).values()):
            continue
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in _METHODS:
                found.setdefault(id(vars(module).get(node.value.id)), set()).add(node.attr)
            elif isinstance(node, ast.Call):
                for one in (*node.args, *(keyword.value for keyword in node.keywords)):
                    if isinstance(one, ast.Name):  # handed on: anything may be asked of it
                        found.setdefault(id(vars(module).get(one.id)), set()).add("search")
    return {name: frozenset(those) for name, those in found.items()}
