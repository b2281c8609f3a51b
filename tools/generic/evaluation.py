"""Thresholds, precision and recall of scores that a model gave to repositories that it has not seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.generic.corpus import TrueLine

KINDS = ("password", "secret", "token", "key", "other")
#: what finders of their own read
ELSEWHERE = frozenset(("url", "header", "command", "sql"))

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Scored(NamedTuple):
    """Candidates past the gates, with the scores of models that have not seen their repository."""

    scores: Floats
    truth: Floats
    kinds: NDArray[np.str_]
    folds: NDArray[np.int64]
    labelled: Flags
    """Whether a label says what it is; else the strict figures count it as none, and the lenient ones do not."""


def threshold(scores: Floats, truth: Floats, aim: float) -> float | None:
    """Return the least score from which on precision is at least ``aim``; None if there is none."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    precision = hits / np.arange(1, len(order) + 1)
    ends = np.append(scores[order][1:] != scores[order][:-1], True) if len(order) else np.zeros(0, bool)
    good = np.flatnonzero(ends & (precision >= aim))
    return float(scores[order][good[-1]]) if len(good) else None


def thresholds(scored: Scored, aim: float, floor: float, among: Flags | None = None) -> dict[str, float]:
    """Return the threshold of each kind of name that reaches the aim, at least ``floor``."""
    among = np.ones(len(scored.scores), bool) if among is None else among
    found = {}
    for kind in KINDS:
        mine = among & (scored.kinds == kind)
        least = threshold(scored.scores[mine], scored.truth[mine], aim)
        if least is not None:
            found[kind] = max(least, floor)
    return found


def taken(scored: Scored, least: Mapping[str, float]) -> Flags:
    """Return which candidates reach the threshold of their kind."""
    pairs = zip(scored.scores.tolist(), scored.kinds.tolist(), strict=True)
    return np.array([score >= least.get(kind, np.inf) for score, kind in pairs], dtype=bool)


def taken_unseen(scored: Scored, aim: float, floor: float) -> Flags:
    """Return the same, with thresholds for each fold of repositories that were found on the other folds."""
    result = np.zeros(len(scored.scores), bool)
    for fold in np.unique(scored.folds):
        mine = scored.folds == fold
        result |= mine & taken(scored, thresholds(scored, aim, floor, ~mine))
    return result


def precision(scored: Scored, chosen: Flags, strict: bool) -> float:
    """Return the share of secrets among what is taken."""
    counted = chosen if strict else chosen & (scored.labelled | (scored.truth == 1))
    return float(scored.truth[counted].mean()) if counted.any() else 0.0


def recall(lines: Sequence[TrueLine], positions: Mapping[int, int], chosen: Flags) -> tuple[int, int]:
    """Return how many of the labelled lines are found, and how many there are."""
    found = sum(any(row in positions and chosen[positions[row]] for row in line.rows) for line in lines)
    return found, len(lines)


def table(
    scored: Scored, lines: Sequence[TrueLine], positions: Mapping[int, int], tiers: Mapping[str, Flags]
) -> Iterable[str]:
    """Yield the rows of the model card."""
    mine = [line for line in lines if line.kind not in ELSEWHERE]
    for tier, chosen in tiers.items():
        found, count = recall(mine, positions, chosen)
        strict, lenient = precision(scored, chosen, strict=True), precision(scored, chosen, strict=False)
        yield f"| {tier}, all | {strict:.3f} | {lenient:.3f} | {found / max(1, count):.3f} of {count} lines |"
        for kind in KINDS:
            some = chosen & (scored.kinds == kind)
            right = some & (scored.truth == 1)
            known = int(((scored.kinds == kind) & (scored.truth == 1)).sum())
            strict, lenient = precision(scored, some, strict=True), precision(scored, some, strict=False)
            share = right.sum() / max(1, known)
            yield f"| {tier}, {kind} | {strict:.3f} | {lenient:.3f} | {share:.3f} of {known} past the gates |"
    for label in sorted({line.kind for line in mine}):
        of_label = [line for line in mine if line.kind == label]
        shares = [recall(of_label, positions, chosen)[0] / len(of_label) for chosen in tiers.values()]
        yield f"| label {label} | {len(of_label)} lines | " + " | ".join(f"{share:.2f}" for share in shares) + " |"
