"""Read the settings for a commit: those of the index. Light, since every commit hook does so."""

from __future__ import annotations

import os
from functools import partial

import msgspec

from keyguard.config import project_config
from keyguard.config.project_config import Config, Settings
from keyguard.git.layout.repository import Repository, discover
from keyguard.git.process.opening import index_from_environment
from keyguard.git.worktree.index_files import IndexFiles
from keyguard.model.finding import Configuration
from keyguard.policy.stored_settings import find_in, folder_of, places


def read_staged(start: str, index: str, instead: Settings | None = None) -> Settings:
    """Return the configuration in the index for a path, or in the index that git names to a hook; or the settings
    ``instead``. Both have the accepted findings of the index.

    Return the defaults if there is none. Raise ``ConfigError`` if it is invalid, GitError if it cannot be read.
    """
    repository = discover(start)
    if repository is None or not repository.top:
        return instead or Settings(Config())  # listing what is staged reports that error
    files = IndexFiles(repository, index_from_environment(repository, index) if index else None)
    found = instead or find_in(files, repository, start, Configuration("index"))
    if found is None:
        note = _not_staged(files, repository, start)
        found = Settings(Config(), origin=Configuration("index", note=note))
    return msgspec.structs.replace(found, accepted=partial(_accepted, files))


def _accepted(files: IndexFiles) -> bytes:
    from keyguard.policy.accepted_findings import accepted_in  # a commit without findings does not need it

    return accepted_in(files)


def _not_staged(files: IndexFiles, repository: Repository, start: str) -> str:
    """Return a note on a configuration that is in the work tree only; empty if there is none."""
    for path in places(folder_of(repository, start)):
        shared = os.path.basename(path) == project_config.SHARED
        if not shared and os.path.lexists(os.path.join(repository.top, path)) and not files.find(os.fsencode(path)):
            return f"{path} does not count, since it is not staged: git add {path}"
    return ""
