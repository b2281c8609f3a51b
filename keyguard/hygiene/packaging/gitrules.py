"""Patterns of a ``.gitignore`` as build tools in Python read them, with the library ``pathspec`` and without git.

Of the rules that fit a file itself the last one decides; where there is none, the last that fits a folder around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from keyguard.hygiene.paths import globs
from keyguard.hygiene.paths.globs import Fits
from keyguard.support.regex import expression

_PIECE = expression(
    r"\\(?P<char>.)|(?P<star>\*)|(?P<mark>\?)|\[(?P<no>[!^]|(?![!^]))(?P<kinds>.[^\]]{0,300}\])|.", re.DOTALL
)


class _Rule(NamedTuple):
    """One line."""

    takes: bool
    """It does not begin with ``!``."""
    itself: Fits
    around: Fits


class _NoRuleError(Exception):
    """Nobody minds the line."""


def matcher(lines: Iterable[str]) -> Callable[[str], bool]:
    """What tells whether the lines ignore a path. With one that is no pattern nothing is built, and nothing ignored."""
    try:
        rules = [rule for _, line in globs.affordable(enumerate(lines)) for rule in _rules(line)]
    except (ValueError, re.error, OverflowError):
        return _never

    def ignored(path: str) -> bool:
        name, said, best = path.removeprefix("/"), False, 1
        for rule in rules:
            rank = 2 if rule.itself(name) else int(rule.around(name))
            if rank >= best:
                said, best = rule.takes, rank
        return said

    return ignored


def _never(_: str) -> bool:
    return False


def _rules(line: str) -> Iterator[_Rule]:
    """The rule of a line, if it is one; ValueError for what no tool would go on with."""
    text = line if line.endswith("\\ ") else line.rstrip()
    if not text or text == "/" or text.startswith("#"):
        return
    takes, text = not text.startswith("!"), text.removeprefix("!")
    parts = _parts(text)
    try:
        made = _expression(parts)
    except _NoRuleError:
        return
    if parts in (["**"], ["**", "*"]) and not (text.endswith("/") and len(parts) == 1):
        yield _Rule(takes, bool, _never)
    elif parts[-1] != "**":
        yield _Rule(takes, globs.fitting(made + r"\n?\Z"), globs.fitting(made + "/"))
    elif text.endswith("/"):
        yield _Rule(takes, _never, globs.fitting(made + "/"))
    else:
        yield _Rule(takes, globs.fitting(made + "/"), _never)


def _parts(text: str) -> list[str]:
    """The names in a pattern, from the top down."""
    parts = text.split("/")
    if not parts[0]:
        del parts[0]
    elif not parts[1:] or parts[1:] == [""]:
        parts.insert(0, "**")
    if not parts:
        raise ValueError("a pattern without a name")
    parts[-1] = parts[-1] or "**"
    return [part for number, part in enumerate(parts) if part != "**" or parts[number - 1 : number] != ["**"]]


def _expression(parts: list[str]) -> str:
    """What fits, up to the end of a name."""
    if parts in (["**"], ["**", "*", "**"]):
        return r"[^\0]*"
    made = ""
    for number, part in enumerate(parts):
        if part != "**":
            slash = "/" if number > 1 or (number and parts[0] != "**") else ""
            made += slash + ("[^/]+" if part == "*" else _name(part))
        elif number < len(parts) - 1:
            made += "(?:/.+)?" if number else "(?:.+/)?"
    return made


def _name(text: str) -> str:
    made = ""
    for piece in _PIECE.finditer(text):
        if piece["char"]:
            made += re.escape(piece["char"])
        elif piece["star"]:
            made += "[^/]*"
        elif piece["mark"]:
            made += "[^/]"
        elif piece["kinds"]:
            made += "[" + ("^" if piece["no"] else "") + piece["kinds"].replace("\\", "\\\\")
        elif piece[0] == "[":
            raise _NoRuleError
        elif piece[0] == "\\":
            raise ValueError("nothing behind the backslash")
        else:
            made += re.escape(piece[0])
    return made
