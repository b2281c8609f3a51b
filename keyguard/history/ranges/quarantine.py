"""Locate the objects of a push while a server's hook decides about it (githooks(5), git-receive-pack(1))."""

from __future__ import annotations

import os
from collections.abc import Mapping

from keyguard.git.layout.repository import Repository
from keyguard.support.errors import GitError

_NAMES = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY")
_ALTERNATES = "GIT_ALTERNATE_OBJECT_DIRECTORIES"


def quarantine(repository: Repository, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the object directories of a push, besides the repository's own. Raise GitError if one is outside of the
    repository.

    Other alternates are ignored: objects that are only there are reported as missing.
    """
    objects = os.path.realpath(repository.objects)
    found: dict[str, None] = {}
    for name in _NAMES:
        path = environ.get(name, "")
        if path and os.path.realpath(path) != objects:
            found[_inside(path, objects, name)] = None
    for path in environ.get(_ALTERNATES, "").split(os.pathsep):
        real = os.path.realpath(path) if path else objects
        if real.startswith(objects + "/"):
            found[real] = None
    return tuple(found)


def _inside(path: str, objects: str, name: str) -> str:
    """Return the real path of a directory inside of ``objects``; raise GitError for any other."""
    real = os.path.realpath(path)
    if not real.startswith(objects + "/") or not os.path.isdir(real):
        raise GitError(f"{name}={path} is not in {objects}: it belongs to another repository")
    return real
