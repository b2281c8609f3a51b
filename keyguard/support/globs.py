"""Patterns as in .gitignore that cannot match anything, and why. git ignores such a line in silence."""

from __future__ import annotations


def problem(pattern: str) -> str:
    """Return why a pattern can match nothing; empty if it can."""
    body = pattern.rstrip(" ").removeprefix("!").removesuffix("/").removeprefix("/")
    if not body:
        return "it is empty"
    if pattern.startswith("#"):
        return "it is a comment; write \\# for a name that begins with #"
    if "//" in body:
        return "no path has two slashes side by side"
    return _unfinished(body)


def _unfinished(pattern: str) -> str:
    """Return what is not finished in a pattern: a class, or an escape; empty if all is."""
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
            if at == len(pattern):
                return "a backslash at its end escapes nothing"
        elif pattern[at] == "[":
            end = _end_of_class(pattern, at + 1)
            if end < 0:
                return "[ is never closed with ]; write \\[ for a name that holds it"
            at = end
        at += 1
    return ""


def _end_of_class(pattern: str, at: int) -> int:
    """Return where ``]`` closes a class whose inside begins at ``at``; -1 if nothing does."""
    at += pattern[at : at + 1] in ("!", "^")
    first = True
    while at < len(pattern):
        if pattern[at] == "]" and not first:
            return at
        if pattern.startswith("[:", at) and (end := pattern.find(":]", at + 2)) >= 0:
            at = end + 1
        elif pattern[at] == "\\":
            at += 1
        at, first = at + 1, False
    return -1
