"""The source for files and folders: in a repository, tracked and untracked files; elsewhere, all files.

Files that are ignored are left out. If git fails (a broken repository, no git), every file is listed, ignored or not,
and the failure is a gap.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from keyguard.git.layout.repository import Repository, discover
from keyguard.model.finding import Skipped
from keyguard.sources.listing import Ask, Folder, Listing, TreeFile, shown_below
from keyguard.sources.reading import kind_of
from keyguard.sources.walk import FoundRepository, walk
from keyguard.support.errors import GitError, UsageError

if TYPE_CHECKING:
    from keyguard.git.worktree.files import WorktreeListing

#: how many levels of repositories inside repositories are listed
_NESTING = 16


class Place(NamedTuple):
    """A folder to list. Its files are opened from ``root`` downwards, so that no link on the way is followed."""

    root: bytes
    """The folder that the user named, absolute, with links resolved."""
    shown: bytes
    """The root as reports show it; empty for the current folder."""
    inner: bytes = b""
    """The folder's path below the root; empty for the root itself."""
    depth: int = 0
    """How many repositories are around the folder, below the root."""
    begun: WorktreeListing | None = None
    """The git process that lists the folder, if it was started before."""

    @property
    def path(self) -> bytes:
        """Return the folder's absolute path."""
        return os.path.join(self.root, self.inner) if self.inner else self.root

    @property
    def name(self) -> bytes:
        """Return the folder as reports show it."""
        return self.display(b"").rstrip(b"/") or b"."

    def below(self, path: bytes) -> bytes:
        """Return the path below the root of a path in the folder."""
        return self.inner + b"/" + path if self.inner else path

    def display(self, path: bytes) -> bytes:
        """Return a path in the folder as reports show it."""
        return shown_below(self.shown, self.below(path))


@contextmanager
def started(ask: Ask) -> Iterator[Callable[[], Listing]]:
    """Start git if there is one folder to list, and yield what waits for it and returns the listing."""
    with ExitStack() as stack:
        begun = _begin(ask, stack)

        def finish() -> Listing:
            with stack:  # git has to end here, not with the scan
                return listing(ask, begun)

        yield finish


def listing(ask: Ask, begun: WorktreeListing | None = None) -> Listing:
    """Return what is below the paths, perhaps nothing. ``UsageError`` for a path that does not exist."""
    found = Listing(scope="working tree")
    for path in ask.paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
        there = _resolved(path)
        shown = shown_root(path, alone=len(ask.paths) == 1)
        if os.path.isdir(path) and not ask.all_files and _is_bare(path):
            continue  # there is only its history
        if os.path.isdir(path):
            _add_folder(found, Place(os.fsencode(there), shown, begun=begun), ask)
        else:
            _add_file(found, path, os.fsencode(there), shown)
    _deduplicate(found)
    return found


def add_nested(found: Listing, place: Place, path: bytes, ask: Ask, *, linked: bool = False) -> None:
    """Add a repository inside the folder: a submodule if ``linked``, else an untracked one."""
    inside = place._replace(inner=place.below(path), depth=place.depth + 1, begun=None)
    if linked and (os.path.islink(inside.path) or not os.path.lexists(os.path.join(inside.path, b".git"))):
        detail = "submodule (not checked out here: git submodule update --init --recursive)"
        found.skipped.append(Skipped(path=inside.name, reason="submodule", detail=detail, gap=False))
    if os.path.islink(inside.path) or not os.path.isdir(inside.path):
        if os.path.lexists(inside.path):  # a file in place of the repository
            _add(found, place, [path])
    elif place.depth >= _NESTING:
        detail = f"more than {_NESTING} repositories deep"
        found.skipped.append(Skipped(path=inside.name, reason="too-deep", detail=detail))
    elif os.path.lexists(os.path.join(inside.path, b".git")):
        _add_folder(found, inside, ask)
    else:  # a submodule that is not checked out
        _add_walked(found, inside, ask, ignore=True)


def _begin(ask: Ask, stack: ExitStack) -> WorktreeListing | None:
    """Start git; None if that fails: ``listing`` starts it again, and reports why."""
    path = ask.paths[0]
    if len(ask.paths) > 1 or ask.all_files or not os.path.isdir(path):
        return None
    from keyguard.git.worktree.files import worktree_listing

    place = Place(os.fsencode(_resolved(path)), b"")
    try:
        repository = _repository_of(place)
        return stack.enter_context(worktree_listing(repository, _inside(place, repository))) if repository else None
    except GitError:
        return None


def _resolved(path: str) -> str:
    """Return the absolute path with links resolved, but for a broken link in its last part."""
    if os.path.exists(path):
        return os.path.realpath(path)
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


def shown_root(path: str, *, alone: bool) -> bytes:
    """Return how reports show a path: relative to the current folder if it is in it, else absolute.

    The current folder, and a single folder elsewhere, are shown as empty.
    """
    there = _resolved(path)
    here = os.path.realpath(".")
    if there == here:
        return b""
    if there.startswith(here.rstrip("/") + "/"):
        return os.fsencode(os.path.relpath(there, here))
    return b"" if alone and os.path.isdir(there) else os.fsencode(there)


