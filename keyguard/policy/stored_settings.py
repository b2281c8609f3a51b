"""Read the configuration that git stores, in a commit or in the index, and the rule packs that it names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from keyguard.config import project_config
from keyguard.config.project_config import Settings
from keyguard.git.layout.modes import GITLINK
from keyguard.git.layout.repository import Repository
from keyguard.git.objects.file_set import FOLDER, LINK
from keyguard.support.errors import ConfigError, GitError

if TYPE_CHECKING:
    from keyguard.git.objects.file_set import Files
from keyguard.model.finding import Configuration


def find_in(files: Files, repository: Repository, start: str, origin: Configuration) -> Settings | None:
    """Return the configuration for ``start``, a path in the work tree: the nearest one upwards. None if there is none.

    Raise ``ConfigError`` if it is invalid or cannot be read, with the place.
    """
    try:
        found = _nearest(files, folder_of(repository, start), origin)
        if found is None:
            return None
        packs = _packs(files, found) if found.config.rules else ()
    except ConfigError as error:
        raise ConfigError(f"{error} (in {files.name})") from error
    except GitError as error:
        raise ConfigError(f"the configuration cannot be read in {files.name}: {error}") from error
    # patterns are relative to the folder that the file has in a work tree
    place = os.path.join(repository.top or repository.git_dir, found.path)
    bare = msgspec.structs.replace(found.config, rules=())
    return msgspec.structs.replace(found, config=bare, path=place, packs=packs)


def folder_of(repository: Repository, start: str) -> str:
    """Return the folder of a path, relative to the top of the repository; empty for the top and if it is bare."""
    if not repository.top:
        return ""
    folder = os.path.realpath(start if os.path.isdir(start) else os.path.dirname(os.path.abspath(start)))
    inner = os.path.relpath(folder, repository.top)
    return "" if inner == "." or inner.startswith("..") else inner.replace(os.sep, "/")


def places(folder: str) -> list[str]:
    """Return the paths where a configuration for a folder can be, nearest first, relative to the top."""
    found = []
    while True:
        found += [f"{folder}/{name}" if folder else name for name in project_config.NAMES]
        if not folder:
            return found
        folder = folder.rpartition("/")[0]


def _packs(files: Files, found: Settings) -> tuple[tuple[str, bytes], ...]:
    from keyguard.policy.rule_packs import read_packs

    return read_packs(files, found.path, found.config.rules)


def _nearest(files: Files, folder: str, origin: Configuration) -> Settings | None:
    for path in places(folder):
        stored = files.find(os.fsencode(path))
        if stored is None or stored.mode in (FOLDER, GITLINK):
            continue
        if stored.mode == LINK:
            if os.path.basename(path) == project_config.SHARED:
                continue
            raise ConfigError(f"{path}: a symbolic link, which is only followed if --config names it")
        data = files.read(os.fsencode(path), stored.oid, project_config.LIMIT)
        if data is None:
            raise ConfigError(f"{path}: larger than 1 MiB: not a configuration")
        found = project_config.parse(path, data, msgspec.structs.replace(origin, path=path))
        if found:
            return found
    return None
