"""What is to be done to the user's files: told before it is done, and done only to what was looked at."""

from __future__ import annotations

from enum import IntEnum

import msgspec


class Stage(IntEnum):
    """The order of things: what a later step relies on comes first, so that nothing is lost where one fails."""

    IGNORE = 1
    UNTRACK = 2
    KEEP = 3
    """Keys into environment files."""
    CODE = 4
    DESCRIBE = 5
    RESTRICT = 6


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One change to one file. Paths are relative to the top of the site."""

    stage: Stage
    path: bytes
    title: str
    """What is done, in words that follow the name of the file."""


class Write(Step, frozen=True, kw_only=True):
    """Another content for a file."""

    old: bytes | None
    """What it was when it was looked at; None for nothing."""
    new: bytes
    mode: int | None = None
    """Permissions, where they are to be others than they are."""
    private: bool = False
    """Whether no value in it may be shown."""
    proofs: tuple[bytes, ...] = ()
    """Files that git has to ignore afterwards."""


class Untrack(Step, frozen=True, kw_only=True):
    """A file that git is to forget, and that stays where it is."""


class Restrict(Step, frozen=True, kw_only=True):
    """A file that only its owner is to read."""

    mode: int


class Left(msgspec.Struct, frozen=True, order=True):
    """What is not done, and why: a person has to."""

    path: bytes
    line: int
    reason: str
    lasting: bool = False
    """Whether nobody comes upon it once the rest is done."""


class Plan(msgspec.Struct, frozen=True):
    """All of it, in order."""

    steps: tuple[Step, ...] = ()
    left: tuple[Left, ...] = ()
