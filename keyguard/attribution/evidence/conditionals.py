"""Remove conditions, and the values of other branches, from the text before a key.

In ``p === 'stripe' ? stripeKey : 'K'`` neither the condition nor the other value is evidence about the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.support.regex import expression

_OPEN, _CLOSE = b"([{", b")]}"
#: the ``?`` of a conditional expression: not of ``?.``, ``??``, ``?:``, ``?=``, ``String?`` or ``<?php``
_CHOICE = expression(rb"(?<![?<])\?(?![?.:=>;,)\]])(?!\s*[=,;)\]>])")
#: an assignment, not a comparison
_ASSIGNED = expression(rb"(?<![=!<>~+*/%&|^-])=(?![=~])>?|\breturn\b")
#: a keyword that starts a condition
_CONDITION = expression(
    rb"(?i)(?<![\w$.'\"-])(?:if|elif|elsif|elseif|unless|when|case|while|until|assert\w*|expect)\b(?![\"']?\s*[:=])"
)
_ELSE = expression(rb"(?<![\w$.'\"-])else\b")
_DONE = expression(rb"\bthen\b|\bdo\b|[:{](?!:)")
#: bytes before ``else`` in the tag of a template: ``{{- else }}``, ``{% else %}``, ``<% else %>``
_TAG = b"{<%~- \t"
#: bytes of text that are examined
_MOST = 400
#: the number of conditionals that are examined, from the end
_NESTED = 12


def without_conditions(text: bytes) -> bytes:
    """Return the text before a key with conditions, and the values of other branches, replaced by blanks."""
    for start, end in [*_choices(text), *_others(text)]:
        text = text[:start] + b" " * (end - start) + text[end:]
    for start, end in _conditions(text):
        # a condition that extends to the key becomes a word: the key is not the value of anything before it
        text = text[:start] + (b" " if end < len(text) else b"x") * (end - start) + text[end:]
    return text


def _choices(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield spans from each condition of a conditional expression to the start of the key's own branch."""
    if b"?" not in text:
        return
    questions = {one.start() for one in [*_CHOICE.finditer(text)][-_NESTED:]}
    marks = _marks(text)
    for number, (at, level, char) in enumerate(marks):
        if char == b"?" and at in questions and not _is_over(marks[:number], level):
            colon = next((place for place, depth, one in marks[:number] if depth == level and one == b":"), at)
            yield _beginning(text, at, level, marks[number + 1 :]), colon + 1


def _others(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield spans from the value of the other branch to ``else``."""
    for one in [*_ELSE.finditer(text)][-_NESTED:]:
        marks = _marks(text[: one.start()].rstrip(_TAG))
        yield _beginning(text, one.start(), 0, marks), one.end()


def _marks(text: bytes) -> list[tuple[int, int, bytes]]:
    """Return the marks outside closed brackets, from the end of the text: (offset, nesting level, mark).

    The level at the end is 0, and one less outside each enclosing bracket.
    """
    found, closed, level = [], 0, 0
    for at in range(len(text) - 1, max(-1, len(text) - _MOST), -1):
        char = text[at : at + 1]
        if char in _CLOSE:
            closed += 1
        elif char in _OPEN:
            if closed:
                closed -= 1
            else:
                level -= 1
                found.append((at, level, b"("))
        elif not closed and char in b"?:,;":
            found.append((at, level, char))
    return found


def _is_over(later: list[tuple[int, int, bytes]], level: int) -> bool:
    """Whether another element has begun since, at the same nesting level."""
    return any(depth == level and char in b",;" for _, depth, char in later)


def _beginning(text: bytes, at: int, level: int, before: list[tuple[int, int, bytes]]) -> int:
    """Return the start of the condition that ends at a question mark."""
    start = next((place + 1 for place, depth, char in before if depth < level or char in b":,;"), 0)
    given = _ASSIGNED.search(text, start, at)
    return given.end() if given else start


def _conditions(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield the span of each condition, from its keyword to its body."""
    for one in _CONDITION.finditer(text):
        opening = re.compile(rb"\s*\(").match(text, one.end())
        end = _closing(text, opening.end()) if opening else None
        if end is None:
            done = _DONE.search(text, one.end())
            end = done.end() if done and not opening else len(text)
        yield one.start(), end


def _closing(text: bytes, start: int) -> int | None:
    """Return the offset after the bracket that closes the one before ``start``; None if there is none."""
    depth = 1
    for at in range(start, len(text)):
        char = text[at : at + 1]
        depth += (char == b"(") - (char == b")")
        if not depth:
            return at + 1
    return None
