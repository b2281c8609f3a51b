"""The score of a candidate: a sum of integer weights, one for each feature, in 1/24 of a natural logarithm of odds."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache

from keyguard.generic.assignments.candidates import Candidate
from keyguard.generic.assignments.features import ASPECTS, features_of, joint_features, name_traits, value_traits
from keyguard.generic.assignments.gates import in_comment
from keyguard.generic.assignments.weights import model
from keyguard.model.scales import Confidence

#: scores that are remembered: the same line occurs in many files and in many versions of a file
_REMEMBERED = 20_000
#: what a path may add to the score; of 630 findings in 28 trees none needed more than 24
_PATH = 60
_scores: dict[tuple[object, ...], int] = {}


def bucket(feature: str, size: int) -> int:
    """Return the number of the weight of a feature; ``size`` is a power of two."""
    return zlib.crc32(feature.encode("utf-8", "surrogateescape")) & (size - 1)


def score(candidate: Candidate) -> int:
    """Return the score of a candidate, the higher the more likely a secret."""
    key = _key(candidate)
    known = _scores.get(key)
    if known is None:
        if len(_scores) >= _REMEMBERED:
            _scores.clear()
        known = _scores[key] = _computed(candidate)
    return known


def is_possible(candidate: Candidate) -> bool:
    """Whether a candidate whose path is not known could be a secret under some path."""
    least = model().medium.get(name_traits(candidate.name)[1])
    return least is not None and score(candidate) + _PATH >= least


def confidence(candidate: Candidate) -> Confidence | None:
    """Return how sure the model is that a candidate is a secret; None if it takes it for none."""
    kind, points, found = name_traits(candidate.name)[1], score(candidate), model()
    if kind in found.high and points >= found.high[kind]:
        return Confidence.HIGH
    if kind in found.medium and points >= found.medium[kind]:
        return Confidence.MEDIUM
    return None


def strongest(candidate: Candidate) -> list[tuple[int, str]]:
    """Return what the model looked at, each with its share of the score, strongest first."""
    found, sums = model(), dict[str, int]()
    for one in features_of(candidate):
        aspect = ASPECTS[one.partition("=")[0]]
        sums[aspect] = sums.get(aspect, 0) + found.weights[bucket(one, len(found.weights))]
    return sorted(
        ((weight, aspect) for aspect, weight in sums.items() if weight), key=lambda one: (-abs(one[0]), one[1])
    )


def _key(candidate: Candidate) -> tuple[object, ...]:
    """Return all that the features depend on."""
    return (
        candidate.name, candidate.value, candidate.kind, candidate.operator, candidate.quote, candidate.wrap,
        candidate.in_string, candidate.file, candidate.before[-24:], candidate.after, in_comment(candidate),
    )  # fmt: skip


def _computed(candidate: Candidate) -> int:
    of_value, of_name = value_traits(candidate.value).features, name_traits(candidate.name)[2]
    return model().bias + _points(of_value) + _points(of_name) + _sum(joint_features(candidate))


def _sum(features: Iterable[str]) -> int:
    weights = model().weights
    mask = len(weights) - 1
    crc32 = zlib.crc32
    return sum(weights[crc32(one.encode("utf-8", "surrogateescape")) & mask] for one in features)


#: the share of a value or of a name, whatever they stand beside
_points = lru_cache(1 << 13)(_sum)
