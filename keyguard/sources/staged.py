"""The source for what is about to be committed: blobs of the index, never files of the work tree."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.errors import UsageError
from keyguard.git.changes import staged_changes
from keyguard.git.opening import index_from_environment
from keyguard.git.repository import Repository, discover
from keyguard.model import Blob, Where
from keyguard.sources.listing import Ask, Listing, Stored


def listing(ask: Ask) -> Listing:
    """The versions that the next commit would add; none is an answer too."""
    repository = repository_of(ask)
    found = Listing(scope="staged changes")
    blobs = sorted(staged_blobs(repository, index_of(ask, repository)))
    if blobs:
        found.stored.append(Stored(repository, blobs))
    return found


def repository_of(ask: Ask) -> Repository:
    """The repository with a work tree that the path belongs to. Raises ``UsageError`` where there is none."""
    repository = discover(ask.paths[0])
    if repository is None or not repository.top:
        raise UsageError(f"{ask.paths[0]}: not in a git repository with a work tree")
    return repository


def index_of(ask: Ask, repository: Repository) -> str | None:
    """The index that git named to the hook we run in, if any."""
    return index_from_environment(repository, ask.index) if ask.index else None


def staged_blobs(repository: Repository, index: str | None = None) -> Iterator[Blob]:
    """A blob for each version that a commit would add, with the one it replaces; a mere move or change of mode is none.

    ``index`` stands in for the usual one. GitError when the index cannot be read.
    """
    for change in staged_changes(repository, index):
        if change.oid != change.old:
            yield Blob(change.path, Where.INDEX, change.oid, change.old)
