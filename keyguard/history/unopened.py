"""List what a history scan does not open: archives and encrypted files, git's leftovers, commits of submodules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from keyguard.git.layout.alternates import absent_alternates
from keyguard.git.layout.repository import Repository
from keyguard.git.objects.blobs import read_blobs
from keyguard.git.process.opening import open_objects
from keyguard.model.finding import UNOPENED, Skipped, Unread
from keyguard.support.errors import GitError
from keyguard.support.sanitize import shown

if TYPE_CHECKING:
    from keyguard.odb.store import Store  # imports numpy, which a range does not need

#: entries that are listed individually; the rest are only counted
_MOST = 1000


def unopened_in(store: Store, unread: Iterable[tuple[int, Unread]], inside: bytes) -> list[Skipped]:
    """Return the unopened blobs and leftover files of one store.

    ``unread`` holds the numbers of blobs and what is not read of them; ``inside`` is the prefix for the names of
    leftover files.
    """
    blobs: dict[str, tuple[Unread, ...]] = {}
    for number, one in unread:
        if store.first[number]:
            oid = store.oid(number)
            blobs[oid] = (*blobs.get(oid, ()), one)
    found = unopened_blobs(blobs)
    words = "git file (left over from what git did not finish)"
    names = [f"objects/{name}".encode("utf-8", "surrogateescape") for name in store.leftovers]
    return found + [_listed(inside + name, words) for name in names]


def unopened_blobs(unread: Mapping[str, Sequence[Unread]]) -> list[Skipped]:
    """Return an entry for everything that is not read of blobs, which are given by their ids."""
    return [one.at(f"object:{oid}".encode()) for oid in sorted(unread) for one in unread[oid]]


def absent_submodules(links: Mapping[str, bytes], stores: Sequence[Repository]) -> list[Skipped]:
    """Return an entry for each submodule commit (id -> name of its folder) that none of these stores holds."""
    absent = list(links)
    for repository in stores if len(stores) > 1 else ():
        absent = _missing_in(repository, absent)
    return [_commit(oid, links[oid], "it is not here") for oid in sorted(absent)]


def absent_stores(repository: Repository) -> list[Skipped]:
    """Return an entry for each object store that a repository borrows from and that does not exist.

    A referenced object that only such a store has is missing, which is a separate gap.
    """
    try:
        absent = absent_alternates(repository.objects)
    except GitError:
        return []  # the store cannot be read at all, which is reported elsewhere
    path = (b".git/" if repository.top else b"") + b"objects/info/alternates"
    return [_listed(path, f"object store (borrowed from, and not there: {shown(one)})") for one in absent]


def submodules_moved(links: Mapping[str, bytes]) -> list[Skipped]:
    """Return an entry for each commit to which a range moves a submodule: its objects are in another store."""
    return [_commit(oid, links[oid], "its store is no part of a range") for oid in sorted(links)]


def shortened(found: list[Skipped]) -> list[Skipped]:
    """Return the list with at most ``_MOST`` unopened entries, and one entry that counts the others."""
    listed = [one for one in found if one.reason in UNOPENED]
    if len(listed) <= _MOST:
        return found
    detail = f"others ({len(listed) - _MOST:,} more, which are counted and not listed)"
    gaps = [one for one in found if one.reason not in UNOPENED]
    return [*gaps, *listed[:_MOST], Skipped(path=b"history", reason="container", detail=detail, gap=False)]


def _missing_in(repository: Repository, oids: list[str]) -> list[str]:
    """Return the ids that a store does not hold; all of them if git cannot read it."""
    wanted = [oid for oid in oids if len(oid) == (64 if repository.object_format == "sha256" else 40)]
    there: set[str] = set()
    try:
        with open_objects(repository) as git:
            there.update(one.oid for one in read_blobs(git, wanted, any_kind=True) if not one.problem)
    except GitError:
        pass
    return [oid for oid in oids if oid not in there]


def _listed(path: bytes, words: str) -> Skipped:
    return Skipped(path=path, reason="container", detail=words, gap=False)


def _commit(oid: str, name: bytes, where: str) -> Skipped:
    detail = f"submodule commit ({name.decode('utf-8', 'backslashreplace')}: {where})"
    return Skipped(path=f"object:{oid}".encode(), reason="submodule", detail=detail, gap=False)
