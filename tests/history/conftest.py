"""What all history tests share. Repositories that take long to build are built once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.calling import Inside, Keyguard
from tests.helpers.commandline import cache

__all__ = ["asker", "cache", "kg"]


@pytest.fixture
def kg(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Keyguard:
    """No process for each call: there are many. Away from what is scanned, so that paths begin at its top."""
    return Inside(tmp_path_factory.mktemp("kg"), cache)


@pytest.fixture(scope="session")
def asker(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Keyguard:
    """The command line, for what is asked once for many tests."""
    return Inside(tmp_path_factory.mktemp("asker"), cache)


@pytest.fixture(autouse=True)
def no_orphans() -> Iterator[None]:
    """Whatever fails, no process of ours stays behind."""
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
