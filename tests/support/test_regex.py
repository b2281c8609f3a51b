"""Expressions that are compiled when they are used: each of them can be, and then is like any other."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import keyguard
from keyguard.support.regex import expression


def test_it_does_what_the_pattern_does() -> None:
    found = expression(r"(?P<word>[a-z]+)", re.IGNORECASE).search("12 Abc")
    assert found is not None
    assert found["word"] == "Abc"
    assert expression(rb"a+").sub(b"b", b"caat") == b"cbt"


def test_it_is_compiled_once_and_not_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    one, real = expression(r"\d(\d)"), re.compile

    def counted(pattern: str, flags: int = 0) -> re.Pattern[str]:
        made.append(pattern)
        return real(pattern, flags)

    monkeypatch.setattr(re, "compile", counted)
    assert not made
    assert (one.groups, one.groups, made) == (1, 1, [r"\d(\d)"])


def test_all_that_there_are_can_be_compiled() -> None:
    count = 0
    for module in pkgutil.walk_packages(keyguard.__path__, "keyguard."):
        if module.name != "keyguard.__main__":
            for value in vars(importlib.import_module(module.name)).values():
                if type(value).__name__ == "_Expression":
                    assert value.groups >= 0
                    count += 1
    assert count > 200
