"""From an ignore file to tables: pathspec translates its lines, and this joins what it makes of them.

The simple backend of pathspec tries one pattern after the other, 0.2 µs each for every path: 20 µs for a hundred lines,
where one joined expression takes 1.6 µs. So of the expressions that pathspec makes, those that ``re`` matches quickly
are joined, and the others go to its linear backends, one by one. Names without wildcards are looked up.
"""

from __future__ import annotations

from functools import cache

from keyguard.sources.gitignore import lines
from keyguard.sources.gitignore.linear import LONGEST, TOO_COMPLEX, TOO_MANY
from keyguard.sources.gitignore.lines import Line
from keyguard.sources.gitignore.tables import MOST_QUADRATIC, Refused, Scope, Single, Table, Tables
from keyguard.support.regex import expression

#: characters of joined expressions of one file: to compile them takes half a second
_MOST = 250_000
#: the same of those that are not joined, which takes up to 0.3 s
_MOST_HARD = 4096
_NAMED_GROUP = expression(r"\(\?P<\w+>")


def read(text: bytes) -> Tables:
    """Return the rules of an ignore file. What would take too long to compile is in ``refused`` instead."""
    reading = _Reading()
    for line in lines.read(text):
        reading.add(line)
    return reading.tables()


class _Reading:
    """The rules of a file, read up to some line."""

    def __init__(self) -> None:
        self._negated: list[bool] = []
        self._joined: dict[tuple[Scope, bool], _Joined] = {}
        self._quadratic: list[Single] = []
        self._hard: list[Single] = []
        self._refused: list[Refused] = []
        #: characters of expressions that may still be joined, or not
        self._left, self._left_hard = _MOST, _MOST_HARD

    def add(self, line: Line) -> None:
        """Add a rule."""
        if not self._negated or self._negated[-1] != line.negated:
            self._negated.append(line.negated)
        run, scope = len(self._negated) - 1, Scope(line.by_name, line.folders_only)
        if line.literal:
            self._of(scope, quadratic=False).literals[line.text] = run
            return
        one = Single(scope, run, _translated(line), line.number, line.source)
        if line.degree == 1 or (line.degree == 2 and self._may_be_quadratic(one)):
            self._join(one, quadratic=line.degree == 2)
        elif len(one.expression) > LONGEST:
            self._refuse(one, TOO_COMPLEX)
        elif len(one.expression) > self._left_hard:
            self._refuse(one, TOO_MANY)
        else:
            self._left_hard -= len(one.expression)
            self._hard.append(one)

    def tables(self) -> Tables:
        """Return what was read."""
        return Tables(
            negated=tuple(self._negated),
            tables=tuple(one.table(scope, quadratic) for (scope, quadratic), one in self._joined.items()),
            quadratic=tuple(self._quadratic),
            hard=tuple(self._hard),
            refused=tuple(self._refused),
        )

    def _join(self, one: Single, *, quadratic: bool) -> None:
        if len(one.expression) >= self._left:
            self._refuse(one, "there are too many rules with wildcards")
            return
        self._left -= len(one.expression) + 1
        self._of(one.scope, quadratic=quadratic).expressions.setdefault(one.run, []).append(one.expression)
        if quadratic:
            self._quadratic.append(one)

    def _may_be_quadratic(self, one: Single) -> bool:
        """Whether it may stay with ``re``."""
        return len(self._quadratic) < MOST_QUADRATIC and len(one.expression) <= LONGEST

    def _refuse(self, one: Single, why: str) -> None:
        self._refused.append(Refused(one.number, one.source, why))

    def _of(self, scope: Scope, *, quadratic: bool) -> _Joined:
        key = scope, quadratic
        if key not in self._joined:
            self._joined[key] = _Joined()
        return self._joined[key]


class _Joined:
    """Rules on their way into a table."""

    def __init__(self) -> None:
        self.literals: dict[str, int] = {}
        #: by their runs
        self.expressions: dict[int, list[str]] = {}

    def table(self, scope: Scope, quadratic: bool) -> Table:
        """Return the table."""
        runs = tuple(sorted(self.expressions, reverse=True))
        groups = ("|".join(dict.fromkeys(self.expressions[run])) for run in runs)
        return Table(scope, quadratic, self.literals, "|".join(f"({group})" for group in groups), runs)


def _translated(line: Line) -> str:
    """Return the expression for a whole name or path, without its end or beginning."""
    head, tail = _around(line.by_name)
    return _NAMED_GROUP.sub("(?:", _expression(line.text)).removeprefix(head).removesuffix(tail)


@cache
def _around(by_name: bool) -> tuple[str, str]:
    """Return what pathspec puts around a pattern: the folders above it, and what is below it.

    git asks about each folder on its own on the way down, and for a name alone where a rule is for names.
    """
    head, _, tail = _NAMED_GROUP.sub("(?:", _expression("X" if by_name else "/X")).partition("X")
    return head, tail


def _expression(pattern: str) -> str:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    found, _ = GitIgnoreSpecPattern.pattern_to_regex(pattern)
    return found or "(?!)"
