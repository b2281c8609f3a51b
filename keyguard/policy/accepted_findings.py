"""The accepted findings that count: of a work tree, an index, or a commit."""

from __future__ import annotations

import os

from keyguard.acceptance import LIMIT, PATH
from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.modes import GITLINK
from keyguard.git.layout.repository import discover
from keyguard.git.objects.file_set import FOLDER, LINK, Files
from keyguard.support.errors import ConfigError, GitError

_NAME = os.fsencode(PATH)


def accepted_in(files: Files) -> bytes:
    """Return the file of accepted findings that a commit or an index holds; empty where it holds none.

    Raises ``ConfigError`` for what is no regular file, is too large, or cannot be read.
    """
    try:
        stored = files.find(_NAME)
        if stored is None:
            return b""
        if stored.mode in (FOLDER, LINK, GITLINK):
            raise ConfigError(f"{PATH}: not a regular file (in {files.name})")
        data = files.read(_NAME, stored.oid, LIMIT)
    except GitError as error:
        raise ConfigError(f"{PATH}: cannot be read in {files.name}: {error}") from error
    if data is None:
        raise ConfigError(f"{PATH}: larger than {LIMIT >> 20} MiB (in {files.name})")
    return data


def accepted_on_disk(start: str) -> bytes:
    """Return the file of accepted findings of the repository around a path, or of the folder itself where there is no
    repository; empty where there is none. Raises ``ConfigError`` as ``accepted_in`` does.
    """
    try:
        return read_control(os.path.join(top_of(start), PATH), LIMIT) or b""
    except GitError as error:
        raise ConfigError(f"{PATH}: {error}") from error


def top_of(start: str) -> str:
    """Return the folder that holds a project's ``.keyguard``: the top of the repository, else the folder itself."""
    try:
        repository = discover(start)
    except GitError:
        repository = None
    if repository is not None and repository.top:
        return repository.top
    return start if os.path.isdir(start) else os.path.dirname(start) or "."
