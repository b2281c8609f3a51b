"""What finds the places to look at: expressions for the same Hyperscan database that holds the rules' literals.

Expressions are valid for Hyperscan and for ``re``, over bytes; they ignore case; ``^`` and ``$`` match at line ends.
Each must be as specific as it can be (separator and shape of the value included), since every hit costs microseconds
of Python, and has to end in something definite, since Hyperscan reports every end at which it matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from keyguard.generic import assignment_syntax
from keyguard.model.judged_secret import JudgedSecret

#: bytes around a hit that a finder may read on each side
REACH = 400

#: (text, offset of the end of the hit, path as far as known) -> the secrets there; the same one may come more than once
Finder = Callable[[bytes, int, bytes], Iterator[JudgedSecret]]


class Syntax(NamedTuple):
    """One way in which secrets are written."""

    name: str
    expressions: tuple[str, ...]
    #: dotted name of the module with the function ``find`` (a :data:`Finder`), imported at the first hit
    module: str


SYNTAXES: tuple[Syntax, ...] = (Syntax("assignment", assignment_syntax.EXPRESSIONS, "keyguard.generic.assignments"),)
