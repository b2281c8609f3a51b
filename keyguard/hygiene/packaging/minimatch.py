"""Patterns as npm reads them, those of ``minimatch``: braces, ``**``, extended globs; capitals are as good as others.

A pattern without a slash is held against the last part of a path. A path may also be held against a pattern in part:
whether something below it could still fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_BRACES = re.compile(r"\{([^{}]*)\}")
_EXTENDED = {"?": "?", "*": "*", "+": "+", "@": ""}
_EMPTY = re.compile(r"\Z")
#: patterns that one line may stand for, and steps from one ``**`` to the next
_MOST, _MOST_STARS = 64, 6


class Rule(NamedTuple):
    """One line of an ignore file."""

    negated: bool
    choices: tuple[tuple[re.Pattern[str] | None, ...], ...]
    """One for each way to fill in the braces; None stands for ``**``."""

    @property
    def relative(self) -> bool:
        """Whether it is about a name at any depth."""
        return any(
            len(one) <= (1 if one[-1] is None or one[-1].pattern != _EMPTY.pattern else 2) for one in self.choices
        )

    def fits(self, path: str, *, partly: bool = False) -> bool:
        """Whether the path fits; ``partly``: or something below it could."""
        parts = path.split("/")
        last = [next((part for part in reversed(parts) if part), "")]
        return any(_fits(last if len(one) == 1 else parts, one, partly) for one in self.choices)


def rule(line: str) -> Rule:
    """A line as a rule."""
    text = line.strip()
    bare = text.lstrip("!")
    choices = [_parts(one) for one in _expanded(bare)]
    usable = tuple(one for one in choices if one.count(None) <= _MOST_STARS)
    return Rule((len(text) - len(bare)) % 2 == 1, usable)


def rules(content: bytes) -> list[Rule]:
    """The rules of an ignore file."""
    lines = map(str.strip, content.decode("utf-8", "replace").splitlines())
    return [rule(line) for line in lines if line and not line.startswith("#")]


def _expanded(text: str) -> list[str]:
    """The text once for each way to fill in its braces."""
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


def _parts(text: str) -> tuple[re.Pattern[str] | None, ...]:
    found: list[re.Pattern[str] | None] = []
    for number, part in enumerate(text.split("/")):
        if part == "**":
            if not found or found[-1] is not None:
                found.append(None)
        elif part or number in (0, text.count("/")):
            found.append(_part(part) if part else _EMPTY)
    return tuple(found)


def _part(text: str) -> re.Pattern[str]:
    made = "".join(_pieces(text))
    # a star alone is no empty name
    ahead = "(?=.)" if text[:1] in ("*", "?", "[", "+", "@", "!") else ""
    try:
        return re.compile(f"{ahead}{made}\\Z", re.IGNORECASE)
    except (re.error, OverflowError, RecursionError):
        return re.compile(re.escape(text) + r"\Z", re.IGNORECASE)


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


def _fits(parts: Sequence[str], pattern: Sequence[re.Pattern[str] | None], partly: bool) -> bool:
    for at, wanted in enumerate(pattern):
        if at == len(parts):
            return partly
        if wanted is None:
            if at + 1 == len(pattern):
                return True
            rest = pattern[at + 1 :]
            return partly or any(_fits(parts[start:], rest, partly) for start in range(at, len(parts)))
        if not wanted.match(parts[at]):
            return False
    return len(pattern) == len(parts) or (len(pattern) == len(parts) - 1 and not parts[-1])
