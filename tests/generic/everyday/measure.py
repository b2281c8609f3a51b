"""Recall and precision of what the matcher finds in made-up files, by kind of file and by tier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from keyguard.engine.matcher import Matcher
from keyguard.model.finding import Match, Rule
from keyguard.model.scales import Confidence, Environment, Severity
from tests.generic.everyday.corpus import Sample

#: how much of a secret a finding has to cover; it may hold more (a hash with its salt)
_COVERED = 0.8


class Answer(NamedTuple):
    """What is found at one place."""

    start: int
    end: int
    rule: str
    fails: bool
    """Whether it fails a run by default: of high confidence, neither a known default nor in a comment."""
    weak: bool
    """Whether it is said to be a known default or a sample."""

    def covers(self, span: tuple[int, int]) -> bool:
        """Whether this is the secret at ``span``."""
        start, end = span
        return min(self.end, end) - max(self.start, start) >= _COVERED * (end - start)


@dataclass
class Tally:
    """Counts of one tier; ``missed`` and ``false`` by kind of file."""

    true: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Share of what is found that is a secret; 1 if nothing is found."""
        found = self.true + self.false.total()
        return self.true / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of the secrets that is found."""
        there = self.true + self.missed.total()
        return self.true / there if there else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def add(self, sample: Sample, answers: Iterable[Answer]) -> None:
        """Count the answers about one file."""
        answers = list(answers)
        for span in sample.secrets:
            if any(one.covers(span) for one in answers):
                self.true += 1
            else:
                self.missed[sample.kind.name] += 1
        wrong = [one for one in answers if not any(one.covers(span) for span in sample.secrets)]
        if wrong:
            self.false[sample.kind.name] += len(wrong)


def answers(matcher: Matcher, sample: Sample) -> Iterator[Answer]:
    """Yield what the rules and the finders say about a file."""
    for match in matcher.find(sample.text, sample.path.encode()).matches:
        rule = matcher.rules[match.rules[0]]
        yield Answer(match.start, match.end, rule.id, _fails(match, rule), _weak(match, rule))


def _weak(match: Match, rule: Rule) -> bool:
    return rule.severity_of(Environment.UNKNOWN) is Severity.INFO if match.judged is None else match.judged.weak


def _fails(match: Match, rule: Rule) -> bool:
    judged = match.judged
    if judged is None:
        return rule.severity_of(Environment.UNKNOWN) > Severity.INFO
    return judged.confidence is Confidence.HIGH and not judged.weak and not judged.comment


class Tiers(NamedTuple):
    """What fails a run by default, and all that is reported as a secret."""

    fails: Tally
    reported: Tally


def tally(matcher: Matcher, samples: Iterable[Sample]) -> Tiers:
    """Count over all files."""
    tiers = Tiers(Tally(), Tally())
    for sample in samples:
        found = list(answers(matcher, sample))
        tiers.fails.add(sample, (one for one in found if one.fails))
        tiers.reported.add(sample, (one for one in found if not one.weak))
    return tiers
