"""The words for stages in names: ``values-prod.yaml`` names production, ``product.yaml`` does not."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.stages.stage import Stage
from keyguard.support.regex import expression

#: characters of a name that are looked at
LONGEST = 200
_CHUNK = expression(r"[A-Za-z0-9]+")
_WORD = expression(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


class NameWords(NamedTuple):
    """The words of a name, and the stage that they name."""

    stage: Stage | None
    """None if the words name no stage, or several different ones."""
    first: bool
    last: bool
    """Whether the word for the stage is the first, or the last."""
    weak: bool
    """Whether that word often means something else."""
    rest: tuple[str, ...]
    """All other words, in lower case."""


def split_words(name: str) -> list[str]:
    """Split a name into words in lower case, without numbers: ``HTTPServerDev2`` -> ``http``, ``server``, ``dev``."""
    words: list[str] = []
    for chunk in _CHUNK.findall(name[:LONGEST]):
        if stage_of(chunk):
            words.append(_plain(chunk))
        else:
            words += [part.lower() for part in _WORD.findall(chunk) if not part.isdigit()]
    return words


def stage_of(word: str) -> Stage | None:
    """Return the stage that a word names; None if it names none."""
    return _table().get(_plain(word))


def parse_name(name: str) -> NameWords:
    """Return the words of a name, and the stage that they name."""
    words = _joined(split_words(name))
    named = [(at, stage) for at, word in enumerate(words) if (stage := stage_of(word))]
    said = _one_of([(stage, words[at]) for at, stage in named])
    places = [at for at, stage in named if stage is said]
    rest = tuple(word for word in words if not stage_of(word) and word not in _companions())
    weak = all(words[at] in _weak() for at in places)
    return NameWords(said, 0 in places, len(words) - 1 in places, weak, rest)


def exact_stage(name: str) -> Stage | None:
    """Return the stage that a name consists of, apart from words that accompany stages; None otherwise.

    ``ci`` alone is also a country, so it names no stage here.
    """
    found = parse_name(name)
    if found.stage is Stage.CI:
        return None
    plain = not found.rest and (not found.weak or len(split_words(name)) == 1)
    return found.stage if plain else None


def _one_of(named: list[tuple[Stage, str]]) -> Stage | None:
    """Return the stage that several words agree on.

    An example of anything is an example; ``local`` may accompany every stage; production agrees with no other stage.
    """
    stages = {stage for stage, _ in named}
    if Stage.EXAMPLE in stages:
        return Stage.EXAMPLE
    strong = {stage for stage, word in named if word != "local"} or stages
    if Stage.PRODUCTION in strong and len(strong) > 1:
        return None
    return next((stage for stage, _ in named if stage in strong), None)


def _joined(words: list[str]) -> list[str]:
    """Return the words with ``pre prod`` joined into one, which does not mean production."""
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
