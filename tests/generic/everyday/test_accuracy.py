"""What is found in made-up everyday files, and what is taken for a secret that is none.

``python -m tests.generic.everyday`` prints the figures and, by kind of file, what is missed. The floors are a little
below what is reached: whoever gets better raises them.
"""

from __future__ import annotations

import pytest

from tests.generic.everyday import corpus
from tests.generic.everyday.measure import Tally, Tiers, tally
from tests.helpers.seeing import engine

_EACH = 3
#: family: least recall of what fails a run, and of all that is reported
_FLOORS = {
    "command": (0.68, 0.93),
    "connection": (0.93, 0.93),
    "file": (0.91, 0.91),
    "header": (0.58, 0.85),
    "jwt": (1.0, 1.0),
    "password": (0.70, 0.77),
    "token": (0.80, 0.88),
    "url": (0.93, 0.97),
}


@pytest.fixture(scope="module")
def tiers() -> dict[str, Tiers]:
    """The counts by family of secrets; those of files without secrets under an empty name."""
    matcher = engine().matcher
    families: dict[str, list[corpus.Sample]] = {}
    for sample in corpus.samples(corpus.POSITIVE + corpus.NEGATIVE, 1, _EACH):
        families.setdefault(sample.kind.family, []).append(sample)
    return {family: tally(matcher, samples) for family, samples in families.items()}


def test_every_family_has_a_floor(tiers: dict[str, Tiers]) -> None:
    assert set(tiers) - {""} == set(_FLOORS)


@pytest.mark.parametrize("family", _FLOORS)
def test_secrets_are_found(family: str, tiers: dict[str, Tiers]) -> None:
    found = tiers[family]
    missed = {"fails": dict(found.fails.missed), "reported": dict(found.reported.missed)}
    fails, reported = _FLOORS[family]
    assert found.fails.recall >= fails, missed
    assert found.reported.recall >= reported, missed


@pytest.mark.parametrize(("tier", "precision", "f1"), [("fails", 0.98, 0.88), ("reported", 0.98, 0.92)])
def test_what_is_found_is_a_secret(tier: str, precision: float, f1: float, tiers: dict[str, Tiers]) -> None:
    counted = [getattr(one, tier) for one in tiers.values()]
    true, missed, false = (sum(values) for values in zip(*map(_counts, counted), strict=True))
    wrong = {kind: count for one in counted for kind, count in one.false.items()}
    assert true / (true + false) >= precision, wrong
    assert 2 * true / (2 * true + missed + false) >= f1


def test_known_defaults_and_samples_fail_no_run() -> None:
    found = tally(engine().matcher, corpus.samples(corpus.WEAK, 1, 10))
    assert found.fails.true + found.fails.false.total() == 0, found.fails


def _counts(one: Tally) -> tuple[int, int, int]:
    return one.true, one.missed.total(), one.false.total()
