"""Read the rule packs that a configuration in git names, from git."""

from __future__ import annotations

import os
import posixpath

from keyguard.git.layout.modes import GITLINK
from keyguard.git.objects.file_set import FOLDER, LINK, Files
from keyguard.support.errors import ConfigError

_LIMIT = 4 << 20
_MOST = 1000


def read_packs(files: Files, path: str, names: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    """Return name and content of the packs, files or folders of them, that the configuration at ``path`` names.

    Raise ``ConfigError`` for a pack that is missing, no regular file, or outside the repository; GitError if git fails.
    """
    folder = posixpath.dirname(path)
    found: dict[str, tuple[str, bytes]] = {}
    for name in names:
        said = f"{path}: rules: {name}"
        if os.path.isabs(name) or ".." in name.split("/"):
            raise ConfigError(f"{said}: a repository's configuration names packs inside the repository, without '..'")
        place = posixpath.normpath(posixpath.join(folder, name))
        for inner in _listed(files, "" if place == "." else place, said):
            stored = files.find(os.fsencode(inner))
            data = files.read(os.fsencode(inner), stored.oid, _LIMIT) if stored else None
            if data is None:
                raise ConfigError(f"{inner}: larger than {_LIMIT >> 20} MiB: not a rule pack")
            found.setdefault(inner, (posixpath.relpath(inner, folder or "."), data))
    return tuple(found.values())


def _listed(files: Files, place: str, said: str) -> list[str]:
    """Return the path of the pack, or of those in it if it is a folder."""
    stored = files.find(os.fsencode(place)) if place else None
    below = files.below(os.fsencode(place))
    if below:
        found = [
            posixpath.join(place, os.fsdecode(name))
            for name, one in sorted(below.items())
            if name.endswith(b".toml") and one.mode not in (FOLDER, LINK, GITLINK)
        ]
        if not found or len(found) > _MOST:
            raise ConfigError(f"{said}: {'too many' if found else 'no'} rule packs (*.toml) here")
        return found
    if stored is None:
        raise ConfigError(f"{said}: there is no such file")
    if stored.mode in (FOLDER, LINK, GITLINK):
        raise ConfigError(f"{said}: not a regular file")
    return [place]
