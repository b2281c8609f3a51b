"""Which object stores belong to what was asked for: the repository's own, and those of its submodules."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from keyguard.git.layout.repository import Repository, discover
from keyguard.git.own_files import submodule_stores
from keyguard.model.finding import Skipped
from keyguard.sources.listing import Listing
from keyguard.sources.tree import shown_root
from keyguard.support.errors import GitError, UsageError


class Home(NamedTuple):
    """One store, and how paths in it are shown."""

    repository: Repository
    prefix: bytes
    """Before paths of files, with a slash at its end; nothing for the repository that was asked for."""
    own_prefix: bytes
    """Before git's own files."""


def repository_at(path: str) -> Repository | None:
    """The repository of which ``path`` is the top, or that is bare and lies there; None for anything else.

    GitError where something stands in place of one.
    """
    repository = discover(path) if os.path.isdir(path) else None
    if repository is None:
        return None
    return repository if os.path.realpath(path) == (repository.top or repository.git_dir) else None


def homes(path: str, prefix: bytes = b"") -> tuple[list[Home], list[Skipped]]:
    """All stores of the repository at ``path``, and what could not be looked at; nothing where there is none."""
    repository = repository_at(path)
    if repository is None:
        return [], []
    return _with_submodules(repository, prefix)


def homes_of(paths: Sequence[str], listing: Listing) -> tuple[list[Home], list[Skipped]]:
    """The same for all paths that were asked for, and for the repositories that were found inside them."""
    found: list[Home] = []
    skipped: list[Skipped] = []
    for path in paths:
        shown = shown_root(path, alone=len(paths) == 1)
        try:
            more, gaps = homes(path, shown + b"/" if shown else b"")
        except GitError as error:  # the tree says it as well, if there is one
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


def required(path: str) -> None:
    """Raise ``UsageError`` where no history could be read."""
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


def _with_submodules(repository: Repository, prefix: bytes) -> tuple[list[Home], list[Skipped]]:
    stores, skipped = submodule_stores(repository)
    found = [Home(repository, prefix, prefix)]
    for store in stores:
        below = os.fsencode(os.path.relpath(store.git_dir, repository.common_dir))
        name = b"/".join(part for part in below.split(b"/") if part != b"modules")
        inside = b".git/" if repository.top else b""
        found.append(Home(store, prefix + name + b"/", prefix + inside + below + b"/"))
    return found, skipped
