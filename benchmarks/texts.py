"""The text files of a tree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_LOOK = 8192


def text_files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder without a NUL at their beginning; git's own files and links are left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for path in (Path(parent, name) for name in names):
            if path.is_file() and not path.is_symlink() and not _is_binary(path):
                yield path


def line_count(folder: Path) -> int:
    """Return the number of lines of all text files below a folder."""
    return sum(path.read_bytes().count(b"\n") for path in text_files(folder))


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" in file.read(_LOOK)
