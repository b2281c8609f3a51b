"""Patterns that match nothing are told from those that may match."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyguard.sources.gitignore import lines
from keyguard.support.globs import problem


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("!", "it is empty"),
        ("/", "it is empty"),
        ("#a", "it is a comment"),
        ("[a-", "[ is never closed"),
        ("src/[]", "[ is never closed"),
        ("[!]a", "[ is never closed"),
        ("a\\", "a backslash at its end"),
        ("a//b", "two slashes side by side"),
        ("[[:vowel:]]", "no class is called [:vowel:]"),
    ],
)
def test_a_pattern_that_matches_nothing_says_why(pattern: str, said: str) -> None:
    assert said in problem(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["a", "*.min.*", "!/a/**/b?/", "[a-z]*", "[]]", "[!]]", "\\[a-", "\\#a", "a\\ ", "[[:alpha:]_]", "ä/", "[\\]]"],
)
def test_a_pattern_that_may_match_is_taken(pattern: str) -> None:
    assert problem(pattern) == ""


@settings(max_examples=300)
@given(st.text("ab*?[]!^-\\/#: ", max_size=8))
def test_it_is_what_the_reader_of_ignore_files_thinks(pattern: str) -> None:
    matches_nothing = not any(True for _ in lines.read(pattern.encode()))
    assert problem(pattern) or not matches_nothing
    # the reader keeps names with two slashes side by side, which are in no path
    assert matches_nothing or "//" in pattern or problem(pattern) == ""
