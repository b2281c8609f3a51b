"""Folders with packages in them, as projects; for tests that ask what of them would be shipped."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from keyguard.engine import compiled
from keyguard.hygiene.project.project import Project
from keyguard.sources.listing import Folder, TreeFile

#: what builds a Python project, by the name of its tool
BACKENDS = {
    "hatch": "hatchling.build",
    "setuptools": "setuptools.build_meta",
    "poetry": "poetry.core.masonry.api",
    "flit": "flit_core.buildapi",
    "uv": "uv_build",
}
#: a module that every one of them takes, and what all need to know of it
CODE = '"""A shop."""\n\n__version__ = "1"\n'
PROJECT = "[project]\nname = 'shop'\nversion = '1'\ndescription = 'x'\n"


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder with these files in it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def project_in(folder: Path) -> Project:
    """The folder as a project outside of git."""
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    files = [TreeFile(os.fsencode(name)) for name in names]
    return Project([Folder(os.fsencode(folder), b"", files)], [], [], compiled.load((), "python"))
