"""Fixtures for tests that call keyguard as a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.calling import Inside, Keyguard
from tests.helpers.warm import warm


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all calls of this process; the rules are compiled already."""
    return warm(tmp_path_factory, tmp_path_factory.mktemp("cache"))


@pytest.fixture
def own_cache(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A cache of the test's own, in which the rules are compiled and nothing else is."""
    return warm(tmp_path_factory, tmp_path / "own-cache")


@pytest.fixture
def kg(tmp_path: Path, cache: Path) -> Keyguard:
    """The command line, in the test's own folder, which is HOME too."""
    return Keyguard(tmp_path, cache)


@pytest.fixture
def inside(tmp_path: Path, cache: Path) -> Inside:
    """The command line without a process of its own."""
    return Inside(tmp_path, cache)
