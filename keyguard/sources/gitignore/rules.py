"""Rules of one ignore file, for paths below the folder that it lies in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from keyguard.sources.gitignore.linear import Budget, RefusedError
from keyguard.sources.gitignore.lines import as_text
from keyguard.sources.gitignore.tables import Refused, Single, Table, Tables

#: characters of a path up to which what takes a quadratic time is quick
_SHORT = 1024


class _Part(NamedTuple):
    """Some of the rules."""

    by_name: bool
    folders_only: bool
    run_of: Callable[[str], int]
    """Name or path -> the last run with a rule that matches it, or -1."""


class IgnoreRules:
    """What git says of paths by these rules. A path takes a time that grows with its length and with their number."""

    def __init__(self, tables: Tables, budget: Budget) -> None:
        """Compile the rules as far as the budget goes; those that are not obeyed are in ``refused``."""
        self.refused = [*tables.refused]
        self._negated = tables.negated
        self._quadratic = tables.quadratic
        self._budget = budget
        self._quick = [_joined(table) for table in tables.tables if not table.quadratic]
        self._slow = [_joined(table) for table in tables.tables if table.quadratic]
        self._hard = list(_built(tables.hard, budget, self.refused))
        self._last = b"", False

    def verdict(self, path: bytes, *, folder: bool) -> bool | None:
        """Return whether the last rule that matches a path ignores it; None where none does.

        Folders around the path do not count.
        """
        text = as_text(path)
        name, last = text[text.rfind("/") + 1 :], -1
        for by_name, folders_only, run_of in self._parts(len(text)):
            if folder or not folders_only:
                last = max(last, run_of(name if by_name else text))
        return None if last < 0 else not self._negated[last]

    def covers(self, path: bytes) -> bool:
        """Return whether a file is ignored, by itself or with a folder around it."""
        folder = path[: max(0, path.rfind(b"/"))]
        if self._last[0] != folder:  # files of one folder follow each other
            self._last = folder, bool(folder) and self._covers_folder(folder)
        return self._last[1] or bool(self.verdict(path, folder=False))

    def _covers_folder(self, path: bytes) -> bool:
        at = path.find(b"/")
        while at >= 0:
            if self.verdict(path[:at], folder=True):
                return True
            at = path.find(b"/", at + 1)
        return bool(self.verdict(path, folder=True))

    def _parts(self, size: int) -> list[_Part]:
        """Return all rules, as they match a path of so many characters."""
        return self._all if size <= _SHORT or not self._slow else self._linear

    @cached_property
    def _all(self) -> list[_Part]:
        return [*self._quick, *self._slow, *self._hard]

    @cached_property
    def _linear(self) -> list[_Part]:
        """The same, without ``re`` for what is quadratic: few paths are as long.

        A rule that cannot be built matches no such path.
        """
        return [*self._quick, *_built(self._quadratic, self._budget, []), *self._hard]


def _joined(table: Table) -> _Part:
    return _Part(table.scope.by_name, table.scope.folders_only, _run_of(table))


def _run_of(table: Table) -> Callable[[str], int]:
    literals, runs = table.literals, table.runs
    if not table.expression:
        return lambda subject: literals.get(subject, -1)
    fullmatch = re.compile(table.expression, re.DOTALL).fullmatch

    def run_of(subject: str) -> int:
        found, run = fullmatch(subject), literals.get(subject, -1)
        # the groups stand in the order in which they decide, and no other group is in them
        return run if found is None else max(run, runs[(found.lastindex or 1) - 1])

    return run_of


def _built(rules: Iterable[Single], budget: Budget, refused: list[Refused]) -> Iterable[_Part]:
    for rule in rules:
        try:
            matches = budget.build(rule.expression)
        except RefusedError as error:
            refused.append(Refused(rule.number, rule.source, str(error)))
        else:
            yield _Part(rule.scope.by_name, rule.scope.folders_only, _run_if(matches, rule.run))


def _run_if(matches: Callable[[str], bool], run: int) -> Callable[[str], int]:
    return lambda subject: run if matches(subject) else -1
