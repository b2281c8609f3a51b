"""``.dockerignore``: which files of a folder are left out of the build context.

The last pattern that matches a file, or a folder around it, decides. Patterns are Go's ``filepath.Match``, relative to
the folder, with ``**`` for any number of folders. Docker sorts patterns into kinds by quick tests, whose answers are
not always those of the pattern; this module does the same, so it stays apart from gitignore matching.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.hygiene.paths import globs
from keyguard.hygiene.paths.globs import Fits

#: characters with a meaning in a regular expression and none in a pattern
_SPECIAL = ".+()|{}$"
_BOM = "\ufeff"
#: characters of a pattern: no path is as long
_LONGEST = 4096
_FOLDERS = "(?:.*/)?"


class Pattern(NamedTuple):
    """One pattern of the file."""

    text: str
    """Cleaned, without ``!``."""
    back: bool
    """Whether it begins with ``!``, and includes what earlier patterns left out."""
    line: int
    fits: Fits


def patterns(content: bytes) -> list[Pattern]:
    """Return the patterns of a ``.dockerignore``, in order, without invalid ones, with which docker would not build."""
    found: list[Pattern] = []
    for number, line in globs.affordable(_lines(content)):
        back = line.startswith("!")
        text = _clean(line[1:].strip() if back else line)
        fits = fitting(text) if text else None
        if fits:
            found.append(Pattern(text, back, number, fits))
    return found


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that are no comments, with their numbers."""
    lines = content.decode("utf-8", "surrogateescape").removeprefix(_BOM).split("\n")
    for number, line in enumerate(lines, 1):
        if not line.startswith("#") and (text := line.strip()):
            yield number, text


def deciding(rules: list[Pattern], path: bytes) -> Pattern | None:
    """Return the pattern that decided on the file, or None. The file is left out unless it is None or has ``back``.

    Docker matches from the top folder down: what a pattern decides for a folder, it decides for everything in it. It
    skips a pattern that could change nothing for a folder.
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
    """Return whether the file is left out of the build context."""
    decided = deciding(rules, path)
    return decided is not None and not decided.back


def _clean(text: str) -> str:
    """Return the path cleaned as Go does it, without a leading slash."""
    if not text:
        return ""
    text = posixpath.normpath(text)
    return text.lstrip("/") or "/"


def fitting(text: str) -> Fits | None:
    """Return the matcher of a pattern; None if the pattern is invalid."""
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
    """Return the pattern as a regular expression, and the kind of test that docker uses for it."""
    made, kind, at = "", "exact", 0
    for count in range(len(text) + 1):
        if at >= len(text):
            break
        char, at = text[at], at + 1
        if char == "*" and text.startswith("*", at):
            at += 2 if text.startswith("/", at + 1) else 1
            if at < len(text):
                # a repeated ``**/`` means no more than one, and takes much longer
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
