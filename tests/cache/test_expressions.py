"""Compiled expressions that are kept between runs, and taken from there only if they are of this program and whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyguard.cache import directory, expressions
from keyguard.support import regex


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty cache, and nothing restored so far."""
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(regex, "_CODES", {})
    expressions.restore.cache_clear()
    yield
    expressions.restore.cache_clear()


def test_what_is_kept_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not expressions.restore()
    expressions.keep()
    monkeypatch.setattr(regex, "_CODES", {})
    expressions.restore.cache_clear()
    assert expressions.restore()
    assert regex._CODES
    assert [bool(re.fullmatch(expressions.FILES, name)) for name in directory.listed(".*")] == [True]


def test_another_version_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    expressions.keep()
    expressions.restore.cache_clear()
    monkeypatch.setattr(regex, "version", lambda: "another Python")
    assert not expressions.restore()


def test_a_damaged_file_is_no_file() -> None:
    expressions.keep()
    (name,) = directory.listed(expressions.FILES)
    directory.write(name, b"\xc1")
    expressions.restore.cache_clear()
    assert not expressions.restore()
