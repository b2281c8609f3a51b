"""Apply the settings for paths of a configuration to the findings of a scan."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from keyguard.git.layout.repository import discover
from keyguard.scan.acceptance import from_top
from keyguard.sources.listing import Folder
from keyguard.support.errors import GitError
from keyguard.triage.findings import TriageResult

if TYPE_CHECKING:
    from keyguard.triage.overrides import PathOverride


def with_overrides(
    decided: TriageResult,
    paths: Sequence[PathOverride],
    start: str,
    folders: Sequence[Folder],
) -> TriageResult:
    """Return the findings as the settings change them. ``start`` is the path that was asked for, ``folders`` are the
    listed ones.
    """
    if not (decided.findings and paths):
        return decided
    from keyguard.triage import overrides  # a commit without a finding has no use for them

    return overrides.with_paths(decided, overrides.PathOverrides(paths, _top(start), from_top(folders)))


def _top(start: str) -> bytes:
    """Return the folder that paths in git are relative to; the folder itself where there is no repository."""
    try:
        repository = discover(start)
    except GitError:
        repository = None
    if repository is not None:
        return os.fsencode(os.path.realpath(repository.top or repository.git_dir))
    return os.fsencode(os.path.realpath(start if os.path.isdir(start) else os.path.dirname(start) or "."))
