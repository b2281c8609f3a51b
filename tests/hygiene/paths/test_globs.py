"""Patterns against paths: the same answers as by ``re``, but always soon."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keyguard.hygiene.docker import dockerignore
from keyguard.hygiene.packaging import manifest_in, minimatch
from keyguard.hygiene.paths import globs
from keyguard.hygiene.paths.globs import Fits

PATHS = st.one_of(
    st.text("aAb./", max_size=12),
    st.lists(st.sampled_from(["a", "b", ".a", "ab", "ba", "aab", ".env", "A"]), min_size=1, max_size=6).map("/".join),
    st.text("a/\n\\[]^*?!-.()|{}$ \u00e9\u017f", max_size=8),
)
NAMES = PATHS.map(lambda path: path.replace("/", ""))


def patterns(*pieces: str) -> st.SearchStrategy[str]:
    """Patterns put together from a few pieces."""
    return st.lists(st.sampled_from(["a", "b", ".", "*", "?", "/", *pieces]), max_size=9).map("".join)


def at_once(expression: str, flags: int = 0) -> Fits:
    """What fits, never by ``re`` itself: it is left to it where there is little to choose."""
    return globs.fitting(f"(?:{expression})(?:|)(?:|)", flags)


def says(expression: str, text: str, flags: int = 0) -> bool:
    return re.match(expression, text, flags) is not None


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(
    patterns("**", "**/", "/**/", "[", "]", "[^a]", "[a*]", "[a-b]", "[?", "^", "\\", "\\w", "\\b", "\\Z", "-", "$"),
    PATHS,
)
@example("[a*]*b", "a[]b")
@example("^*a*b", "ab")
def test_docker(text: str, path: str) -> None:
    expression, _ = dockerignore._expression(text)
    try:
        expected = says(expression, path)
    except re.error:
        with pytest.raises(re.error):
            globs.fitting(expression)
        return
    assert at_once(expression)(path) is globs.fitting(expression)(path) is expected


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(
    patterns(
        "+(", "*(", "?(", "@(", "!(", ")", ")", "|", "!(a)", "+(a|ab)", "[a-b]", "[!a]", "[]", "\\", "A", "{", "\u017f"
    ),
    NAMES,
)
@example("+(+(a)|b*)b", "aab")
@example("!(a)!(b)*", "ab")
def test_names_of_npm(text: str, name: str) -> None:
    text = text.replace("/", "")
    expression = "".join(minimatch._pieces(text)) + r"\Z"
    try:
        expected = says(expression, name, re.IGNORECASE)
    except re.error:
        return
    assert at_once(expression, re.IGNORECASE)(name) is expected
    assert globs.fitting(expression, re.IGNORECASE)(name) is expected


def formerly(parts: Sequence[str], pattern: Sequence[Fits | None], partly: bool) -> bool:
    """Trying one way after the other."""
    for at, wanted in enumerate(pattern):
        if at == len(parts):
            return partly
        if wanted is None:
            if at + 1 == len(pattern):
                return True
            rest = pattern[at + 1 :]
            return partly or any(formerly(parts[start:], rest, partly) for start in range(at, len(parts)))
        if not wanted(parts[at]):
            return False
    return len(pattern) == len(parts) or (len(pattern) == len(parts) - 1 and not parts[-1])


@given(patterns("**", "**/", "/**/", "a/", "**/a/**/"), PATHS, st.booleans())
def test_folders_of_npm(text: str, path: str, partly: bool) -> None:
    pattern, parts = minimatch._parts(text), path.split("/")
    assert minimatch._fits(parts, pattern, partly) is formerly(parts, pattern, partly)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(
    patterns("**", "**/", "/**/", "[a]", "[!a]", "[a*]", "[", "]", "[a-b]", "./", ".*", "\\"),
    st.lists(st.sampled_from(["a", "b", ".a", "ab", "..", "a\n", "aab", ".env"]), min_size=1, max_size=6).map("/".join),
    st.booleans(),
)
@example("**/a", ".a/a", False)
@example("a/**/**/b", "a/b/.a/b", False)
def test_python(word: str, path: str, hidden: bool) -> None:
    made, parts = "", [part for part in word.split("/") if part != "."]
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        visible = "" if hidden or part.startswith(".") else r"(?!\.)"
        folders = ".*" if last else f"(?:{visible}[^/]+/)*"
        made += folders if part == "**" else visible + manifest_in._part(part) + ("" if last else "/")
    try:
        expected = says(made + r"\Z", path)
    except re.error:
        expected = word == path
    else:
        assert at_once(made + r"\Z")(path) is expected
    assert manifest_in.glob(word, hidden=hidden)(path) is expected


MANY = 300
LONG = "a" * 250
DEEP = "/".join("a" * 60)


@pytest.mark.parametrize(
    "text",
    [
        "*a" * MANY + "b",
        "**/a/" * MANY + "b",
        "**/*a*a*a/" * MANY + "b",
        "a" + "***" * MANY + "b",
        "*?" * 100 + "b",
        "[a]*" * MANY + "b",
        "**/" * MANY + "b",
    ],
)
def test_no_number_of_stars_makes_it_wait(text: str) -> None:
    for path in (LONG, DEEP, "/".join([LONG] * 15)):
        assert not dockerignore.leaves_out(dockerignore.patterns(text.encode()), path.encode())
        assert not minimatch.rule(text).fits(path)
        for word in (text, text.replace("**", "*")):
            assert not manifest_in.glob(word)(path)
            assert not manifest_in.glob(word, hidden=False)(path)


@pytest.mark.parametrize(
    "text",
    [
        "+(+(a))b",
        "*(a|aa)b",
        "*(*(*(*(a)a)a)a)b",
        "*(a*a*)b",
        "+(a|?(a)|*(aa|a*)|@(*|a))+(*(a))b",
        "?(a)" * 12 + "b",
        "!(*a*a*b)!(*(a|aa)b)!(+(a))!(a)c",
        "*(*(aaa|aaaaa)a|*(aa)aaa)b",
    ],
)
def test_no_groups_make_it_wait(text: str) -> None:
    assert isinstance(minimatch.rule(text).fits(LONG), bool)


def test_what_nobody_writes_fits_nothing() -> None:
    assert not minimatch.rule("!(b)" * 9).fits("a")
    assert not minimatch.rule("?(a)" * 500).fits("a")
    assert list(globs.affordable(enumerate(["a" * 60_000, "b", "c" * 60_000, "d"]))) == [(0, "a" * 60_000), (1, "b")]
    assert len(list(globs.affordable(enumerate(["a"] * 5000)))) == 2000


def test_a_long_line_stands_for_what_it_means() -> None:
    rules = dockerignore.patterns(b"**/a*" * 40 + b"\n")
    assert dockerignore.leaves_out(rules, b"a/" * 400 + b".env")
    assert not dockerignore.leaves_out(rules, b"a/" * 39 + b".env")
    assert dockerignore.leaves_out(dockerignore.patterns(b"**/" * 1000 + b".env\n"), b"a/" * 400 + b".env")


def test_a_bracket_in_a_bracket_is_no_reason_to_warn() -> None:
    assert dockerignore.leaves_out(dockerignore.patterns(b"[[a]\n"), b"[")
