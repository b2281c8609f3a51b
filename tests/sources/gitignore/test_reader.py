"""The ignore files of a walk."""

from __future__ import annotations

import pytest

from keyguard.sources.gitignore import reader
from keyguard.sources.gitignore.reader import RuleReader


def test_a_text_is_read_once() -> None:
    rules = RuleReader()
    assert rules.read(b"a*\n") is rules.read(b"a*\n")
    assert rules.read(b"a*\n") is not rules.read(b"b*\n")
    large = b"a*\n" * 10_000
    assert rules.read(large) is not rules.read(large)


def test_no_more_is_read_once_the_time_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_SECONDS", 1e-9)
    rules = RuleReader()
    assert rules.read(b"a*\n").verdict(b"ab", folder=False)
    with pytest.raises(ValueError, match="took"):
        rules.read(b"b*\n")
    assert rules.read(b"a*\n").verdict(b"ab", folder=False)
