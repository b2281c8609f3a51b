"""Train the model that tells passwords, tokens and keys in assignments from noise, and print the figures of its card.

    python tools/train_generic.py --mirror MIRROR --list creddata-train.tsv [--out MODEL]

MIRROR has a folder ``owner+name/repo``, a git directory, for each repository of the list, and for Samsung/CredData
with the labels. Only repositories of the list are read. Models are judged on repositories that they have not seen:
ten folds by repository. Takes about a minute on one core; needs numpy and Hyperscan, which keyguard needs anyway.
"""

from __future__ import annotations

import argparse
import array
import math
import re
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from keyguard.generic.assignments import common_words, weights
from keyguard.generic.assignments.candidates import Candidate
from keyguard.generic.assignments.features import features_of, name_traits
from keyguard.generic.assignments.gates import dropped
from keyguard.generic.assignments.scoring import bucket
from tools.generic import evaluation, labels, positives, regression
from tools.generic.corpus import Finder, Repository, Row, TrueLine, others_of, repositories, rows_of
from tools.generic.evaluation import Flags, Floats, Scored

WIDTH, FOLDS = 1 << 15, 10
WORD_BITS, WORD_REPOSITORIES, WORD_BYTES = 1 << 17, 12, 60_000
#: a repository's secrets count as so many at most, and what is none as so many
MOST_TRUE, MOST_FALSE = 25, 150
#: what nobody labelled, in files with labels and in others; and generated secrets
UNLABELLED, OTHERS, IN_PLACES, TEMPLATES = 0.4, 0.6, 0.1, 0.3
AIMS = {"high": 0.98, "medium": 0.93}
#: names that are about none of the others have no tier: what is found under them is mostly none
NO_TIER = frozenset(("other",))
#: the least thresholds, however few false ones there are: where there are few secrets the aim is reached by chance
LEAST = {"high": 16, "medium": -30}


class Data(NamedTuple):
    """What is learned from: rows of candidates past the gates."""

    candidates: list[Candidate]
    groups: list[str]
    """The repository of each."""
    truth: Floats
    importance: Floats
    labelled: Flags
    in_labelled_files: Flags
    positions: dict[int, int]
    """Number of a row -> its number here."""


