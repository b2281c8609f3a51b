"""Patterns as npm reads them, with ``minimatch``: braces, ``**``, extended globs; case is ignored.

A pattern without a slash is matched against the last part of a path. A path can also be matched partly: whether
something below it could match. These are no gitignore semantics, so gitignore matching cannot replace this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from keyguard.hygiene.paths import globs
from keyguard.hygiene.paths.globs import Fits

_BRACES = re.compile(r"\{([^{}]*)\}")
_EXTENDED = {"?": "?", "*": "*", "+": "+", "@": ""}
#: patterns that one line with braces may expand to
_MOST = 64
#: groups, and negated groups, in one name: nobody writes more, and what follows ``!(`` is compiled twice
_MOST_GROUPS, _MOST_DENIALS = 12, 4


class Rule(NamedTuple):
    """One line of an ignore file."""

    negated: bool
    choices: tuple[tuple[Fits | None, ...], ...]
    """One for each expansion of the braces; None stands for ``**``."""

    @property
    def relative(self) -> bool:
        """Whether it matches a name at any depth."""
        return any(len(one) <= (2 if one[-1] is _is_empty else 1) for one in self.choices)

    def fits(self, path: str, *, partly: bool = False) -> bool:
        """Return whether the path matches or, with ``partly``, something below it could."""
        parts = path.split("/")
        last = [next((part for part in reversed(parts) if part), "")]
        return any(_fits(last if len(one) == 1 else parts, one, partly) for one in self.choices)


def rule(line: str) -> Rule:
    """Return the rule of one line."""
    text = line.strip()
    bare = text.lstrip("!")
    return Rule((len(text) - len(bare)) % 2 == 1, tuple(_parts(one) for one in _expanded(bare)))


def rules(content: bytes) -> list[Rule]:
    """Return the rules of an ignore file."""
    lines = map(str.strip, content.decode("utf-8", "replace").splitlines())
    return [rule(line) for line in affordable(line for line in lines if line and not line.startswith("#"))]


def affordable(lines: Iterable[str]) -> Iterator[str]:
    """Yield as many lines as a person would have written, measured by what their braces expand to."""
    return (line for _, line in globs.affordable(enumerate(lines), lambda line: sum(map(len, _expanded(line)))))


def _expanded(text: str) -> list[str]:
    """Return all expansions of the braces in the text."""
    waiting, found = [text], list[str]()
    while waiting:
        one = waiting.pop()
        braces = next((braces for braces in _BRACES.finditer(one) if "," in braces[1]), None)
        if braces and len(waiting) + len(found) < _MOST:
            choices = braces[1].split(",")
            waiting += [one[: braces.start()] + choice + one[braces.end() :] for choice in choices[:_MOST]]
        else:
            found.append(one)
    return found


def _parts(text: str) -> tuple[Fits | None, ...]:
    found: list[Fits | None] = []
    parts = text.split("/")
    for number, part in enumerate(parts):
        if part == "**":
            if not found or found[-1] is not None:
                found.append(None)
        elif part or number in (0, len(parts) - 1):
            found.append(_part(part) if part else _is_empty)
    return tuple(found)


def _is_empty(name: str) -> bool:
    return not name


def _is_nothing(_: str) -> bool:
    return False


def _part(text: str) -> Fits:
    if text.count("(") > _MOST_GROUPS or text.count("!(") > _MOST_DENIALS:
        return _is_nothing
    made = "".join(_pieces(text))
    # a pattern that begins with a wildcard does not match an empty name
    ahead = "(?=.)" if text[:1] in ("*", "?", "[", "+", "@", "!") else ""
    try:
        return globs.fitting(f"{ahead}{made}\\Z", re.IGNORECASE)
    except (re.error, OverflowError):
        return globs.fitting(re.escape(text) + r"\Z", re.IGNORECASE)


def _pieces(text: str) -> Iterator[str]:
    at, open_ = 0, list[str]()
    while at < len(text):
        char, after = text[at], text[at + 1 : at + 2]
        at += 1
        if char == "\\" and after:
            yield re.escape(after)
            at += 1
        elif char == "!" and after == "(" and (end := text.find(")", at)) > 0:
            inside = "|".join("".join(_pieces(one)) for one in text[at + 1 : end].split("|"))
            behind = "".join(_pieces(text[end + 1 :]))
            yield f"(?!(?:{inside}){behind}\\Z)[^/]*?"
            at = end + 1
        elif char in "?*+@" and after == "(" and ")" in text[at:]:
            open_.append(_EXTENDED[char])
            yield "(?:"
            at += 1
        elif char == "|" and open_:
            yield "|"
        elif char == ")" and open_:
            yield ")" + open_.pop()
        elif char == "*":
            yield "" if after == "*" else "[^/]*"
        elif char == "?":
            yield "[^/]"
        elif char == "[" and (end := text.find("]", at + 1)) > 0:
            inside = text[at:end].replace("\\", "\\\\").replace("[", "\\[")
            yield f"[^{inside[1:]}]" if inside[0] in "!^" else f"[{inside}]"
            at = end + 1
        else:
            yield re.escape(char)


def _fits(parts: Sequence[str], pattern: Sequence[Fits | None], partly: bool) -> bool:
    places, end = {0}, len(parts)
    for number, fits in enumerate(pattern, 1):
        if partly and end in places:
            return True
        places.discard(end)
        if not places:
            return False
        if fits is None:
            if partly or number == len(pattern):
                return True
            places = set(range(min(places), end))
        else:
            places = {place + 1 for place in places if fits(parts[place])}
    return end in places or (end - 1 in places and not parts[-1])
