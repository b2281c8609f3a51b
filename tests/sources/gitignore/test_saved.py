"""The user's own patterns are translated once."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.cache import directory
from keyguard.sources.gitignore import saved, translation
from keyguard.sources.gitignore.tables import Tables

TEXT = b"a\n*.py\n!b/**/c\n*a*b*c*d*\n\xff*\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_what_was_saved_is_read_without_pathspec(monkeypatch: pytest.MonkeyPatch) -> None:
    found = saved.read(TEXT)
    assert found == translation.read(TEXT)

    def never(_: bytes) -> Tables:
        raise AssertionError("translated again")

    monkeypatch.setattr(translation, "read", never)
    assert saved.read(TEXT) == found
    with pytest.raises(AssertionError, match="translated again"):
        saved.read(TEXT + b"x")


def test_what_is_damaged_is_written_anew() -> None:
    found = saved.read(TEXT)
    (name,) = directory.listed(saved.FILES)
    directory.write(name, b"\x93")
    assert saved.read(TEXT) == found
    assert len(directory.read(name) or b"") > 1


def test_old_ones_are_removed() -> None:
    for number in range(40):
        saved.read(b"a%d" % number)
    assert len(directory.listed(saved.FILES)) <= 16
