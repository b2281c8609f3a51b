"""``python -m tests.generic.everyday [--seed N] [--each N] [--show KIND]``: figures by family, and by kind what is wrong."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tests.generic.everyday import corpus
from tests.generic.everyday.measure import Tally, answers, tally
from tests.helpers.seeing import engine


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.generic.everyday", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=10, help="files of each kind (default: %(default)s)")
    parser.add_argument("--show", metavar="KIND", help="print the files of one kind, with what is found in them")
    asked = parser.parse_args()
    if asked.show:
        _show(asked.show, asked.seed, asked.each)
        return
    files = [*corpus.samples(corpus.POSITIVE + corpus.NEGATIVE, asked.seed, asked.each)]
    matcher = engine().matcher
    for family in sorted({file.kind.family for file in files} - {""}):
        _print(family, tally(matcher, [file for file in files if file.kind.family in (family, "")]))
    tiers = tally(matcher, files)
    _print("all", tiers)
    for title, one in zip(("fails", "reported"), tiers, strict=True):
        print(f"\n{title}: missed", *_most(one.missed), f"\n{title}: false", *_most(one.false), sep="\n  ")
    weak = tally(matcher, corpus.samples(corpus.WEAK, asked.seed, asked.each))
    print(f"\nknown defaults and samples that fail: {weak.fails.true + weak.fails.false.total()}")


def _most(counts: dict[str, int]) -> list[str]:
    return [f"{count:5} {name}" for name, count in sorted(counts.items(), key=lambda one: -one[1])]


def _print(name: str, tiers: Sequence[Tally]) -> None:
    figures = "   ".join(f"P {one.precision:.3f} R {one.recall:.3f} F1 {one.f1:.3f}" for one in tiers)
    print(f"{name:12} {figures}")


def _show(name: str, seed: int, each: int) -> None:
    kinds = [one for one in corpus.POSITIVE + corpus.NEGATIVE + corpus.WEAK if one.name == name]
    matcher = engine().matcher
    for file in corpus.samples(kinds, seed, each):
        print(f"--- {file.path} {list(file.secrets)}", *answers(matcher, file), file.text.decode(), sep="\n")


if __name__ == "__main__":
    main()
