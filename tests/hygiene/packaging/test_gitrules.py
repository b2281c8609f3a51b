"""Rules of a ``.gitignore`` where git is not asked: as ``pathspec`` has them, but always soon."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from keyguard.hygiene.packaging import gitrules

PIECES = ["a", "b", ".", "*", "?", "/", "**", "**/", "/**/", "!", "[a]", "[^b.]", "[", "[]a]", "\\", "#", " ", "a/"]
LINES = st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), min_size=1, max_size=4)
NAMES = st.sampled_from(["a", "b", ".a", "ab", "aab", "a b", ".env", "!a"])


@pytest.mark.filterwarnings("ignore::FutureWarning")
@settings(max_examples=300)
@given(LINES, st.lists(NAMES, min_size=1, max_size=5).map("/".join))
@example(["a/b", "!a/"], "a/b")
@example(["!a/b", "a/"], "a/b")
@example(["!"], "a")
@example(["**/"], "a/b")
@example(["*/"], "a/b")
@example(["//"], "a")
@example(["[!]a]"], "b")
def test_the_library_says_the_same(lines: list[str], path: str) -> None:
    try:
        spec = GitIgnoreSpec.from_lines(lines, backend="simple")
    except (ValueError, re.error):
        assert not gitrules.matcher(lines, [])(path)
        return
    assert gitrules.matcher(lines, [])(path) is spec.match_file(path)


@pytest.mark.parametrize("text", ["*a" * 300 + "b", "**/a/" * 300 + "b", "**/*a*a*a/" * 300 + "b", "?a*" * 1000])
def test_no_number_of_stars_makes_it_wait(text: str) -> None:
    for path in ("a" * 250, "/".join("a" * 60), "/".join(["a" * 250] * 15)):
        assert not gitrules.matcher([text], [])(path)


@pytest.mark.parametrize("line", ["!", "a\\", "[z-a]"])
def test_nothing_is_built_with_what_is_no_pattern(line: str) -> None:
    assert not gitrules.matcher(["*", line], [])("a")
