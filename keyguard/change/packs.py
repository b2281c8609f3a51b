"""Rule packs that git holds, put where the engine can read them: in the user's cache, under names of their content."""

from __future__ import annotations

import atexit
import os
import posixpath

from keyguard import digests, privatedir
from keyguard.errors import ConfigError
from keyguard.git.modes import GITLINK
from keyguard.git.repository import Repository
from keyguard.git.stored import FOLDER, LINK, Files

#: names in the cache, also of what a process that died has left
FILES = r"\.?pack-[0-9a-f]{64}\.toml(\.[0-9]+)?"
_KEPT = 64
_LIMIT = 4 << 20
_MOST = 1000


def extract(files: Files, repository: Repository, path: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Absolute paths with the content of the packs ``names``, which are relative to the configuration at ``path``.

    What lies outside of the repository is no part of any change, and is named as it is. ``ConfigError`` for what is
    not there, or no file; GitError where it cannot be read.
    """
    found: list[str] = []
    for name in names:
        place = _inside(repository, path, name)
        if place is None:
            found.append(os.path.join(repository.top or repository.git_dir, posixpath.dirname(path), name))
            continue
        for inner in _listed(files, place, f"{path}: rules: {name}"):
            stored = files.find(os.fsencode(inner))
            data = files.read(os.fsencode(inner), stored.oid, _LIMIT) if stored else None
            if data is None:
                raise ConfigError(f"{inner}: larger than {_LIMIT >> 20} MiB: not a rule pack")
            found.append(_kept(data))
    if found:
        privatedir.prune(FILES, _KEPT)
    return tuple(found)


def _inside(repository: Repository, path: str, name: str) -> str | None:
    """The path from the top of the repository; None for one that leads out of it."""
    if os.path.isabs(name):
        if not repository.top or not os.path.normpath(name).startswith(repository.top.rstrip("/") + "/"):
            return None
        return os.path.relpath(os.path.normpath(name), repository.top)
    inner = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if inner == ".." or inner.startswith("../"):
        if not repository.top:
            raise ConfigError(f"{path}: rules: {name}: leads out of the repository")
        return None
    return inner


def _listed(files: Files, place: str, said: str) -> list[str]:
    """The pack at a place, or those in it where it is a folder."""
    stored = None if place == "." else files.find(os.fsencode(place))
    below = files.below(b"" if place == "." else os.fsencode(place))
    if below:
        start = "" if place == "." else f"{place}/"
        found = [
            start + os.fsdecode(name)
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


def _kept(data: bytes) -> str:
    """The path of a file with this content that only this user can write."""
    name = f"pack-{digests.new('sha256', data).hexdigest()}.toml"
    known = privatedir.read(name) == data or privatedir.write(name, data)
    folder = privatedir.folder() if known else None
    if folder:
        return os.path.join(folder, name)
    import tempfile

    fresh = tempfile.mkdtemp(prefix="keyguard-packs-")
    path = os.path.join(fresh, name)
    with open(path, "xb") as file:
        file.write(data)
    atexit.register(_remove, path)
    return path


def _remove(path: str) -> None:
    privatedir.remove(path)
    os.rmdir(os.path.dirname(path))
