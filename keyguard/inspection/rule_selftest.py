"""The self-test of rules: fill every example with a made-up key and scan it with *all* rules.

An example must be found once, by its own rule; a non-example must not be found by that rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from keyguard.engine import compiled
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, Rule, Where
from keyguard.rules import examples as templates
from keyguard.rules.loader import RuleSet


class Failure(NamedTuple):
    """An example that failed. ``example`` is the template, which contains no key."""

    rule: str
    example: str
    what: str


class SelfTestResult(NamedTuple):
    """The number of examples that ran, and the failures."""

    examples: int
    failures: list[Failure]


def run_examples(ruleset: RuleSet, rules: Iterable[Rule], engine: str = "auto") -> SelfTestResult:
    """Run the examples of ``rules`` against the whole rule set."""
    inspector = Inspector(compiled.build(ruleset, engine))
    failures: list[Failure] = []
    count = 0
    for rule in rules:
        for number, example in enumerate((*rule.examples, *rule.non_examples)):
            count += 1
            found = found_in(inspector, templates.fill(example, f"{rule.id}/{number}"), rule.example_path)
            expected = number < len(rule.examples)
            if expected and found != [rule.id]:
                failures.append(Failure(rule.id, _line(example), f"found as {', '.join(found) or 'nothing'}"))
            elif not expected and rule.id in found:
                failures.append(Failure(rule.id, _line(example), "found, and should not be"))
    return SelfTestResult(count, failures)


def found_in(inspector: Inspector, text: str, path: str = "example") -> list[str]:
    """Return the ids of the rules of the sightings in a text under that path, in order of place."""
    seen = inspector.inspect(Blob(path=path.encode(), where=Where.STDIN), text.encode())
    return [sighting.attribution.rule for sighting in seen.sightings]


def _line(example: str) -> str:
    return " ".join(example.split())
