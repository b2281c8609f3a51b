"""Rules of an ignore file in the form in which they are compiled, and saved."""

from __future__ import annotations

import msgspec

#: rules that take a time quadratic in the length of a path. 50 of them take 5 ms for a name of 255 bytes
MOST_QUADRATIC = 50


class Scope(msgspec.Struct, frozen=True, array_like=True):
    """What rules are for."""

    by_name: bool
    folders_only: bool


class Table(msgspec.Struct, frozen=True, array_like=True):
    """Rules for one scope. A run is a number: rules that follow each other and are all negated, or none of them."""

    scope: Scope
    #: whether the expression takes a time quadratic in the length of a path
    quadratic: bool
    #: name or path -> the last run with it
    literals: dict[str, int]
    #: of the rules with wildcards, with a group for each run, the last run first
    expression: str
    #: of each group
    runs: tuple[int, ...]


class Single(msgspec.Struct, frozen=True, array_like=True):
    """A rule whose expression stands for itself."""

    scope: Scope
    run: int
    expression: str
    number: int
    source: bytes


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """A rule that is not obeyed, and why."""

    number: int
    """Of its line, from 1."""
    source: bytes
    why: str


class Tables(msgspec.Struct, frozen=True, array_like=True):
    """The rules of one file."""

    #: of each run: whether its rules are negated
    negated: tuple[bool, ...] = ()
    tables: tuple[Table, ...] = ()
    #: the rules of tables that are quadratic, for long paths
    quadratic: tuple[Single, ...] = ()
    #: those that ``re`` could not match in time
    hard: tuple[Single, ...] = ()
    refused: tuple[Refused, ...] = ()
