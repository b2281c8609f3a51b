"""Fixtures for all tests: a real repository, and a git that sees nothing of this machine's configuration."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.helpers.repos import Repo

#: set by `make test-long`: budgets are large, and loops of which most turns are alike run in full
THOROUGH = bool(os.environ.get("KEYGUARD_THOROUGH"))

# the same examples on every run, so that a change is judged by what it changes; a thorough run explores, too
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=1000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "thorough" if THOROUGH else "same"))

# who starts the tests in the background of a plain shell makes them, and all that they start, deaf to ^C
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Leave what the collection of tests has made, which stays to the end, out of every collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is called in this process neither reads nor fills the cache of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEYGUARD_CACHE_DIR", str(tmp_path_factory.mktemp("process-cache")))
        yield


@pytest.fixture(scope="session")
def thorough() -> bool:
    """Whether this run has time for what is rarely worth it."""
    return THOROUGH


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A fresh repository on branch ``main``, without any commit."""
    return Repo(tmp_path / "repo")


@pytest.fixture
def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shell script that is found as git by the code under test, and by the test's own repositories."""
    script = tmp_path / "bin/git"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    return script


@pytest.fixture(autouse=True)
def _own_git_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No ``GIT_*`` variable of whoever runs the tests (a hook, say) reaches the code under test."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
