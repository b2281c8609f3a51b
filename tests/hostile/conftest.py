"""What these tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.helpers.calling import descriptors


@pytest.fixture(autouse=True)
def unmeasured_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are started by the hundred here, and all that they run is covered elsewhere: they are not measured."""
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_orphans() -> Iterator[None]:
    """Whatever fails, no process of ours stays behind, not even a dead one, and no descriptor."""
    before = descriptors()
    yield
    assert descriptors() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
