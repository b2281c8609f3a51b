"""Lines of an ignore file, in the words of pathspec."""

from __future__ import annotations

import pytest

from keyguard.sources.gitignore import lines


def text_of(line: bytes) -> str:
    (found,) = lines.read(line)
    return found.text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"*.log", "*.log"),
        (b"/a*", "/a*"),
        (b"a/b*/", "/a/b*"),
        (b"***", "?*"),
        (b"a**b", "a*b"),
        (b"**/a*", "a*"),
        (b"a/***/b", "/a/**/b"),
        (b"a/**/**", "/a/**/*"),
        (b"**/a/**", "/**/a/**/*"),
        (b"**\\/a", "/**/*/a"),
        ("?à".encode(), "?Ã[\xa0]"),
        (b"a*\\ ", "a*[ ]"),
        (b"\\!a*", "\\!a*"),
        (b"[a\\]b]", "[]a-b]"),
        (b"[[:digit:]x]", "[\u01000-9x]"),
        (b"[b-a]", "[\u0100b]"),
        (b"[^!-]", '[]\u010a\x01-\t\x0b- "-,.0-Z_-\xff^\\[]'),
    ],
)
def test_a_line_is_rewritten(line: bytes, text: str) -> None:
    assert text_of(line) == text


@pytest.mark.parametrize("line", [b"", b"#a", b"/", b"!", b"a*\\", b"[a", b"[[:what:]]", b"a//b*", b"a*//", b"   "])
def test_what_matches_nothing_is_no_rule(line: bytes) -> None:
    assert list(lines.read(line)) == []


@pytest.mark.parametrize(
    ("line", "degree"),
    [
        (b"a", 0),
        (b"a/b/", 0),
        (b"*.py", 1),
        (b"*a*", 1),
        (b"a*b*", 1),
        (b"**/*.min.*", 1),
        (b"**/a/**", 1),
        (b"a/*/b*/*c", 1),
        (b"**/a/*/b", 1),
        (b"a*b*c", 2),
        (b"a*b*c/d", 2),
        (b"**/a/**/b", 2),
        (b"a*b*c/d*e*f", 3),
        (b"a*b*c*d", 3),
        (b"**/a/" * 12, 12),
        (b"*a" * 30, 30),
        (b"[a-z]*" * 60, 59),
    ],
)
def test_the_degree_counts_what_can_be_tried_in_different_places(line: bytes, degree: int) -> None:
    (found,) = lines.read(line)
    assert found.degree == degree


def test_lines_are_numbered_and_keep_their_source() -> None:
    found = list(lines.read(b"\xef\xbb\xbf# x\n\n!a/\nb*  \n"))
    assert [(one.number, one.source, one.negated, one.folders_only) for one in found] == [
        (3, b"!a/", True, True),
        (4, b"b*", False, False),
    ]
