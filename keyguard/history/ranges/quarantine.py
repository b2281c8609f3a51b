"""Where the objects of a push lie while a server's hook decides about it, as git's environment says."""

from __future__ import annotations

import os
from collections.abc import Mapping

from keyguard.git.layout.repository import Repository
from keyguard.support.errors import GitError

_NAMES = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY")
_ALTERNATES = "GIT_ALTERNATE_OBJECT_DIRECTORIES"


def quarantine(repository: Repository, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The object directories that a push is kept in, besides the repository's own. GitError where they lie elsewhere.

    What is borrowed from elsewhere besides is not taken over: what only lies there is missing, which is said.
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
    real = os.path.realpath(path)
    if not real.startswith(objects + "/") or not os.path.isdir(real):
        raise GitError(f"{name}={path} is not in {objects}: it belongs to another repository")
    return real
