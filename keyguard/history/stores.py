"""The object stores that belong to the scanned paths: those of repositories and of their submodules."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from keyguard.git.layout.repository import Repository, discover
from keyguard.git.metadata_files import submodule_stores
from keyguard.model.finding import Skipped
from keyguard.sources.listing import Listing
from keyguard.sources.tree import shown_root
from keyguard.support.errors import GitError, UsageError


class ScannedStore(NamedTuple):
    """One object store, and the prefixes of the paths that are reported from it."""

    repository: Repository
    prefix: bytes
    """Prefix for paths of files, ending in a slash; empty for the repository that the user named."""
    own_prefix: bytes
    """Prefix for the files of the git directory."""


def repository_at(path: str) -> Repository | None:
    """Return the repository whose worktree root is ``path``, or the bare repository at ``path``; otherwise None.

    Raise GitError if a broken repository is there.
    """
    repository = discover(path) if os.path.isdir(path) else None
    if repository is None:
        return None
    return repository if os.path.realpath(path) == (repository.top or repository.git_dir) else None


def stores_at(path: str, prefix: bytes = b"") -> tuple[list[ScannedStore], list[Skipped]]:
    """Return all stores of the repository at ``path``, and what could not be read; both empty if there is no
    repository.
    """
    repository = repository_at(path)
    if repository is None:
        return [], []
    return _with_submodules(repository, prefix)


def stores_of(paths: Sequence[str], listing: Listing) -> tuple[list[ScannedStore], list[Skipped]]:
    """Return the same for all scanned paths and for the repositories that ``listing`` found inside them."""
    found: list[ScannedStore] = []
    skipped: list[Skipped] = []
    for path in paths:
        shown = shown_root(path, alone=len(paths) == 1)
        try:
            more, gaps = stores_at(path, shown + b"/" if shown else b"")
        except GitError as error:  # the scan of the tree reports it too, if there is one
            more, gaps = [], [Skipped(path=b"history", reason="broken-repository", detail=str(error))]
        found += more
        skipped += gaps
    for folder in listing.folders:
        repository = folder.repository
        if repository and os.fsencode(repository.top).startswith(folder.root.rstrip(b"/") + b"/"):
            inner = os.fsencode(repository.top)[len(folder.root.rstrip(b"/")) + 1 :]
            more, gaps = _with_submodules(repository, folder.display(inner) + b"/")
            found += more
            skipped += gaps
    return found, skipped


def require_history(path: str) -> None:
    """Raise UsageError if no history can be read at ``path``."""
    if not os.path.lexists(path):
        raise UsageError(f"{path}: no such file or folder")
    try:
        around = discover(path)
    except GitError as error:
        raise UsageError(str(error)) from error
    if around is None:
        raise UsageError(f"{path}: not in a git repository: there is no history")
    if repository_at(path) is None:
        raise UsageError(f"{path}: history is that of a whole repository: name {around.top or around.git_dir}")


def _with_submodules(repository: Repository, prefix: bytes) -> tuple[list[ScannedStore], list[Skipped]]:
    """Return the store of a repository, those of its submodules, and what could not be read."""
    stores, skipped = submodule_stores(repository)
    found = [ScannedStore(repository, prefix, prefix)]
    for store in stores:
        below = os.fsencode(os.path.relpath(store.git_dir, repository.common_dir))
        name = b"/".join(part for part in below.split(b"/") if part != b"modules")
        inside = b".git/" if repository.top else b""
        found.append(ScannedStore(store, prefix + name + b"/", prefix + inside + below + b"/"))
    return found, skipped
