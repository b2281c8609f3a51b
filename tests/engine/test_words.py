"""Which of some words stand in a text: the same with Hyperscan and without it."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.engine import prefilter
from keyguard.engine.words import finder

BACKENDS = [pytest.param(True, marks=pytest.mark.skipif(not prefilter.available(), reason="no Hyperscan")), False]
WORDS = st.sets(st.text("abAB_1", min_size=1, max_size=6).map(str.encode), max_size=8)
TEXT = st.text("abAB_1 =\n", max_size=60).map(str.encode)


@pytest.mark.parametrize("native", BACKENDS)
@given(words=WORDS, text=TEXT)
def test_exactly_the_words_that_stand_in_a_text_are_found(native: bool, words: set[bytes], text: bytes) -> None:
    assert sorted(finder(words, native=native)(text)) == sorted(word for word in words if word in text)


@pytest.mark.parametrize("native", BACKENDS)
@given(words=WORDS, text=TEXT)
def test_case_can_be_left_aside(native: bool, words: set[bytes], text: bytes) -> None:
    small = {word.lower() for word in words}
    found = finder(small, native=native, nocase=True)(text)
    assert sorted(found) == sorted(word for word in small if word in text.lower())


@pytest.mark.parametrize("native", BACKENDS)
@pytest.mark.parametrize("many", [29, 30, 2001])
def test_many_names_are_found_like_few(native: bool, many: int) -> None:
    words = {f"NAME_{number}_KEY".encode() for number in range(many)}
    text = b"\n".join(b"os.environ['%s']" % word for word, _ in zip(sorted(words), count(), strict=False))
    find = finder(words, native=native)
    assert {*find(text)} == words
    assert [*find(b"NAME_X_KEY")] == []
    assert [*find(b"x = NAME_7_KEY")] == [b"NAME_7_KEY"]
