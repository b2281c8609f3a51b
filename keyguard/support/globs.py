"""Patterns as in .gitignore that cannot match anything, and why. git ignores such a line in silence (gitignore(5))."""

from __future__ import annotations

_CLASSES = ("alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit")
#: longer names of classes are not looked for: a file with many brackets would take long
_LONGEST = 40
_UNCLOSED = "[ is never closed with ]; write \\[ for a name that holds it"
_DOUBLE = "no path has two slashes side by side"


class _Unmatchable(ValueError):
    """A pattern matches nothing; the message says why."""


def problem(pattern: str) -> str:
    """Return why a pattern can match nothing; empty if it can."""
    if pattern.startswith("#"):
        return "it is a comment; write \\# for a name that begins with #"
    body = _trimmed(pattern).removeprefix("!").removesuffix("/").removeprefix("/")
    if not body:
        return "it is empty"
    try:
        _walk(body)
    except _Unmatchable as error:
        return str(error)
    return ""


def _trimmed(pattern: str) -> str:
    """Return a pattern without the spaces at its end, of which one may be escaped."""
    kept = pattern.rstrip(" ")
    escapes = len(kept) - len(kept.rstrip("\\"))
    return kept + " " if escapes % 2 and kept != pattern else kept


def _walk(pattern: str) -> None:
    at, empty = 0, True
    while at < len(pattern):
        escaped = pattern[at] == "\\"
        at += escaped
        if at == len(pattern):
            raise _Unmatchable("a backslash at its end escapes nothing")
        if pattern[at] == "/" and empty:
            raise _Unmatchable(_DOUBLE)
        empty = pattern[at] == "/"
        at = _end_of_class(pattern, at + 1) if pattern[at] == "[" and not escaped else at + 1
    if empty:
        raise _Unmatchable(_DOUBLE)


def _end_of_class(pattern: str, at: int) -> int:
    """Return what follows the class whose inside begins at ``at``."""
    at += pattern[at : at + 1] in ("!", "^")
    first, ranges = True, False
    while first or pattern[at : at + 1] != "]":
        name = _name_at(pattern, at)
        if name.endswith(":"):
            if name[:-1] not in _CLASSES:
                raise _Unmatchable(f"no class is called [:{name}]")
            at, ranges = at + len(name) + 3, False
        elif ranges and pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("", "]"):
            at, ranges = _after_member(pattern, at + 1), False
        else:
            at, ranges = _after_member(pattern, at), True
        first = False
    return at + 1


def _name_at(pattern: str, at: int) -> str:
    """Return what is between ``[:`` and ``]`` here; empty if it is not that."""
    end = pattern.find("]", at + 2, at + _LONGEST) if pattern.startswith("[:", at) else -1
    return pattern[at + 2 : end] if end >= 0 else ""


def _after_member(pattern: str, at: int) -> int:
    """Return what follows one character of a class, which may be escaped."""
    at += pattern[at : at + 1] == "\\"
    if at >= len(pattern):
        raise _Unmatchable(_UNCLOSED)
    return at + 1
