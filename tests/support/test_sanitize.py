"""What is shown cannot act: on a terminal, on a reader's eye, on a CI runner."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyguard.support.sanitize import shown, shown_path, visible, visible_json, visible_span

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("src/app.py", "src/app.py"),
        ("déjà/日本.py", "déjà/日本.py"),
        ("\x1b[2J\x9b2J", "\\x1b[2J\\x9b2J"),
        ("a\r\nb\tc\x00\x7f", "a\\r\\nb\\tc\\x00\\x7f"),
        ("evil\u202egnp.exe", "evil\\u202egnp.exe"),
        ("\u2066a\u2069\u200b\ufeff", "\\u2066a\\u2069\\u200b\\ufeff"),
        ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d"),
        ("\udcff\U000e0041", "\\udcff\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("  \u3000::error::x", "  \u3000\\x3a:error::x"),
        ("a\r::error::x", "a\\r::error::x"),
        (":", "\\x3a"),
        ("std::string", "std::string"),
        (":a", ":a"),
        ("a ##[error]x", "a \\x23#[error]x"),
        ("###vso[task.debug]x", "#\\x23#vso[task.debug]x"),
        ("##teamcity[x]", "\\x23#teamcity[x]"),
        ("## Heading [1]", "## Heading [1]"),
    ],
)
def test_no_text_can_be_a_command_to_a_runner(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_behind_something_of_ours_colons_stay_as_they_are() -> None:
    assert visible("::std::string") == "::std::string"


def test_names_that_are_not_utf8_show_their_bytes() -> None:
    assert shown_path(b"a\xff\xc3\xa9\xed\xa0\x80.txt") == "a\\xffé\\xed\\xa0\\x80.txt"
    assert shown_path(b"::warning::x") == "\\x3a:warning::x"


@settings(deadline=None)
@given(ANY_TEXT)
def test_shown_text_is_one_harmless_line(text: str) -> None:
    safe = shown(text)
    assert len(safe.splitlines()) <= 1
    assert not safe.lstrip().startswith("::")
    assert not re.search(r"##\w*\[", safe)
    assert safe.encode().decode() == safe
    assert shown(safe) == safe


@settings(deadline=None)
@given(ANY_TEXT, st.integers(0, 30), st.integers(0, 30))
def test_a_range_stays_on_the_same_characters(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    marked, new_start, new_end = visible_span(text, start, end)
    expected = [visible(char) if char != "\t" else "    " for char in text]
    for match in re.finditer(r"#(?=#\w*\[)", text):
        expected[match.start()] = "\\x23"
    assert marked == "".join(expected)
    assert marked[:new_start] == "".join(expected[:start])
    assert marked[:new_end] == "".join(expected[:end])


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same_without_anything_that_acts(text: str) -> None:
    document = json.dumps([text, "##[error]"], ensure_ascii=False)
    safe = visible_json(document)
    assert json.loads(safe) == [text, "##[error]"]
    assert not re.search("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]", safe)
    assert "##" not in safe
