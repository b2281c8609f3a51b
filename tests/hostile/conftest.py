"""What these tests share."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def unmeasured_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are started by the hundred here, and all that they run is covered elsewhere: they are not measured."""
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)
