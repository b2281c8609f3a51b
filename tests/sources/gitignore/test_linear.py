"""What backtracking cannot match in time is built for a linear backend, within a budget."""

from __future__ import annotations

import pytest

from keyguard.sources.gitignore import linear
from keyguard.sources.gitignore.linear import LONGEST, Budget, RefusedError

HARD = "(?:[^/]*a){30}"


@pytest.mark.parametrize("backend", ["hyperscan", "re2"])
def test_an_expression_matches_a_whole_text(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(backend)
    monkeypatch.setattr(linear, "_BACKENDS", (backend,))
    matches = Budget().build("[^/]*\xe9[^/]*b|c")
    assert [matches(text) for text in ("\xe9b", "x\xe9yb", "c", "cc", "\xe9b/", "")] == [True] * 3 + [False] * 3


def test_the_text_cannot_make_it_wait() -> None:
    assert not Budget().build(HARD)("a" * 5000 + "b")  # by backtracking, this would not end in our lifetime


def test_what_is_too_long_or_too_much_is_refused() -> None:
    with pytest.raises(RefusedError, match="too complex"):
        Budget().build("a" * (LONGEST + 1))
    budget = Budget(characters=100)
    budget.build("a" * 60)
    with pytest.raises(RefusedError, match="too many"):
        budget.build("a" * 60)
    budget.build("a" * 40)


def test_nothing_is_built_after_the_time_is_spent() -> None:
    budget = Budget(seconds=1e-9)
    assert budget.build("a")("a")
    with pytest.raises(RefusedError, match="too many"):
        budget.build("a")


def test_what_a_backend_cannot_build_is_refused_with_its_reason() -> None:
    pytest.importorskip("hyperscan")
    with pytest.raises(RefusedError, match=r"too complex \(.+\)"):
        Budget().build("[^/]*a" + "[^/]" * 250 + "[^/]*b" + "[^/]" * 20)


def test_without_a_linear_backend_it_is_refused_and_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "_BACKENDS", ("re2",))
    monkeypatch.setitem(__import__("sys").modules, "re2", None)

    def missing(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("re2")

    monkeypatch.setattr("pathspec.PathSpec", missing)
    with pytest.raises(RefusedError, match="neither Hyperscan nor RE2 is installed"):
        Budget().build(HARD)