def _is_bare(path: str) -> bool:
    try:
        repository = discover(path) if os.path.isdir(path) else None
    except GitError:
        return False
    return repository is not None and not repository.top and repository.git_dir == os.path.realpath(path)


def _add_file(found: Listing, path: str, there: bytes, shown: bytes) -> None:
    """Add a file that the user named. A pipe or device that is named cannot be read, so it is a gap."""
    kind = os.stat(path).st_mode if os.path.exists(path) else stat.S_IFREG
    if stat.S_ISREG(kind):
        folder, _, name = there.rpartition(b"/")
        found.folders.append(Folder(folder or b"/", os.path.dirname(shown), [TreeFile(name)], whole=False))
    else:
        detail = f"{kind_of(kind)}: give it to --stdin"
        found.skipped.append(Skipped(path=shown, reason="not-a-file", detail=detail))


def _add(found: Listing, place: Place, paths: list[bytes]) -> None:
    if paths:
        files = [TreeFile(place.below(path)) for path in sorted(paths)]
        found.folders.append(Folder(place.root, place.shown, files))


def _deduplicate(found: Listing) -> None:
    """Remove files that an earlier folder of the listing has as well."""
    if len(found.folders) < 2:
        return
    seen: set[bytes] = set()
    for folder in found.folders:
        fresh = [file for file in folder.files if os.path.join(folder.root, file.path) not in seen]
        seen.update(os.path.join(folder.root, file.path) for file in fresh)
        folder.files[:] = fresh


def _add_folder(found: Listing, place: Place, ask: Ask) -> None:
    """List a folder: with git if it belongs to a repository, else by walking."""
    reason = ""
    if not ask.all_files:
        try:
            reason = "broken-repository"
            repository = _repository_of(place)
            reason = "git-failed"
            if repository is not None:
                _add_tracked(found, repository, place, ask)
                return
            reason = ""
        except GitError as error:
            found.skipped.append(
                Skipped(
                    path=place.name, reason=reason, detail=f"{error}; its files are read without git, ignored ones too"
                )
            )
    _add_walked(found, place, ask, ignore=not ask.all_files and not reason)


def _repository_of(place: Place) -> Repository | None:
    """Return the repository with a work tree that the folder belongs to. GitError if one is expected and missing."""
    repository = discover(os.fsdecode(place.path))
    if place.depth and (repository is None or os.fsencode(repository.top) != place.path):
        raise GitError(f"{os.fsdecode(place.name)}: what is there as .git is not a git repository")
    return repository if repository is not None and repository.top else None


def _inside(place: Place, repository: Repository) -> bytes:
    """Return the folder's path below the top of its repository; empty for the top itself."""
    top = os.fsencode(repository.top)
    return os.path.relpath(place.path, top) if place.path != top else b""


def _add_tracked(found: Listing, repository: Repository, place: Place, ask: Ask) -> None:
    from keyguard.git.layout.modes import GITLINK
    from keyguard.git.worktree.files import tracked_and_untracked

    inside, begun = _inside(place, repository), place.begun
    cut, around = (len(inside) + 1 if inside else 0), place.below(b"")
    ready = begun is not None and (begun.repository, begun.folder) == (repository, inside)
    entries = begun.entries() if begun and ready else tracked_and_untracked(repository, inside)
    files: dict[bytes, TreeFile] = {}
    nested: dict[bytes, bool] = {}
    skipped: list[Skipped] = []
    for entry in entries:
        path = entry.path[cut:]
        if isinstance(entry, Skipped):
            skipped.append(Skipped(path=place.display(path), reason=entry.reason, detail=entry.detail))
        elif entry.mode == GITLINK or path.endswith(b"/"):
            name = path.rstrip(b"/")
            nested[name] = nested.get(name, False) or entry.mode == GITLINK
        else:
            files.setdefault(path, TreeFile(around + path, entry.oid))
    found.skipped += skipped
    if files:
        found.folders.append(Folder(place.root, place.shown, [files[path] for path in sorted(files)], repository))
    for path in sorted(nested):
        add_nested(found, place, path, ask, linked=nested[path])


def _add_walked(found: Listing, place: Place, ask: Ask, *, ignore: bool) -> None:
    files: list[bytes] = []
    nested: list[bytes] = []
    for one in walk(place.path, ignore=ignore, nested=not ask.all_files):
        if isinstance(one, Skipped):
            path = place.display(one.path) if one.path != b"." else place.name
            found.skipped.append(Skipped(path=path, reason=one.reason, detail=one.detail, gap=one.gap))
        elif isinstance(one, FoundRepository):
            nested.append(one.path)
        else:
            files.append(one.path)
    _add(found, place, files)
    for path in nested:
        add_nested(found, place, path, ask)
