"""Patterns of npm, by what its own matcher says of them."""

from __future__ import annotations

import pytest

from keyguard.hygiene.packaging.minimatch import rule, rules


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        (".env", ".env", True),
        (".env", "a/.env", True),
        ("/.env", "/.env", True),
        ("/.env", "a/.env", False),
        ("*.env", ".env", True),
        ("*", ".env", True),
        ("a/*", "a/.env", True),
        ("a/*", "a/b/.env", False),
        ("a/**", "a/b/.env", True),
        ("a/**", "a", False),
        ("**/.env", ".env", True),
        ("**/.env", "a/b/.env", True),
        ("a/**/.env", "a/.env", True),
        ("?env", ".env", True),
        (".E[a-n]V", ".env", True),
        (".e[!a]v", ".env", True),
        (".e[^n]v", ".env", False),
        ("{.env,x}", ".env", True),
        ("{a,b}/{c,.env}", "b/.env", True),
        ("{a}", "a", False),
        ("+(a|b)", "abba", True),
        ("@(a|b)", "ab", False),
        ("?(a)b", "b", True),
        ("*(a)b", "aaab", True),
        ("x!(a)", "xb", True),
        ("x!(a)", "xa", False),
        ("(a)", "a", False),
        ("\\*", "*", True),
        ("\\*", "a", False),
        ("a/", "a/", True),
        ("a/", "a", False),
        ("[", "[", True),
        ("**", "a/b", True),
    ],
)
def test_what_fits(pattern: str, path: str, fits: bool) -> None:
    assert rule(pattern).fits(path) is fits


def test_every_second_exclamation_mark_is_none() -> None:
    assert [rule(text + ".env").negated for text in ("", "!", "!!", "!!!")] == [False, True, False, True]
    assert all(rule(text + ".env").fits(".env") for text in ("", "!", "!!"))


def test_part_of_a_path_leads_on() -> None:
    assert rule("a/b/.env").fits("a/b", partly=True)
    assert rule("a/**/.env").fits("a/x/y", partly=True)
    assert not rule("a/b/.env").fits("b", partly=True)


def test_comments_and_empty_lines_are_no_rules() -> None:
    assert len(rules(b"# a\n\n  \n.env\r\n !x \n")) == 2


def test_braces_without_end_are_filled_in_for_some_time() -> None:
    many = "{a,b}" * 40 + "**/" * 40 + "x"
    assert not rule(many).fits("a/" * 200 + "x")
    assert len(rules(f"{many}\n".encode() * 100)) < 10
