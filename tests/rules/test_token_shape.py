"""The shape of a token: the pattern that it means, and the texts that are made of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyguard.rules.alphabets import ALPHABETS
from keyguard.rules.examples import fill
from keyguard.rules.token_shape import TokenShape
from keyguard.support.errors import RuleError

SHAPES = ["ab_{alnum:24}", "x-{hex:32|40}", "p.{b64url:20-60}", "k_{live|test}_{base58:40}", "{word:20}.T.{digits:9}"]
SHAPES += ["u-{uuid}", "c_{crc:30}", "$q_{|t_}{upper-alnum:17}", *(f"al_{{{name}:33}}" for name in sorted(ALPHABETS))]


@pytest.mark.parametrize("text", SHAPES)
@given(number=st.integers(0, 5), seed=st.text(max_size=8))
@settings(max_examples=8)
def test_a_token_that_is_made_has_the_pattern(text: str, number: int, seed: str) -> None:
    shape = TokenShape(text)
    found = re.fullmatch(shape.pattern(), fill(shape.template(number), seed))
    assert found
    assert found["secret"].endswith(found["body"])
    assert any(found["secret"] == prefix + found["body"] for prefix in shape.prefixes())


@pytest.mark.parametrize("text", SHAPES)
def test_near_misses_have_it_not(text: str) -> None:
    shape = TokenShape(text)
    whole = re.compile(f"{shape.pattern()}(?![A-Za-z0-9])(?![_-][A-Za-z0-9])")
    assert not whole.match(fill(shape.cut(), "s"))
    assert not shape.overlong() or not whole.match(fill(shape.overlong(), "s"))


def test_lengths_are_a_number_a_range_or_a_choice() -> None:
    assert TokenShape("a_{hex:8}").pattern() == "(?P<secret>a_(?=[a-f]{0,7}[0-9])(?P<body>[0-9a-f]{8}))"
    assert "(?P<body>[A-Za-z]{8,12})" in TokenShape("a_{letters:8-12}").pattern()
    assert "(?P<body>(?:[A-Za-z]{12}|[A-Za-z]{8}))" in TokenShape("a_{letters:8|12}").pattern()


def test_a_digit_is_required_where_hardly_any_random_text_is_without_one() -> None:
    assert "(?=[A-Za-z]{0,39}[0-9])" in TokenShape("a_{alnum:40}").pattern()
    assert "(?=" not in TokenShape("a_{alnum:20}").pattern()
    assert "(?=" not in TokenShape("a_{digits:20}").pattern()
    assert "(?=" not in TokenShape("a_{letters:50}").pattern()


def test_words_are_matched_as_they_are() -> None:
    assert re.fullmatch(TokenShape("a.b+{|x.}{digits:4}").pattern(), "a.b+x.1234")
    assert not re.fullmatch(TokenShape("a.b+{|x.}{digits:4}").pattern(), "aab+x.1234")


def test_the_end_decides_the_boundary() -> None:
    assert TokenShape("a_{b64url:20}").boundary == "strict"
    assert TokenShape("a_{alnum:20}").boundary == "token"


def test_environments_are_words_before_the_random_part() -> None:
    assert TokenShape("k_{live|test|other}_{hex:8}").environments() == {"live": ("k_live",), "test": ("k_test",)}
    assert TokenShape("k_{prod|dev}{hex:8}").environments() == {"live": ("k_prod",), "test": ("k_dev",)}
    assert TokenShape("k_{hex:8}_{live|test}").environments() == {}


@pytest.mark.parametrize(
    "text", ["", "abc", "a_{live|test}", "a_{alnum}", "a_{alnum:0}", "a_{nothing:8}", "a_{alnum:8", "a}"]
)
def test_what_is_no_shape_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="shape"):
        TokenShape(text)
