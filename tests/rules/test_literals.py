"""Literals out of patterns: every match holds one of them where it is said to be, and no pattern runs away."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyguard.model.finding import Rule
from keyguard.rules import literals
from keyguard.rules.anchor import Anchor
from keyguard.rules.examples import fill
from tests.helpers.each import each
from tests.helpers.seeing import engine

LOWER = b"abcdefghijklmnopqrstuvwxyz"
HEX = bytes(sorted(b"0123456789abcdef"))
ALNUM = bytes(sorted(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def holds(anchor: Anchor, text: bytes) -> bool:
    """Whether the anchor stands in a text that begins with the match."""
    searched = text.lower() if anchor.nocase else text
    for at in range(anchor.before[0], min(anchor.before[1], len(text)) + 1):
        tail = text[at + len(anchor.literal) : at + anchor.width]
        fits = len(tail) == len(anchor.tail) and all(
            byte in chars for byte, chars in zip(tail, anchor.tail, strict=True)
        )
        if fits and searched.startswith(anchor.literal, at):
            return True
    return False


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("abc[0-9a-f]{32}", [Anchor(b"abc", False, (HEX,) * 16, (0, 0))]),
        ("(?P<secret>abc(?P<body>[0-9a-f]{2}))", [Anchor(b"abc", False, (HEX,) * 2, (0, 0))]),
        ("abc[0-9a-f]{2,9}", [Anchor(b"abc", False, (HEX,) * 2, (0, 0))]),
        ("abc[0-9a-f]{2}-", [Anchor(b"abc", False, (HEX, HEX, b"-"), (0, 0))]),
        ("abc(?:xx|[a-z])", [Anchor(b"abc", False, (), (0, 0))]),
        ("(?:ab|cd)ef", [Anchor(b"abef", False, (), (0, 0)), Anchor(b"cdef", False, (), (0, 0))]),
        ("a[bc]d", [Anchor(b"abd", False, (), (0, 0)), Anchor(b"acd", False, (), (0, 0))]),
        ("abc?", []),
        ("abcd?", [Anchor(b"abc", False, (), (0, 0)), Anchor(b"abcd", False, (), (0, 0))]),
        ("(?:abc){2}", [Anchor(b"abcabc", False, (), (0, 0))]),
        ("[a-z]{1,4}longer", [Anchor(b"longer", False, (), (1, 4))]),
        ("[a-z]{4}longer[a-z]", [Anchor(b"longer", False, (LOWER,), (4, 4))]),
        ("(?i:AbC)[0-9a-z]", [Anchor(b"abc", True, (ALNUM,), (0, 0))]),
        ("(?i:ab(?-i:CD))", [Anchor(b"abcd", True, (), (0, 0))]),
        ("(?<![a-z])abc\\b", [Anchor(b"abc", False, (), (0, 0))]),
        ("abc(?=[0-9]{2})[0-9a-f]{9}", [Anchor(b"abc", False, (b"0123456789",) * 2 + (HEX,) * 7, (0, 0))]),
        ("abc(?=[0-9a-f]{3})[a-z]", [Anchor(b"abc", False, (b"abcdef", HEX, HEX), (0, 0))]),
        ("abc(?=[0-9])[a-z]", [Anchor(b"abc", False, (b"0123456789",), (0, 0))]),
        ("abc(?!x)[a-z]", [Anchor(b"abc", False, (LOWER,), (0, 0))]),
        ("abc\\w", [Anchor(b"abc", False, (bytes(sorted({*ALNUM, 95})),), (0, 0))]),
        ("abc[^\\n]", [Anchor(b"abc", False, (bytes(byte for byte in range(256) if byte != 10),), (0, 0))]),
        ("abc[^\\d\\s]x", [Anchor(b"abc", False, (bytes(b for b in range(256) if b not in b"0123456789 \t\n\r\f\v"), b"x"), (0, 0))]),
        ("abc.", [Anchor(b"abc", False, (bytes(range(256)),), (0, 0))]),
        ("(?:abc|[a-z])", []),
        ("(?:abc|(?:xyz|uvw)[a-z])", [Anchor(b"abc", False, (), (0, 0)), Anchor(b"xyz", False, (LOWER,), (0, 0)), Anchor(b"uvw", False, (LOWER,), (0, 0))]),
        ("(?:[a-z]abc[a-z]){1,9}", [Anchor(b"abc", False, (LOWER,), (1, 1))]),
        ("(?:abc){0,5}", []),
        ("(abc)\\1", [Anchor(b"abc", False, (), (0, 0))]),
        ("[a-z]{9}", []),
        ("ab", []),
        ("[0-9]{3}", []),
        ("", []),
    ],
)  # fmt: skip
def test_the_anchors_of_a_pattern(pattern: str, expected: list[Anchor]) -> None:
    assert list(literals.anchors(pattern)) == expected


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 has neither")
def test_atomic_groups_and_possessive_repeats_are_seen_through() -> None:
    pattern = "(?>abc)[0-9]{2}+"
    assert literals.anchors(pattern) == (Anchor(b"abc", False, (b"0123456789",) * 2, (0, 0)),)
    assert literals.choices("(?>a{1,9})x") == 9


def test_of_two_literals_the_longer_is_taken_unless_only_the_other_has_a_known_place() -> None:
    (anchor,) = literals.anchors("abc[a-z]{1,5}defghi")
    assert anchor.literal == b"defghi"
    (anchor,) = literals.anchors("abcde[a-z]{1,5}fghijk")
    assert (anchor.literal, anchor.before) == (b"abcde", (0, 0))


PATTERNS = [
    "abc[0-9a-f]{4,9}",
    "(?:ab|cde?)f(?:g|h[0-9])",
    "[a-z]{0,3}key_[A-Z]{2}",
    "(?i:aws|amazon)[ _-]?key[:=][a-z0-9]{3,6}",
    "(?:x|yz)[0-9]{1,3}(?:foo|barbaz){1,2}q",
    "(?:[a-c]xyz[0-9]){1,3}",
    "a(?i:b(?-i:c)d)e[0-9]?fgh",
    "[ab]{3}[cd]{1,2}efg.",
    "(?:abc)?def[^a-f]{2}",
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_match_of_a_pattern_holds_one_of_its_anchors(pattern: str, data: st.DataObject) -> None:
    anchors = literals.anchors(pattern)
    assert anchors
    text = data.draw(st.from_regex(re.compile(pattern.encode()), fullmatch=True))
    assert any(holds(anchor, text) for anchor in anchors)
    assert len(text) <= literals.max_width(pattern)


@each([one for one in engine().ruleset.rules if one.pattern], lambda rule: rule.id)
def test_every_example_of_a_rule_holds_one_of_its_anchors(rule: Rule) -> None:
    anchors = literals.anchors(rule.pattern)
    assert anchors or rule.literals
    pattern = re.compile(rule.pattern.encode())
    matched = 0
    for number, example in enumerate(rule.examples):
        for match in pattern.finditer(fill(example, f"{rule.id}/{number}").encode()):
            matched += 1
            held = any(holds(anchor, match.string[match.start() :]) for anchor in anchors)
            assert held or any(literal.lower().encode() in match[0].lower() for literal in rule.literals)
    assert matched >= len(rule.examples)


@pytest.mark.parametrize(
    ("pattern", "width"),
    [
        ("abc", 3),
        ("a{1,9}", 9),
        ("(?:ab|c){3}", 6),
        ("(?=abc)a", 1),
        ("a+", literals.MAX_WIDTH + 1),
        ("a{20000}", literals.MAX_WIDTH + 1),
    ],
)
def test_the_width_of_a_pattern_is_bounded(pattern: str, width: int) -> None:
    assert literals.max_width(pattern) == width


@pytest.mark.parametrize(
    ("pattern", "choices"),
    [
        ("abc", 1),
        ("a{3}", 1),
        ("a{1,9}", 9),
        ("a?b*?", 2 * (literals.MAX_WIDTH + 1)),
        ("(?:ab|cd|ef)d", 3),
        ("(?:ab|bc)(?:cd|de)", 4),
        ("a{1,9}(?!b{1,20})", 20),
        ("(?P<x>a{1,9})b{1,9}", 81),
        ("(?:a{1,3}){2}", 9),
    ],
)
def test_the_choices_of_a_pattern_are_counted(pattern: str, choices: int) -> None:
    assert literals.choices(pattern) == choices


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:a{1,9}){1,99}",
        "(?:a|aa){1,99}",
        "(?:a?){99}",
        "a{0,200}a{0,200}a{0,200}",
        "(?:(?:a{1,9}){1,9}){1,9}",
        "(x)?(?(1)(?:a{1,9}){1,99}|b)",
        "abc(?!(?:a{1,9}){1,99})",
    ],
)
def test_patterns_that_may_run_away_are_over_the_limit(pattern: str) -> None:
    assert literals.choices(pattern) > literals.MAX_CHOICES


@pytest.mark.parametrize(("pattern", "has"), [("(?i)a", True), ("(?x) a b", True), ("(?i:a)", False), ("a", False)])
def test_flags_for_the_whole_pattern_are_seen(pattern: str, has: bool) -> None:
    assert literals.has_flags(pattern) is has


def test_a_pattern_that_is_none_is_an_error() -> None:
    with pytest.raises(re.error):
        literals.parse("(abc")
