"""One test over many cases, where each takes less time than a test of its own would take to be set up and reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Case = TypeVar("Case")

__all__ = ["each"]


def each(cases: Iterable[Case], name: Callable[[Case], str]) -> Callable[[Callable[[Case], None]], Callable[[], None]]:
    """Make one test of a check: it tries all cases, and fails with the names and the reasons of those that fail."""
    known = list(cases)
    assert known, "there is nothing to try"

    def made(check: Callable[[Case], None]) -> Callable[[], None]:
        def test() -> None:
            failed = {}
            for case in known:
                try:
                    check(case)
                except AssertionError as error:
                    failed[name(case)] = str(error)
            assert failed == {}

        # not ``functools.wraps``: the case would be taken for a fixture
        test.__name__, test.__qualname__, test.__doc__ = check.__name__, check.__qualname__, check.__doc__
        test.__module__ = check.__module__
        return test

    return made