def word_bitmap(found: Sequence[Repository]) -> bytes:
    """Return the bitmap of words that identifiers of many repositories share."""
    seen: dict[str, set[str]] = defaultdict(set)
    for one in found:
        texts = (*one.files.values(), *list(one.others.values())[:150])
        identifiers = {name for text in texts for name in re.findall(rb"[A-Za-z_]{3,40}", text[:WORD_BYTES])}
        for word in {part for name in identifiers for part in common_words.parts_of(name.decode())}:
            if 2 < len(word) < 16 and len(set(word)) > 1:
                seen[word].add(one.name)
    bitmap = bytearray(WORD_BITS // 8)
    for word, names in seen.items():
        if len(names) >= WORD_REPOSITORIES:
            for place in common_words.places_of(word, WORD_BITS):
                bitmap[place >> 3] |= 1 << (place & 7)
    return bytes(bitmap)


def write(path: Path, head: dict[str, object], values: Sequence[int], words: bytes) -> None:
    """Write a model, and use it from now on."""
    path.write_bytes(weights.written(head, array.array("b", values), words))
    weights.PATH = str(path)
    weights.model.cache_clear()


def collected(rows: Sequence[Row], others: Sequence[tuple[str, Candidate]]) -> Data:
    """Return the candidates that are learned from, each with its importance."""
    kept = [number for number, row in enumerate(rows) if row.truth is not None and dropped(row.candidate) is None]
    more = [(name, one) for name, one in others if dropped(one) is None]
    candidates = [rows[number].candidate for number in kept] + [one for _, one in more]
    groups = [rows[number].repository for number in kept] + [name for name, _ in more]
    truth = np.array([float(rows[number].truth or 0) for number in kept] + [0.0] * len(more))
    labelled = np.array([rows[number].labelled for number in kept] + [False] * len(more))
    inside = np.array([True] * len(kept) + [False] * len(more))
    importance = importances(candidates, groups, truth, labelled, inside)
    return Data(candidates, groups, truth, importance, labelled, inside, {row: at for at, row in enumerate(kept)})


def importances(
    candidates: Sequence[Candidate], groups: Sequence[str], truth: Floats, labelled: Flags, inside: Flags
) -> Floats:
    """Return how much each row counts: a repetition as its square root, and no repository outvotes the others.

    What nobody labelled counts less, and not at all if it repeats a value that is labelled as a secret elsewhere.
    """
    keys = [(group, one.name, one.value) for group, one in zip(groups, candidates, strict=True)]
    same = Counter(keys)
    found = np.array([1 / math.sqrt(same[key]) for key in keys])
    total = Counter[tuple[str, float]]()
    for group, answer, weight in zip(groups, truth.tolist(), found.tolist(), strict=True):
        total[group, answer] += weight
    limits = {0.0: MOST_FALSE, 1.0: MOST_TRUE}
    found *= [min(1.0, limits[a] / total[group, a]) for group, a in zip(groups, truth.tolist(), strict=True)]
    known = {(key[0], key[2]) for key, answer in zip(keys, truth.tolist(), strict=True) if answer}
    repeats = np.array([(key[0], key[2]) in known for key in keys])
    unlabelled = ~labelled & (truth == 0)
    found[unlabelled] *= np.where(inside[unlabelled], UNLABELLED, OTHERS)
    found[unlabelled & repeats] = 0
    return found


def hashed(candidates: Sequence[Candidate]) -> regression.Matrix:
    """Return the features of candidates."""
    return regression.matrix([sorted({bucket(one, WIDTH) for one in features_of(each)}) for each in candidates], WIDTH)


class Generated(NamedTuple):
    """Generated secrets: in real places of a repository, and in templates."""

    matrix: regression.Matrix
    groups: list[str]
    importance: Floats


def generated(rows: Sequence[Row], others: Sequence[tuple[str, Candidate]]) -> Generated:
    """Return generated secrets."""
    by_group: dict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        if row.truth != 1:
            by_group[row.repository].append(row.candidate)
    for name, one in others:
        by_group[name].append(one)
    placed = [(name, one) for name in sorted(by_group) for one in positives.in_real_places(name, by_group[name])]
    made = list(positives.from_templates())
    matrix = hashed([*(one for _, one in placed), *made])
    importance = np.array([IN_PLACES] * len(placed) + [TEMPLATES] * len(made))
    return Generated(matrix, [*(name for name, _ in placed), *[""] * len(made)], importance)


def fold_of(name: str) -> int:
    """Return the fold of a repository; -1 for what belongs to none."""
    return zlib.crc32(name.encode()) % FOLDS if name else -1


def learned(data: Data, features: regression.Matrix, made: Generated, without: int | None) -> tuple[Floats, float]:
    """Return weights and bias from all repositories but those of a fold."""
    rows = np.array([fold_of(name) != without for name in data.groups]) & (data.importance > 0)
    more = np.array([without is None or fold_of(name) != without for name in made.groups])
    both = regression.stacked(features.only(rows), made.matrix.only(more))
    truth = np.concatenate([data.truth[rows], np.ones(int(more.sum()))])
    return regression.fitted(both, truth, np.concatenate([data.importance[rows], made.importance[more]]))


def unseen_scores(data: Data, features: regression.Matrix, made: Generated) -> Floats:
    """Return the score of each row by a model that has not seen its repository."""
    found = np.zeros(len(data.candidates))
    folds = np.array([fold_of(name) for name in data.groups])
    for fold in range(FOLDS):
        values, bias = learned(data, features, made, fold)
        found[folds == fold] = (features.times(values) + bias)[folds == fold]
    return found


def judged(data: Data, scores: Floats) -> tuple[Scored, dict[int, int]]:
    """Return the rows of labelled files with their scores, and the numbers of rows among them."""
    inside = data.in_labelled_files
    kinds = np.array([name_traits(one.name)[1] for one in data.candidates])
    folds = np.array([fold_of(name) for name in data.groups])
    return Scored(
        scores[inside], data.truth[inside], kinds[inside], folds[inside], data.labelled[inside]
    ), data.positions


def report(scored: Scored, lines: Sequence[TrueLine], positions: dict[int, int]) -> None:
    """Print the tables of the card."""
    for title, tiers in (
        (
            "thresholds of the model",
            {
                name: evaluation.taken(scored, evaluation.thresholds(scored, aim, LEAST[name]))
                for name, aim in AIMS.items()
            },
        ),
        (
            "thresholds from other repositories",
            {name: evaluation.taken_unseen(scored, aim, LEAST[name]) for name, aim in AIMS.items()},
        ),
    ):
        print(f"\n{title}\n| tier, kind of name | precision, strict | lenient | recall |\n| --- | --- | --- | --- |")
        print("\n".join(evaluation.table(scored, lines, positions, tiers)))


def main() -> None:
    """Train, print the figures, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", required=True, type=Path)
    parser.add_argument("--list", required=True, type=Path)
    parser.add_argument("--out", default=weights.PATH, type=Path)
    parser.add_argument("--read-again", type=Path, help="write candidates for a second reading of labels to this file")
    given = parser.parse_args()
    found, finder = list(repositories(given.mirror, given.list)), Finder()
    print(f"{len(found)} repositories, {sum(len(one.files) for one in found)} files with labels")
    words = word_bitmap(found)
    write(given.out, {"bias": 0, "high": {}, "medium": {}}, [0] * WIDTH, words)
    rows, lines, others = list[Row](), list[TrueLine](), list[tuple[str, Candidate]]()
    for one in found:
        some, of_labels = rows_of(one, finder)
        lines += [line._replace(rows=tuple(row + len(rows) for row in line.rows)) for line in of_labels]
        rows += some
        others += [(one.name, each) for each in others_of(one, finder)]
    rows = labels.read_again(rows)
    data = collected(rows, others)
    features, made = hashed(data.candidates), generated(rows, others)
    scored, positions = judged(data, unseen_scores(data, features, made))
    report(scored, lines, positions)
    if given.read_again:
        given.read_again.write_text("\n".join(labels.to_read(rows, positions, scored)), errors="surrogateescape")
    values, bias = learned(data, features, made, None)
    tiers = {name: evaluation.thresholds(scored, aim, LEAST[name]) for name, aim in AIMS.items()}
    high = {kind: int(least) for kind, least in tiers["high"].items() if kind not in NO_TIER}
    medium = {kind: int(least) for kind, least in tiers["medium"].items() if kind not in NO_TIER}
    head: dict[str, object] = {"bias": int(bias), "high": high, "medium": medium}
    write(given.out, head, [int(value) for value in values], words)
    print(f"\n{head}; {given.out.stat().st_size} bytes, {int((values != 0).sum())} weights that are not 0")


if __name__ == "__main__":
    main()
