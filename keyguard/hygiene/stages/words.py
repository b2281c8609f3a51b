"""The nouns of stages, and the words by which people call them: ``values-prod.yaml``, not ``product.yaml``."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.support.regex import expression

#: bytes of a name that are looked at
LONGEST = 200
_CHUNK = expression(r"[A-Za-z0-9]+")
_WORD = expression(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


class Stage(str, Enum):
    """For what a program runs where a place is used."""

    DEVELOPMENT = "development"
    TEST = "test"
    CI = "ci"
    EXAMPLE = "example"
    STAGING = "staging"
    PRODUCTION = "production"


class Judged(NamedTuple):
    """The stage of a place, if it can be told."""

    stage: Stage | None
    why: str = ""
    """In words: ``file name .env.development``."""
    firm: bool = False
    """Whether it is said, and not only a habit."""


class Words(NamedTuple):
    """A name taken apart."""

    stage: Stage | None
    """The one that is named; None where there is none, or more than one that differ."""
    first: bool
    last: bool
    """Whether its word stands first, or last."""
    weak: bool
    """Whether that word often means something else."""
    rest: tuple[str, ...]
    """The words that say something else, in lower case."""


def split(name: str) -> list[str]:
    """``HTTPServerDev2`` -> ``http server dev``: words in lower case, without numbers."""
    words: list[str] = []
    for chunk in _CHUNK.findall(name[:LONGEST]):
        if stage_of(chunk):
            words.append(_plain(chunk))
        else:
            words += [part.lower() for part in _WORD.findall(chunk) if not part.isdigit()]
    return words


def stage_of(word: str) -> Stage | None:
    """The stage that a word names."""
    return _table().get(_plain(word))


def read(name: str) -> Words:
    """What a name says: which stage, and what besides."""
    words = _joined(split(name))
    named = [(at, stage) for at, word in enumerate(words) if (stage := stage_of(word))]
    said = _one_of([(stage, words[at]) for at, stage in named])
    places = [at for at, stage in named if stage is said]
    rest = tuple(word for word in words if not stage_of(word) and word not in _companions())
    weak = all(words[at] in _weak() for at in places)
    return Words(said, 0 in places, len(words) - 1 in places, weak, rest)


def exact(name: str) -> Stage | None:
    """The stage that a name is, with nothing besides but words that go with it; ``ci`` alone is also a country."""
    found = read(name)
    if found.stage is Stage.CI:
        return None
    plain = not found.rest and (not found.weak or len(split(name)) == 1)
    return found.stage if plain else None


def _one_of(named: list[tuple[Stage, str]]) -> Stage | None:
    """Examples of whatever are examples; ``local`` goes with every stage; production goes with no other."""
    stages = {stage for stage, _ in named}
    if Stage.EXAMPLE in stages:
        return Stage.EXAMPLE
    strong = {stage for stage, word in named if word != "local"} or stages
    if Stage.PRODUCTION in strong and len(strong) > 1:
        return None
    return next((stage for stage, _ in named if stage in strong), None)


def _joined(words: list[str]) -> list[str]:
    """``pre prod`` is one word, and not production."""
    found: list[str] = []
    for word in words:
        if found and found[-1] in _before_production() and stage_of(word) is Stage.PRODUCTION:
            found[-1] = "preprod"
        else:
            found.append(word)
    return found


def _plain(word: str) -> str:
    lower = word.lower()
    return lower if lower in _table() else lower.rstrip("0123456789")


@cache
def _table() -> dict[str, Stage]:
    return {word: Stage(stage) for stage, words in tables.load("stages")["words"].items() for word in words}


@cache
def _weak() -> frozenset[str]:
    return frozenset(tables.load("stages")["others"]["weak"])


@cache
def _companions() -> frozenset[str]:
    return frozenset(tables.load("stages")["others"]["companions"])


@cache
def _before_production() -> frozenset[str]:
    return frozenset(tables.load("stages")["others"]["before-production"])
