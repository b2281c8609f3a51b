"""Patterns of ``.dockerignore``, ``.npmignore`` and ``MANIFEST.in``, matched in linear time.

pathspec reads what has the semantics of ``.gitignore``. These have others: Go's ``filepath.Match``, minimatch with
braces and extended globs, and globs of distutils. So they are translated here, to expressions of ``re``, of which they
need little. ``re`` backtracks, and ten stars take it more time than there is. Here, all alternatives are followed at
once, from the end of the text to its beginning: the positions from which the rest of the expression matches are the
bits of one number.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from keyguard.support.regex import expression

Fits = Callable[[str], bool]
#: a character of a path in which no name begins with a dot, save the first
VISIBLE = r"(?:[^/]|/(?!\.))"
#: nobody writes more lines, or more in them
_MOST, _MOST_TEXT = 2000, 100_000
#: characters of which it is remembered where they stand, and texts
_MOST_ATOMS, _MOST_TEXTS = 500, 64
_TOKEN = expression(
    rf"{re.escape(VISIBLE)}|\(\?[:!=]|\[\^?\]?(?:\\.|[^\\\]])*(?:\]|\Z)"
    r"|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|0[0-7]{0,2}|[1-3][0-7]{2}|.)|.",
    re.DOTALL,
)
_CHOICES = frozenset("*+?|")
_ASSERTIONS = frozenset({"^", r"\A", r"\b", r"\B", r"\Z", r"\z"})


def affordable(lines: Iterable[tuple[int, str]], size: Callable[[str], int] = len) -> Iterator[tuple[int, str]]:
    """As many of the lines, which have numbers, as a person would have written; ``size`` is what one comes to."""
    spent = 0
    for number, text in islice(lines, _MOST):
        spent += size(text)
        if spent > _MOST_TEXT:
            return
        yield number, text


@lru_cache(maxsize=1024)
def fitting(pattern: str, flags: int = 0) -> Fits:
    """What tells whether a text fits an expression from its beginning on, as with ``re.match``.

    Of what ``re`` knows there may be characters, classes, groups without a name, ``|``, ``*``, ``+``, ``?``, what has
    to follow or must not, and places such as the end. ``re.error`` is raised for what is no expression.
    """
    whole = _compiled(pattern, flags)
    tokens = _TOKEN.findall(pattern)
    if sum(token in _CHOICES for token in tokens) <= 1:
        # ``re`` is as good where there is nothing to multiply
        return lambda text: whole.match(text) is not None
    step = _Reading(tokens, flags).choice()
    return lambda text: _fits(step, _text(text))


@lru_cache(maxsize=4096)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    with warnings.catch_warnings():
        # ``[[`` may mean something else one day; who wrote it cannot help it
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(pattern, flags)


# --- a text -----------------------------------------------------------------------------------------------------------


class _Text:
    """Its places are bits: the lowest is the end, the highest the beginning."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.everywhere = (2 << len(text)) - 1
        self.beginning = 1 << len(text)
        self._ends: dict[re.Pattern[str], int] = {}

    def ends(self, atom: re.Pattern[str]) -> int:
        """The places behind what fits."""
        if atom not in self._ends:
            if len(self._ends) >= _MOST_ATOMS:
                self._ends.clear()
            size, found = len(self._text), 0
            for one in atom.finditer(self._text):
                found |= 1 << (size - one.end())
            self._ends[atom] = found
        return self._ends[atom]


_text = lru_cache(maxsize=_MOST_TEXTS)(_Text)

#: the places behind a piece of an expression -> those before it
_Step = Callable[[_Text, int], int]


def _fits(step: _Step, text: _Text) -> bool:
    return bool(step(text, text.everywhere) & text.beginning)


# --- pieces of an expression ------------------------------------------------------------------------------------------


def _place(atom: re.Pattern[str]) -> _Step:
    return lambda text, after: after & text.ends(atom)


def _one(atom: re.Pattern[str]) -> _Step:
    return lambda text, after: (after & text.ends(atom)) << 1


def _any_number(atom: re.Pattern[str]) -> _Step:
    """Characters of one kind."""

    def step(text: _Text, after: int) -> int:
        # what lies between two characters of another kind is a block of bits. One is taken away at the bottom of each,
        # and a bit at the top sees to it that none borrows from the next: what changes is all up to the lowest one
        kind = text.ends(atom)
        marked = after | (text.everywhere & ~kind)
        bottoms = text.everywhere & ~(kind << 1)
        return after | (text.everywhere & ~((marked - bottoms) ^ marked))

    return step


def _repeated(body: _Step) -> _Step:
    def step(text: _Text, after: int) -> int:
        found = fresh = after
        while fresh:
            fresh = body(text, fresh) & ~found
            found |= fresh
        return found

    return step


def _maybe(body: _Step) -> _Step:
    return lambda text, after: after | body(text, after)


def _followed(body: _Step) -> _Step:
    return lambda text, after: after & body(text, text.everywhere)


def _not_followed(body: _Step) -> _Step:
    return lambda text, after: after & ~body(text, text.everywhere)


def _row(steps: list[_Step]) -> _Step:
    backwards = steps[::-1]

    def step(text: _Text, after: int) -> int:
        for one in backwards:
            if not after:
                return 0
            after = one(text, after)
        return after

    return step


def _either(steps: list[_Step]) -> _Step:
    def step(text: _Text, after: int) -> int:
        found = 0
        for one in steps:
            found |= one(text, after)
        return found

    return step if len(steps) > 1 else steps[0]


_GROUPS = {"(?:": None, "(?=": _followed, "(?!": _not_followed}


class _Reading:
    """An expression that ``re`` has found to be one, on its way into steps."""

    def __init__(self, tokens: Sequence[str], flags: int) -> None:
        self._tokens, self._at, self._flags = tokens, 0, flags

    def choice(self) -> _Step:
        """All that ``|`` divides, up to the end of a group."""
        rows = [self._row()]
        while self._next("|"):
            rows.append(self._row())
        return _either(rows)

    def _row(self) -> _Step:
        steps = []
        while self._at < len(self._tokens) and self._tokens[self._at] not in ("|", ")"):
            steps.append(self._piece())
        return _row(steps)

    def _piece(self) -> _Step:
        token = self._tokens[self._at]
        self._at += 1
        if token in _GROUPS:
            body = self.choice()
            self._next(")")
            around = _GROUPS[token]
            return around(body) if around else self._times(body, _repeated(body))
        atom = _compiled(token, self._flags)
        if token in _ASSERTIONS:
            return _place(atom)
        return self._times(_one(atom), _any_number(atom))

    def _times(self, once: _Step, often: _Step) -> _Step:
        """By what stands behind a piece: how many of it."""
        kind = next((one for one in "*+?" if self._next(one)), "")
        if kind:
            self._next("?")  # which of two ways comes first makes no difference where all are gone
        if kind == "+":
            return _row([once, often])
        return {"": once, "*": often, "?": _maybe(once)}[kind]

    def _next(self, token: str) -> bool:
        found = self._tokens[self._at : self._at + 1] == [token]
        self._at += found
        return found
