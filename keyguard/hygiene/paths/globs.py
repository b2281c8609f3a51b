"""Matchers for patterns of ``.dockerignore``, ``.npmignore`` and ``MANIFEST.in``, in time linear in path and pattern.

pathspec reads what has the semantics of ``.gitignore``. These have others: Go's ``filepath.Match``, minimatch with
braces and extended globs, and the globs of distutils.

Each dialect translates its patterns into expressions of a subset of ``re``. ``re`` itself backtracks: it tries one way
of matching after the other, and ten stars allow more ways than anyone can wait for. This matcher follows all ways at
once, from the end of the text to its beginning: the offsets from which the rest of the expression matches are the bits
of one number.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from keyguard.support.regex import expression

Fits = Callable[[str], bool]
#: a character of a path in which no name but the first begins with a dot
VISIBLE = r"(?:[^/]|/(?!\.))"
#: lines of one file, and characters in them: nobody writes more
_MOST, _MOST_TEXT = 2000, 100_000
#: characters whose offsets are cached for one text, and texts that are cached
_MOST_ATOMS, _MOST_TEXTS = 500, 64
_TOKEN = expression(
    rf"{re.escape(VISIBLE)}|\(\?[:!=]|\[\^?\]?(?:\\.|[^\\\]])*(?:\]|\Z)"
    r"|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|0[0-7]{0,2}|[1-3][0-7]{2}|.)|.",
    re.DOTALL,
)
_CHOICES = frozenset("*+?|")
_ASSERTIONS = frozenset({"^", r"\A", r"\b", r"\B", r"\Z", r"\z"})


def affordable(lines: Iterable[tuple[int, str]], size: Callable[[str], int] = len) -> Iterator[tuple[int, str]]:
    """Yield as many of the numbered lines as a person would have written; ``size`` measures a line."""
    spent = 0
    for number, text in islice(lines, _MOST):
        spent += size(text)
        if spent > _MOST_TEXT:
            return
        yield number, text


@lru_cache(maxsize=1024)
def fitting(pattern: str, flags: int = 0) -> Fits:
    """Return a matcher that tells whether an expression matches at the beginning of a text, as ``re.match`` does.

    Supported are characters, classes, groups without a name, ``|``, ``*``, ``+``, ``?``, look-ahead, and assertions
    such as the end. Raise ``re.error`` for an invalid expression.
    """
    whole = _compiled(pattern, flags)
    tokens = _TOKEN.findall(pattern)
    if sum(token in _CHOICES for token in tokens) <= 1:
        # with at most one choice ``re`` cannot backtrack more than linearly
        return lambda text: whole.match(text) is not None
    step = _Reading(tokens, flags).choice()
    return lambda text: _fits(step, _text(text))


@lru_cache(maxsize=4096)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    with warnings.catch_warnings():
        # ``[[`` may get another meaning one day; the user cannot help it
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(pattern, flags)


# --- a text -----------------------------------------------------------------------------------------------------------


class _Text:
    """A text whose offsets are bits: the lowest is the end, the highest the beginning."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.everywhere = (2 << len(text)) - 1
        self.beginning = 1 << len(text)
        self._ends: dict[re.Pattern[str], int] = {}

    def ends(self, atom: re.Pattern[str]) -> int:
        """Return the offsets behind all matches of a single character, or of an assertion."""
        if atom not in self._ends:
            if len(self._ends) >= _MOST_ATOMS:
                self._ends.clear()
            size, found = len(self._text), 0
            for one in atom.finditer(self._text):
                found |= 1 << (size - one.end())
            self._ends[atom] = found
        return self._ends[atom]


_text = lru_cache(maxsize=_MOST_TEXTS)(_Text)

#: the offsets behind a piece of an expression -> those before it
_Step = Callable[[_Text, int], int]


def _fits(step: _Step, text: _Text) -> bool:
    return bool(step(text, text.everywhere) & text.beginning)


# --- pieces of an expression ------------------------------------------------------------------------------------------


def _place(atom: re.Pattern[str]) -> _Step:
    return lambda text, after: after & text.ends(atom)


def _one(atom: re.Pattern[str]) -> _Step:
    return lambda text, after: (after & text.ends(atom)) << 1


def _any_number(atom: re.Pattern[str]) -> _Step:
    """Return the step for any number of characters of one class."""

    def step(text: _Text, after: int) -> int:
        # between two characters of another class lies a block of bits. One is subtracted at the bottom of each block,
        # and a bit at its top keeps it from borrowing from the next: all bits up to the lowest set one change
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
    """Compiles an expression, which ``re`` has accepted, into steps."""

    def __init__(self, tokens: Sequence[str], flags: int) -> None:
        self._tokens, self._at, self._flags = tokens, 0, flags

    def choice(self) -> _Step:
        """Return the step for all alternatives, up to the end of a group."""
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
        """Return the step for a piece with the quantifier behind it."""
        kind = next((one for one in "*+?" if self._next(one)), "")
        if kind:
            self._next("?")  # greedy or lazy makes no difference where all ways are followed
        if kind == "+":
            return _row([once, often])
        return {"": once, "*": often, "?": _maybe(once)}[kind]

    def _next(self, token: str) -> bool:
        found = self._tokens[self._at : self._at + 1] == [token]
        self._at += found
        return found
