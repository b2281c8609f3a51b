"""What stands before a key without what is said only to choose: conditions, and values of other cases.

In ``p === 'stripe' ? stripeKey : 'K'`` neither the condition nor the other value says whose the key is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.support.regex import expression

_OPEN, _CLOSE = b"([{", b")]}"
#: a question mark that chooses: not one of ``?.``, ``??``, ``?:``, ``?=``, of ``String?`` or of ``<?php``
_CHOICE = expression(rb"(?<![?<])\?(?![?.:=>;,)\]])(?!\s*[=,;)\]>])")
#: an assignment, and no comparison
_ASSIGNED = expression(rb"(?<![=!<>~+*/%&|^-])=(?![=~])>?|\breturn\b")
#: what begins a condition, up to what is done if it holds
_CONDITION = expression(
    rb"(?i)(?<![\w$.'\"-])(?:if|elif|elsif|elseif|unless|when|case|while|until|assert\w*|expect)\b(?![\"']?\s*[:=])"
)
_ELSE = expression(rb"(?<![\w$.'\"-])else\b")
_DONE = expression(rb"\bthen\b|\bdo\b|[:{](?!:)")
#: what may stand before ``else`` within the tag of a template: ``{{- else }}``, ``{% else %}``, ``<% else %>``
_TAG = b"{<%~- \t"
#: so long a text is looked at
_MOST = 400
#: and so many choices in it, from its end
_NESTED = 12


def without_conditions(text: bytes) -> bytes:
    """The text before a key with blanks in the place of conditions, and of what is the value in other cases."""
    for start, end in [*_choices(text), *_others(text)]:
        text = text[:start] + b" " * (end - start) + text[end:]
    for start, end in _conditions(text):
        # one that goes on up to the key leaves a word behind: nothing before it is given the key
        text = text[:start] + (b" " if end < len(text) else b"x") * (end - start) + text[end:]
    return text


def _choices(text: bytes) -> Iterator[tuple[int, int]]:
    """From each condition of a conditional expression to where the key's own case begins."""
    if b"?" not in text:
        return
    questions = {one.start() for one in [*_CHOICE.finditer(text)][-_NESTED:]}
    marks = _marks(text)
    for number, (at, level, char) in enumerate(marks):
        if char == b"?" and at in questions and not _is_over(marks[:number], level):
            colon = next((place for place, depth, one in marks[:number] if depth == level and one == b":"), at)
            yield _beginning(text, at, level, marks[number + 1 :]), colon + 1


def _others(text: bytes) -> Iterator[tuple[int, int]]:
    """From the value of the other case to ``else``."""
    for one in [*_ELSE.finditer(text)][-_NESTED:]:
        marks = _marks(text[: one.start()].rstrip(_TAG))
        yield _beginning(text, one.start(), 0, marks), one.end()


def _marks(text: bytes) -> list[tuple[int, int, bytes]]:
    """The marks that stand in the text or in brackets that are open at its end, from the end: offset, level, mark.

    What is in brackets that are closed again is left out. The level at the end is 0, each bracket around it one less.
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
    """Whether something else has begun since, in the same brackets."""
    return any(depth == level and char in b",;" for _, depth, char in later)


def _beginning(text: bytes, at: int, level: int, before: list[tuple[int, int, bytes]]) -> int:
    """Where the condition begins that ends at a question mark."""
    start = next((place + 1 for place, depth, char in before if depth < level or char in b":,;"), 0)
    given = _ASSIGNED.search(text, start, at)
    return given.end() if given else start


def _conditions(text: bytes) -> Iterator[tuple[int, int]]:
    """From each word that begins a condition to what is done if it holds."""
    for one in _CONDITION.finditer(text):
        opening = re.compile(rb"\s*\(").match(text, one.end())
        end = _closing(text, opening.end()) if opening else None
        if end is None:
            done = _DONE.search(text, one.end())
            end = done.end() if done and not opening else len(text)
        yield one.start(), end


def _closing(text: bytes, start: int) -> int | None:
    """Behind the bracket that closes the one before ``start``."""
    depth = 1
    for at in range(start, len(text)):
        char = text[at : at + 1]
        depth += (char == b"(") - (char == b")")
        if not depth:
            return at + 1
    return None
