"""The source for what is about to be committed: blobs of the index, never files of the work tree."""

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
    """git at work on the listing, and what waits for it: the versions that the next commit would add, if any."""
    repository = repository_of(ask)
    with staging(repository, index_of(ask, repository)) as found:
        index = index_of(ask, repository)
        yield lambda: _listing(stored_of(repository, index, blobs_of(found.changes()), found.reader))


def listing(ask: Ask) -> Listing:
    """The versions that the next commit would add; none is an answer too."""
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
    """A blob for each new version, by path, with the one it replaces; a mere move or change of mode is none."""
    return sorted(Blob(one.path, Where.INDEX, one.oid, one.old) for one in changes if one.oid != one.old)


def repository_of(ask: Ask) -> Repository:
    """The repository with a work tree that the path belongs to. Raises ``UsageError`` where there is none."""
    repository = discover(ask.paths[0])
    if repository is None or not repository.top:
        raise UsageError(f"{ask.paths[0]}: not in a git repository with a work tree")
    return repository


def index_of(ask: Ask, repository: Repository) -> str | None:
    """The index that git named to the hook we run in, if any."""
    return index_from_environment(repository, ask.index) if ask.index else None


def _listing(stored: Stored) -> Listing:
    return Listing(scope="staged changes", stored=[stored] if stored.blobs else [])
