"""Expressions matched in a time that grows with the text alone, by the backends of pathspec that do so.

pathspec's simple backend is Python's ``re``, which backtracks: 30 stars never end. Hyperscan and RE2 do not, but
Hyperscan takes 1 to 100 ms to build one expression, so what is built is limited.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from time import thread_time

#: of an expression
LONGEST = 1500
TOO_COMPLEX = "it is too complex"
TOO_MANY = "there are too many that are as complex"
_BACKENDS = ("hyperscan", "re2")


class RefusedError(Exception):
    """The expression is not built; the text says why."""


class Budget:
    """How much may still be built: characters of expressions, and seconds of processor time."""

    def __init__(self, characters: int = 16_384, seconds: float = 0.5) -> None:
        self._characters = characters
        self._seconds = seconds

    def build(self, expression: str) -> Callable[[str], bool]:
        """Return what tells whether the expression matches a whole text. Raises ``RefusedError``."""
        if len(expression) > LONGEST:
            raise RefusedError(TOO_COMPLEX)
        if len(expression) > self._characters or self._seconds <= 0:
            raise RefusedError(TOO_MANY)
        self._characters -= len(expression)
        begin = thread_time()
        try:
            return _built(expression)
        finally:
            self._seconds -= thread_time() - begin


def _built(expression: str) -> Callable[[str], bool]:
    from pathspec import PathSpec, RegexPattern

    # of a text in which no line ends, this is all
    pattern = RegexPattern(re.compile(f"^(?:{expression})$"), include=True)
    why = "neither Hyperscan nor RE2 is installed, and it is too complex without"
    for backend in _BACKENDS:
        try:
            return PathSpec([pattern], backend=backend).match_file
        except ImportError:
            continue
        except _errors(backend) as error:
            why = f"{TOO_COMPLEX} ({error})"
    raise RefusedError(why)


def _errors(backend: str) -> type[Exception]:
    """Return what the library behind a backend raises for an expression that it cannot build."""
    found: type[Exception] = import_module(backend).error
    return found
