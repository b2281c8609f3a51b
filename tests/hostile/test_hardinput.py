"""No expression of the program is slow on any text, hard ones made from its own syntax included."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from keyguard.attribution.evidence import vendor_names
from keyguard.generic.commands import COMMANDS, argument_pattern
from keyguard.hygiene.bundling import text_search
from keyguard.hygiene.data import tables
from keyguard.hygiene.stages import path_stage
from tests.helpers.seeing import engine
from tests.hostile.hardinput import Tried, expressions, slowest

#: expressions that are only ever given so many bytes, and where that is seen to
BOUNDED = {
    "keyguard.attribution.evidence.assignment._KEYED": 240,  # surroundings._LINE
    "keyguard.attribution.evidence.shell_commands._NAME": 1300,  # surroundings.REACH on both sides
    "keyguard.attribution.evidence.vendor_names._ANOTHER": 240,  # surroundings._LINE
    "keyguard.attribution.evidence.dataflow._VARIABLE": 200,  # uses._BEFORE
    "keyguard.attribution.evidence.dataflow._WAY": 240,  # surroundings._LINE
    "keyguard.engine.location._CUT_RIGHT": 240,  # places._CLIP, and what masks it
    "keyguard.fix.variable_names._ASSIGNED": 400,  # literals._BEFORE
    "keyguard.generic.assignments.gates._LOOKUP": 26,  # candidates._QUOTED
    "keyguard.generic.command_line._BY_HEAD": 400,  # expressions.REACH
}
#: expressions that are only held against the place where the last match ended, so that one that fails ends it; those of
#: ``novelty`` elsewhere only where no name is long
ANCHORED = (
    "keyguard.git.index.file._TREE",
    "keyguard.git.index.file._UNDONE",
    "keyguard.history.ranges.tree_diff._ENTRY[20]",
    "keyguard.history.ranges.tree_diff._ENTRY[32]",
)
#: names in trees end at a NUL, of which it is known that an id stands behind it
CHECKED = ("keyguard.odb.tree_deltas.ENTRY[20]", "keyguard.odb.tree_deltas.ENTRY[32]")
_ANCHOR = frozenset(("match",))


def made() -> Iterator[Tried]:
    """Expressions that functions make: of rules, of vendors' names, of what data files say."""
    for number, form in enumerate(engine().matcher._plan.forms):
        yield Tried(f"rule form {number}", re.compile(form.pattern.encode()), _ANCHOR)
    for vendor in list(engine().ruleset.vendors.values())[::10]:
        for name in vendor.names[:1]:
            yield Tried(f"as_word {name}", vendor_names.as_word(name), frozenset())
            yield Tried(f"_as_part {name}", vendor_names._as_part(name), frozenset())
    for row in tables.load("browser")["inlining"]:
        yield Tried(f"inlining {row['says']}", text_search._opening(row), frozenset())
    for stage in path_stage._rows():
        for kind, globs in (("names", stage.names), ("paths", stage.paths)):
            yield Tried(f"{stage.stage} {kind} {stage.why}", globs._expression, _ANCHOR)
    for argument in dict.fromkeys(command.argument for command in COMMANDS):
        yield Tried(f"argument {argument}", argument_pattern(argument), frozenset())


def bounded(exception: str) -> list[Tried]:
    """Return the expression of that name in ``BOUNDED``, or those of the table of that name."""
    return [one for name, one in expressions().items() if name == exception or name.startswith(f"{exception}[")]


def all_of_them() -> list[Tried]:
    found = dict(expressions())
    assert {*ANCHORED, *CHECKED} <= found.keys(), "an exception is for something that is no more"
    anchored = [found.pop(name)._replace(methods=_ANCHOR) for name in ANCHORED]
    for exception in BOUNDED:
        assert bounded(exception), "an exception is for something that is no more"
        for one in bounded(exception):
            del found[one.name]
    return [*(one for name, one in found.items() if name not in CHECKED), *anchored, *made()]


@pytest.fixture(scope="module")
def every() -> list[Tried]:
    return all_of_them()


def test_all_expressions_are_found(every: list[Tried]) -> None:
    known = {one.name for one in every}
    assert len(known) > 400
    assert {"keyguard.triage.markers._OURS", "keyguard.rules.placeholders._WORDS", "rule form 0"} <= known


SLOW = (
    r"a*a*b",
    r"(?:a|b|ab)*$",
    r"x[^y]*y",
    r"\s*,?\s*;",
    r"[a-z_][\w.]*\s*=",
    r"(\w+\s?)*$",
    r"(?:-[a-z]?[a-z]{2,})+$",
    r"(?:(.)\1{2,}){2,}\Z",
)


@pytest.mark.parametrize("pattern", SLOW)
def test_what_is_slow_is_found_out(pattern: str) -> None:
    assert slowest(Tried("slow", re.compile(pattern), frozenset(("search",))))


@pytest.mark.parametrize("part", range(2))
def test_every_expression_is_fast_on_short_texts(every: list[Tried], part: int) -> None:
    # what grows with a power of the length is told from short to long, without waiting for the long ones
    sizes = (20, 24, 28, 32, 40, 48, 64, 80, 112, 160, 256, 1 << 10)
    assert [found for one in every[part::2] if (found := slowest(one, sizes, floor=0.06))] == []


def test_a_sample_is_fast(every: list[Tried]) -> None:
    chosen = random.Random(11).sample(sorted(every, key=lambda one: one.name), 8)
    sizes = (64, 256, 1 << 10, 4 << 10, 8 << 10)
    assert [found for one in chosen if (found := slowest(one, sizes))] == []


@pytest.mark.parametrize("name", BOUNDED)
def test_what_sees_little_is_fast_on_that(name: str) -> None:
    sizes = (20, BOUNDED[name] // 2, BOUNDED[name])
    assert [found for one in bounded(name) if (found := slowest(one, sizes, ceiling=0.02, growth=False))] == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(8))
def test_every_expression_is_fast(every: list[Tried], part: int) -> None:
    assert [found for one in every[part::8] if (found := slowest(one))] == []
