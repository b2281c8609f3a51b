"""The changes planned for the user's files: shown before they are made, and made only to files as they were then."""

from __future__ import annotations

from enum import IntEnum

import msgspec


class Stage(IntEnum):
    """The order of steps: what a later step relies on comes first, so that nothing is lost if one fails."""

    IGNORE = 1
    UNTRACK = 2
    KEEP = 3
    """Write keys into environment files."""
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
    """Write a new content for a file."""

    old: bytes | None
    """The content when the plan was made; None if there was no file."""
    new: bytes
    mode: int | None = None
    """The new permissions; None to keep them."""
    private: bool = False
    """Whether none of its values may be shown."""
    proofs: tuple[bytes, ...] = ()
    """Files that git must ignore afterwards."""


class Untrack(Step, frozen=True, kw_only=True):
    """Remove a file from git's index, and leave it on disk."""


class Restrict(Step, frozen=True, kw_only=True):
    """Restrict a file's permissions to its owner."""

    mode: int


class Left(msgspec.Struct, frozen=True, order=True):
    """What is left to a person, and why."""

    path: bytes
    line: int
    reason: str
    lasting: bool = False
    """Whether nothing reports it again once the rest is done."""


class Plan(msgspec.Struct, frozen=True):
    """All steps, in order, and what is left."""

    steps: tuple[Step, ...] = ()
    left: tuple[Left, ...] = ()
