"""Paths as code hosts count them: from the top of the repository, whichever folder was scanned."""

from __future__ import annotations

from keyguard.model.finding import Occurrence, Run, Where


def path_from_top(occurrence: Occurrence, run: Run) -> bytes:
    """Return the path of a place from the top of its repository; absolute paths stay as they are."""
    return below_top(occurrence.path, run) if occurrence.where is Where.TREE else occurrence.path


def below_top(path: bytes, run: Run) -> bytes:
    """Return the same of the path of a file, as reports show it."""
    return path if path.startswith(b"/") else run.prefix + path
