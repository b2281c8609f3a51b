"""What a proof does not cover: all that was not read, and so may still hold the key."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from keyguard.engine.compiled import Engine
from keyguard.errors import GitError, UsageError
from keyguard.git import surveying
from keyguard.git.repository import Repository, discover
from keyguard.history.scope import Home, homes, repository_at
from keyguard.model import Run
from keyguard.names import Names
from keyguard.report.phrases import counted
from keyguard.sanitize import shown_path
from keyguard.sources.listing import Ask, Folder
from keyguard.sources.tree import listing, shown_root

#: names that are told of each kind
_MOST = 10
#: files that are other files packed together, by the ends of their names
_PACKED = tuple(
    b".zip .jar .war .ear .apk .aar .ipa .whl .egg .docx .xlsx .pptx .epub .nupkg .vsix .xpi .crx .tar "
    b".tgz .tbz .tbz2 .txz .gz .bz2 .xz .zst .lz4 .lzma .br .z .7z .rar .cab .deb .rpm .dmg .iso .img .qcow2 .vmdk "
    b".ova .odt .ods .odp .bundle .sqlite .sqlite3 .db .pdf .parquet .pkl .pickle".split()
)


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing that was not read, and what of it there is."""

    kind: str
    """``ignored``, ``submodule``, ``lfs``, ``container``, ``remote``, ``left-out``, ``encoding``, ``elsewhere``; or
    ``unknown``, where git could not tell."""
    says: str
    """In words, for people."""
    count: int = 0
    """How many are known; 0 where nobody can count them."""
    paths: tuple[str, ...] = ()
    """The first of them, as they are shown."""


def unread(run: Run, paths: Sequence[str], engine: Engine, *, all_files: bool, looked_back: bool) -> list[Unread]:
    """All that a scan of the paths did not read, in the same order every time.

    ``all_files``: whether ignored files were read; ``looked_back``: whether history was.
    """
    names, found, packed = Names(engine), list[Unread](), dict[bytes, None]()
    try:
        folders = listing(Ask(paths=tuple(paths), all_files=all_files)).folders
    except UsageError:
        folders = []  # nothing but history
    packed.update((path, None) for folder in folders for path in folder.displayed() if _is_packed(path))
    try:
        if not all_files:
            hidden = sorted({path for folder in folders for path in _ignored(folder)})
            found += _told("ignored", "ignored by git (--all-files reads them)", hidden, names)
        for home in _stores(paths):
            seen = [*surveying.named_objects(home.repository)] if looked_back else []
            packed.update((home.prefix + path, None) for path in seen if _is_packed(path))
            found += _of_store(home, any(path.rpartition(b"/")[2] == b".gitmodules" for path in seen), names)
    except GitError as error:
        found.append(Unread(kind="unknown", says=f"git could not be asked what else there is: {error}"))
    found += _told("container", "packed files (archives, databases, documents): not opened", sorted(packed), names)
    left_out = [one.path for one in run.skipped if not one.gap and one.path not in packed]
    found += _told("left-out", "left out, by their kind or by choice", left_out, names)
    found.append(Unread(kind="encoding", says=_ENCODED))
    found.append(Unread(kind="elsewhere", says=_ELSEWHERE))
    return found


def _stores(paths: Sequence[str]) -> Iterator[Home]:
    for path in paths:
        shown = shown_root(path, alone=len(paths) == 1)
        yield from homes(path, shown + b"/" if shown else b"")[0]


def partial_history(paths: Sequence[str]) -> str:
    """Why the history around one of the paths was not read; empty where there is none, or it was."""
    for path in paths:
        try:
            around = discover(path)
            if around is not None and repository_at(path) is None:
                return f"history is that of a whole repository: --path {around.top or around.git_dir}"
        except GitError as error:
            return str(error)
    return ""


def _ignored(folder: Folder) -> Iterator[bytes]:
    """What git ignores in a folder and the rest of its repository below the same root. GitError when git fails."""
    if folder.repository is None:
        return
    top, root = os.fsencode(folder.repository.top), folder.root
    for path in surveying.ignored(folder.repository):
        below = os.path.relpath(os.path.join(top, path), root)
        if not below.startswith(b"../"):
            yield folder.display(below + (b"/" if path.endswith(b"/") else b""))


def _is_packed(path: bytes) -> bool:
    return path.lower().endswith(_PACKED)


_ENCODED = (
    "the key written in another way than plain text (UTF-8 or UTF-16): in base64, hex, percent signs, \\u escapes,"
    " compressed, encrypted, or put together from parts"
)
_ELSEWHERE = (
    "the server itself, other clones, forks, pull requests, build caches, artefacts, logs and backups: fetch the"
    " repository anew from its server, and prove it there"
)


def _of_store(home: Home, has_modules: bool, names: Names) -> Iterator[Unread]:
    """``has_modules``: whether its history has a list of submodules."""
    repository = home.repository
    modules = surveying.submodules(repository)
    missing = [path for path in modules if not _is_there(repository, path)]
    yield from _told("submodule", "submodules that are not here: prove it in each", missing, names)
    if has_modules and not modules:
        yield Unread(kind="submodule", says="submodules that its .gitmodules name, or named: prove it in each")
    pointers, stored = surveying.pointers(repository), surveying.large_files(repository)
    if pointers or stored:
        says = f"in git-lfs: {counted(pointers, 'pointer')}, and {counted(stored, 'object')} in lfs/objects"
        yield Unread(kind="lfs", says=says, count=max(pointers, stored))
    if repository.top and (known := surveying.remotes(repository)):
        yield Unread(kind="remote", says="remotes, of which only what was fetched is here", paths=tuple(known))


def _is_there(repository: Repository, path: bytes) -> bool:
    """Whether a submodule is checked out, so that it was read with the rest."""
    return os.path.lexists(os.path.join(os.fsencode(repository.top), path, b".git"))


def _told(kind: str, says: str, paths: Iterable[bytes], names: Names) -> Iterator[Unread]:
    shown = [shown_path(names.masked(path)) for path in paths]
    if shown:
        yield Unread(kind=kind, says=says, count=len(shown), paths=tuple(shown[:_MOST]))


def lines(one: Unread) -> Iterator[str]:
    """It, as people read it."""
    yield (f"{one.count:,} " if one.count and one.kind != "lfs" else "") + one.says
    yield from (f"  {path}" for path in one.paths)
    if one.count > len(one.paths) > 0:
        yield f"  and {one.count - len(one.paths):,} more"
