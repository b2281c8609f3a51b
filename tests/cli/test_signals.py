"""When a signal's exception is raised."""

from __future__ import annotations

import importlib
import time
from pathlib import Path

import pytest

from keyguard import cli

WAITING = "import os, signal, time\nos.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(0.05)\nDONE = True\n"


def test_an_import_is_not_interrupted_but_what_follows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "told_while_it_is_imported.py").write_text(WAITING)
    monkeypatch.syspath_prepend(tmp_path)
    heard: list[int] = []
    with pytest.raises(cli.Terminated), cli._hearing_signals(heard, for_good=False):  # noqa: PT012
        module = importlib.import_module("told_while_it_is_imported")
        assert (module.DONE, heard) == (True, [])
        time.sleep(5)
    assert heard == [15]
