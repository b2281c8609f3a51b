"""Expressions that are compiled when they are used: each of them can be, and then is like any other."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import keyguard
from keyguard.support import regex
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
    monkeypatch.setattr(regex, "_CODES", {})
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


def test_what_is_restored_is_what_would_be_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in pkgutil.walk_packages(keyguard.__path__, "keyguard."):
        if module.name != "keyguard.__main__":
            importlib.import_module(module.name)
    monkeypatch.setattr(regex, "_CODES", {})
    regex.restore(regex.encoded())
    assert len(regex._CODES) > 200
    for (pattern, flags), code in regex._CODES.items():
        assert regex._pattern(code) == re.compile(pattern, flags)
        assert regex._pattern(code).groupindex == re.compile(pattern, flags).groupindex  # type: ignore[union-attr]


def test_a_restored_expression_is_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex, "_CODES", {})
    monkeypatch.setattr(regex, "_MADE", [])
    expression(r"(?P<year>\d{4})-(\d\d)", re.IGNORECASE)
    regex.restore(regex.encoded())
    monkeypatch.setattr(re, "compile", lambda *_: pytest.fail("compiled"))
    found = expression(r"(?P<year>\d{4})-(\d\d)", re.IGNORECASE).search("on 2001-09 ")
    assert found is not None
    assert (found["year"], found[2], found.lastgroup) == ("2001", "09", None)


def test_damage_is_told_and_a_program_that_python_refuses_is_compiled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex, "_CODES", {})
    with pytest.raises(ValueError):  # noqa: PT011 - of MessagePack
        regex.restore(b"no MessagePack")
    regex._CODES["a+", 0] = regex._Code("a+", 0, 32, b"\xff\xff\xff\xff" * 8, 0, {})
    assert expression("a+").findall("caat") == ["aa"]


def test_an_expression_that_is_invalid_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex, "_CODES", {})
    monkeypatch.setattr(regex, "_MADE", [])
    expression("(")
    expression("x")
    regex.restore(regex.encoded())
    assert list(regex._CODES) == [("x", 0)]
