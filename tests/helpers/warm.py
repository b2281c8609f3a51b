"""A cache in which the rules are compiled: every start without one takes a second of processor time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.checkout import ROOT
from tests.helpers.sharing import once

#: what a scan with hygiene and workers has compiled, without what it has read
_COMPILING = """
from keyguard.engine import compiled, detectors
from keyguard.hygiene.data import tables
compiled.load()
detectors.prepare()
tables.count()
"""


def warm(factory: pytest.TempPathFactory, folder: Path) -> Path:
    """Return ``folder``, filled with the rules, expressions and tables as a scan compiles them, and nothing else.

    They are compiled once for all processes that run the same tests.
    """
    made = once(factory, "compiled", _compile)
    folder.mkdir(mode=0o700, exist_ok=True)
    for path in made.iterdir():
        shutil.copyfile(path, folder / path.name)
        (folder / path.name).chmod(0o600)
    return folder


def _compile(folder: Path) -> None:
    folder.chmod(0o700)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KEYGUARD_CACHE_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", _COMPILING], env=environment, check=True)
