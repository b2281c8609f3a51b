"""The limits of a proof: everything that was not read, and so may still contain the key."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import msgspec

from keyguard.engine.compiled import Engine
from keyguard.git import unscanned
from keyguard.git.layout.repository import Repository, discover
from keyguard.history.stores import repository_at, stores_at
from keyguard.inspection.filenames import Names
from keyguard.model.finding import UNOPENED, Run
from keyguard.report.phrases import counted
from keyguard.sources.listing import Ask, Folder
from keyguard.sources.tree import listing
from keyguard.support.errors import GitError
from keyguard.support.sanitize import shown_path

#: the number of names that are listed for each kind
_MOST = 10


class NotCovered(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of content that was not read, and how much of it there is."""

    kind: str
    """``ignored``, ``container``, ``lfs``, ``submodule``, ``left-out``, ``remote``, ``encoding``, ``elsewhere``; or
    ``unknown`` if git failed."""
    says: str
    """The description for people."""
    count: int = 0
    """The known number; 0 if it cannot be counted."""
    paths: tuple[str, ...] = ()
    """The first of them, as displayed."""


def not_covered(run: Run, paths: Sequence[str], engine: Engine, *, all_files: bool) -> list[NotCovered]:
    """Return what a scan of the paths did not read, in a fixed order.

    ``all_files`` says that it read ignored files.
    """
    names, found = Names(engine), list[NotCovered]()
    try:
        if not all_files:
            folders = listing(Ask(paths=tuple(paths))).folders
            hidden = sorted({path for folder in folders for path in _ignored(folder)})
            found += _told("ignored", "path", "ignored by git (--all-files reads what is there)", hidden, names)
        found += _unopened(run, names)
        for path in paths:
            for home in stores_at(path)[0]:
                found += _beside(home.repository, names)
    except GitError as error:
        found.append(NotCovered(kind="unknown", says=f"git could not be asked what else there is: {error}"))
    left_out = [one.path for one in run.skipped if not one.gap and one.reason not in UNOPENED]
    found += _told("left-out", "file", "left out, by kind or by choice", left_out, names)
    found.append(NotCovered(kind="encoding", says=_ENCODED))
    found.append(NotCovered(kind="elsewhere", says=_ELSEWHERE))
    return found


def partial_history(paths: Sequence[str]) -> str:
    """Return why the history around one of the paths was not read; empty if there is none, or it was."""
    for path in paths:
        try:
            around = discover(path)
            if around is not None and repository_at(path) is None:
                return f"history is that of a whole repository: --path {around.top or around.git_dir}"
        except GitError as error:
            return str(error)
    return ""


_ENCODED = (
    "the key written in a way that no scan undoes: encrypted, put together at run time, encoded more than five times"
)
_ELSEWHERE = (
    "the server itself, other clones, forks, pull requests, build caches, artefacts, logs and backups: fetch the"
    " repository anew from its server, and prove it there"
)


def _unopened(run: Run, names: Names) -> Iterator[NotCovered]:
    """Yield containers, and submodules that are not here, by kind."""
    listed: dict[str, list[bytes]] = {}
    reasons: dict[str, str] = {}
    for one in run.skipped:
        if one.reason in UNOPENED:
            what = one.detail.partition(" (")[0]
            listed.setdefault(what, []).append(one.path)
            reasons[what] = one.reason
    history = run.coverage.history.unopened if run.coverage.history else {}
    for what, paths in sorted(listed.items()):
        kind = "lfs" if what.startswith("LFS") else reasons[what]
        # not all of those in history are listed
        count = max(len(paths), run.coverage.unopened.get(what, 0) + history.get(what, 0))
        yield from _told(kind, what, "not opened", paths, names, count)


def _ignored(folder: Folder) -> Iterator[bytes]:
    """Yield what git ignores in a folder and in the rest of its repository below the root. GitError if git fails."""
    if folder.repository is None:
        return
    top, root = os.fsencode(folder.repository.top), folder.root
    for path in unscanned.ignored_paths(folder.repository):
        below = os.path.relpath(os.path.join(top, path), root)
        if not below.startswith(b"../"):
            yield folder.display(below + (b"/" if path.endswith(b"/") else b""))


def _beside(repository: Repository, names: Names) -> Iterator[NotCovered]:
    if stored := sum(1 for _ in unscanned.lfs_files(repository)):
        yield NotCovered(
            kind="lfs", says=f"{counted(stored, 'file')} in the store of git-lfs, lfs/objects", count=stored
        )
    if repository.top:
        remotes = unscanned.remote_names(repository)
        yield from _told("remote", "remote", "of which only what was fetched is here", remotes, names)


def _told(
    kind: str, noun: str, says: str, paths: Sequence[bytes], names: Names, count: int = 0
) -> Iterator[NotCovered]:
    shown, count = tuple(shown_path(names.masked(path)) for path in paths[:_MOST]), count or len(paths)
    if shown:
        yield NotCovered(kind=kind, says=f"{counted(count, noun)}, {says}", count=count, paths=shown)


def lines_of(one: NotCovered) -> Iterator[str]:
    """Yield the lines that describe it."""
    yield one.says
    yield from (f"  {path}" for path in one.paths)
    if one.count > len(one.paths) > 0:
        yield f"  and {one.count - len(one.paths):,} more"
