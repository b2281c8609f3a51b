"""``.dockerignore``: which files of a folder a build does not get. The last pattern that fits a file, or a folder
around it, decides.

The patterns are Go's ``filepath.Match``, relative to the folder, with ``**`` for any number of folders: pathspec, which
reads those of ``.gitignore``, would match a pattern without a slash in every folder. Docker tells
their kinds apart by quick tests of its own, whose answers are not always those of the pattern; so do we.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.hygiene.paths import globs
from keyguard.hygiene.paths.globs import Fits

#: what means something in an expression, and nothing in a pattern
_SPECIAL = ".+()|{}$"
_BOM = "\ufeff"
#: no path is as long
_LONGEST = 4096
_FOLDERS = "(?:.*/)?"


class Pattern(NamedTuple):
    """One line."""

    text: str
    """Cleaned, without ``!``."""
    back: bool
    """Begins with ``!``: takes back what was left out before."""
    line: int
    fits: Fits


def patterns(content: bytes) -> list[Pattern]:
    """The patterns of such a file, in order, without those that docker would refuse: with them nothing is built."""
    found: list[Pattern] = []
    for number, line in globs.affordable(_lines(content)):
        back = line.startswith("!")
        text = _clean(line[1:].strip() if back else line)
        fits = fitting(text) if text else None
        if fits:
            found.append(Pattern(text, back, number, fits))
    return found


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    """The lines that are no comments, with their numbers."""
    lines = content.decode("utf-8", "surrogateescape").removeprefix(_BOM).split("\n")
    for number, line in enumerate(lines, 1):
        if not line.startswith("#") and (text := line.strip()):
            yield number, text


def deciding(rules: list[Pattern], path: bytes) -> Pattern | None:
    """The pattern that decided on the file: it is left out, unless that is None or takes it back.

    Docker goes down from the top: what a pattern says of a folder, it says of all that is in it. One that could change
    nothing at a folder was not asked there.
    """
    parts = path.decode("utf-8", "surrogateescape").split("/")
    said = [False] * len(rules)
    decided: Pattern | None = None
    for depth in range(1, len(parts) + 1):
        name, decided, out = "/".join(parts[:depth]), None, False
        for index, rule in enumerate(rules):
            if not said[index] and rule.back is out:
                said[index] = rule.fits(name)
            if said[index]:
                decided, out = rule, not rule.back
    return decided


def leaves_out(rules: list[Pattern], path: bytes) -> bool:
    """Whether a build does not get the file."""
    decided = deciding(rules, path)
    return decided is not None and not decided.back


def _clean(text: str) -> str:
    """As Go cleans a path; and without the slash at its beginning."""
    if not text:
        return ""
    text = posixpath.normpath(text)
    return text.lstrip("/") or "/"


def fitting(text: str) -> Fits | None:
    """What tells whether a path fits; None for a pattern that is none."""
    if len(text) > _LONGEST:
        return None
    expression, kind = _expression(text)
    if kind == "exact":
        return _is(text)
    if kind == "prefix":
        return _begins(text[:-2])
    if kind == "suffix":
        return _ends(text[2:])
    try:
        return globs.fitting(expression)
    except (re.error, OverflowError):
        return None


def _expression(text: str) -> tuple[str, str]:
    """The pattern as an expression, and by which test docker holds it against a path."""
    made, kind, at = "", "exact", 0
    for count in range(len(text) + 1):
        if at >= len(text):
            break
        char, at = text[at], at + 1
        if char == "*" and text.startswith("*", at):
            at += 2 if text.startswith("/", at + 1) else 1
            if at < len(text):
                # twice the same says no more than once, and takes much longer
                made, kind = made.removesuffix(_FOLDERS) + _FOLDERS, "expression"
            elif kind == "exact":
                kind = "prefix"
            else:
                made, kind = made + ".*", "expression"
            kind = "suffix" if count == 0 else kind
        elif char in "*?":
            made, kind = made + ("[^/]*" if char == "*" else "[^/]"), "expression"
        elif char == "\\":
            made += "\\" + (text[at : at + 1] or "\\")
            kind, at = "expression" if at < len(text) else kind, at + 1
        elif char in "[]":
            made, kind = made + char, "expression"
        else:
            made += "\\" + char if char in _SPECIAL else char
    return made + r"\Z", kind


def _is(text: str) -> Fits:
    return lambda path: path == text


def _begins(text: str) -> Fits:
    return lambda path: path.startswith(text)


def _ends(text: str) -> Fits:
    return lambda path: path.endswith(text) or (text.startswith("/") and path == text[1:])
