"""Decide whether a repository holds anything that could make up a history."""

from __future__ import annotations

import os

from keyguard.git.layout.alternates import alternates
from keyguard.git.layout.repository import Repository
from keyguard.git.metadata_files import submodule_stores
from keyguard.git.refs.tips import read_refs
from keyguard.support.errors import GitError

_PACKS = (".pack", ".idx")


def has_content(repository: Repository) -> bool:
    """Return whether the repository has an object, a ref, or the store of a submodule.

    Return True as well if that cannot be determined: reading the history then reports the problem.
    """
    try:
        stores = (repository.objects, *alternates(repository.objects))
        if any(map(_has_objects, stores)):
            return True
    except (GitError, OSError):
        return True
    tips = read_refs(repository)
    return bool(tips.tips or tips.skipped or submodule_stores(repository) != ([], []))


def _has_objects(folder: str) -> bool:
    """Return whether an object directory holds a pack or a loose object. Raise OSError if it cannot be read."""
    for name in _names(folder):
        inside = os.path.join(folder, name)
        if name == "pack":
            if any(one.endswith(_PACKS) for one in _names(inside)):
                return True
        elif len(name) == 2 and _names(inside):
            return True
    return False


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
