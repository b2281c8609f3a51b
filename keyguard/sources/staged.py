"""The source for staged changes: blobs of the index, never files of the work tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from keyguard.git.layout.repository import Repository, discover
from keyguard.git.process.opening import index_from_environment
from keyguard.git.worktree.changes import Change, staged_changes, staging
from keyguard.model.finding import Blob, Where
from keyguard.sources.listing import Ask, Listing, Stored
from keyguard.support.errors import UsageError

if TYPE_CHECKING:
    from keyguard.git.objects.loose_blobs import LooseBlobReader


@contextmanager
def started(ask: Ask) -> Iterator[Callable[[], Listing]]:
    """Start git on the staged changes, and yield what returns the listing of the blobs that a commit would add."""
    repository = repository_of(ask)
    with staging(repository, index_of(ask, repository)) as found:
        index = index_of(ask, repository)
        yield lambda: _listing(stored_of(repository, index, blobs_of(found.changes()), found.reader))


def listing(ask: Ask) -> Listing:
    """Return the blobs that the next commit would add; there may be none."""
    repository = repository_of(ask)
    index = index_of(ask, repository)
    return _listing(stored_of(repository, index, blobs_of(staged_changes(repository, index))))


def stored_of(
    repository: Repository, index: str | None, blobs: list[Blob], reader: LooseBlobReader | None = None
) -> Stored:
    """Return blobs of an index, with the way to those in which their keys may have been before."""
    return Stored(repository, blobs, reader, partial(_previous, repository, index))


def _previous(repository: Repository, index: str | None) -> list[str]:
    from keyguard.git.worktree.previous import previous_blobs  # a commit without a key has no use for it

    return previous_blobs(repository, index)


def blobs_of(changes: Iterable[Change]) -> list[Blob]:
    """Return a blob for each new version, sorted by path. A move or a change of mode alone adds none."""
    return sorted(Blob(one.path, Where.INDEX, one.oid, one.old) for one in changes if one.oid != one.old)


def repository_of(ask: Ask) -> Repository:
    """Return the repository with a work tree that the path belongs to. ``UsageError`` if there is none."""
    repository = discover(ask.paths[0])
    if repository is None or not repository.top:
        raise UsageError(f"{ask.paths[0]}: not in a git repository with a work tree")
    return repository


def index_of(ask: Ask, repository: Repository) -> str | None:
    """Return the index that git passed to the hook, if any."""
    return index_from_environment(repository, ask.index) if ask.index else None


def _listing(stored: Stored) -> Listing:
    return Listing(scope="staged changes", stored=[stored] if stored.blobs else [])
