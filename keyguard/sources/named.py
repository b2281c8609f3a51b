"""The source for hooks that get file names as arguments, as from pre-commit.

For a name that is staged, the version in the index is scanned; for any other, the file. So the same hook works for a
commit and for ``--all-files``, ``--files`` and ``--from-ref``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import msgspec

from keyguard.git.layout.repository import Repository
from keyguard.git.worktree.changes import Staging, staging
from keyguard.model.finding import Blob, Skipped
from keyguard.sources import staged
from keyguard.sources.listing import Ask, Folder, Listing, Stored, TreeFile
from keyguard.support.errors import UsageError


@contextmanager
def started(ask: Ask) -> Iterator[Callable[[], Listing]]:
    """Start git on the staged changes, and yield what returns the listing of the named files."""
    here = Ask(paths=(".",), index=ask.index)
    repository = staged.repository_of(here)
    with staging(repository, staged.index_of(here, repository)) as found:
        yield lambda: _listed(ask, repository, found)


def _listed(ask: Ask, repository: Repository, found: Staging) -> Listing:
    changes, index = found.changes(), staged.index_of(Ask(index=ask.index), repository)
    moved = {one.path for one in changes if one.oid == one.old}
    return _listing(ask, staged.stored_of(repository, index, staged.blobs_of(changes), found.reader), moved)


def _listing(ask: Ask, stored: Stored, moved: Collection[bytes]) -> Listing:
    """List the named files; what a commit only moves, or gives another mode, it does not add."""
    repository = stored.repository
    top = os.fsencode(repository.top)
    ready = {blob.path: blob for blob in stored.blobs}
    found = Listing(scope="files named by the hook")
    blobs: list[Blob] = []
    files: list[TreeFile] = []
    for name in sorted({_inside(path, top) for path in ask.paths}.difference(moved)):
        if name in ready:
            blobs.append(ready[name])
        elif folder := _folder(os.path.join(top, name), name):
            found.skipped.append(folder)
        else:
            files.append(TreeFile(name))
    if blobs:
        found.stored.append(msgspec.structs.replace(stored, blobs=blobs))
    if blobs and not files:
        found.scope = "staged changes"
    if files:
        found.folders.append(Folder(top, b"", files, repository, whole=False))
    return found


def _folder(place: bytes, name: bytes) -> Skipped | None:
    """Return why a folder is skipped: a submodule has its own commits and hooks, and no other folder may be named."""
    if os.path.islink(place) or not os.path.isdir(place):
        return None
    if os.path.lexists(os.path.join(place, b".git")) or not os.listdir(place):
        return Skipped(path=name, reason="not-a-file", detail="a submodule", gap=False)
    return Skipped(
        path=name, reason="not-a-file", detail="a folder, and the hook takes files: keyguard scan takes both"
    )


def _inside(path: str, top: bytes) -> bytes:
    """Return the path relative to the top; if its last part is a link, the link is not followed."""
    folder, name = os.path.split(os.path.abspath(path))
    place = os.path.join(os.fsencode(os.path.realpath(folder)), os.fsencode(name))
    if not place.startswith(top.rstrip(b"/") + b"/"):
        raise UsageError(f"{path}: outside of the repository {os.fsdecode(top)}")
    return os.path.relpath(place, top)
