"""Everything that points into an object store, read without git: where history is looked at from."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import repeat
from typing import NamedTuple

from keyguard.errors import GitError
from keyguard.git.gaps import Reader
from keyguard.git.pseudorefs import pseudo_refs
from keyguard.git.refstore import RefStore
from keyguard.git.repository import Repository
from keyguard.git.settings import is_partial, settings_of
from keyguard.git.worktrees import Worktree, prefix_of, worktrees_of
from keyguard.model import Skipped

_ID_LENGTH = {"sha1": 40, "sha256": 64}
#: first name, the first one beyond (``0`` comes after ``/``), what they are; in order
_REACHES = (
    (b"refs/heads/", b"refs/heads0", "branch"),
    (b"refs/remotes/", b"refs/remotes0", "remote"),
    (b"refs/stash", b"refs/stash\0", "stash"),
    (b"refs/tags/", b"refs/tags0", "tag"),
)
_SHALLOW_LIMIT = 64 << 20


class Tip(NamedTuple):
    """One thing that points to one object."""

    oid: str
    name: bytes
    """Full name of the ref; ``HEAD``, ``ORIG_HEAD``, ``worktrees/x/HEAD``; for a reflog the ref that it is of."""
    reach: str
    """One of ``REACHES``; ``worktree`` for the HEAD and the own refs of the other worktrees."""
    kept: bool = True
    """Whether git keeps the object, so that it is damage when it is missing. What ``ORIG_HEAD`` names may be gone."""


class Tips(NamedTuple):
    """All tips of a repository, and what could not be read of them."""

    tips: list[Tip]
    """HEAD first, symbolic refs resolved; several may point to the same object."""
    refs: int
    reflogs: int
    """Entries of reflogs."""
    skipped: list[Skipped]
    shallow: frozenset[str]
    """Commits at which the history of a shallow clone ends."""
    partial: bool
    """Whether objects may be missing on purpose, since they are still at a remote."""


def read_tips(repository: Repository) -> Tips:
    """All tips, always in the same order. What cannot be read is a gap."""
    reader = Reader(repository)
    length = _ID_LENGTH[repository.object_format]
    worktrees = worktrees_of(repository, reader)
    store = _refs(repository, reader, worktrees)
    names = sorted(store.ids)
    tips: list[Tip] = []
    refs = 0
    for worktree in worktrees:
        tips += _heads(store, reader, worktree, length)
        found = _refs_of(store, names, worktree)
        refs += len(found)
        tips += found
    shallow = _shallow(repository, reader, length)
    partial = is_partial(repository, settings_of(repository, reader))
    return Tips(tips, refs, 0, reader.gaps, shallow, partial)


def _refs(repository: Repository, reader: Reader, worktrees: list[Worktree]) -> RefStore:
    """The refs and HEADs of all worktrees, symbolic ones resolved."""
    store = RefStore(_ID_LENGTH[repository.object_format])
    store.read_packed(reader, os.path.join(repository.common_dir, "packed-refs"))
    for worktree in worktrees:
        store.read_loose(reader, worktree.folder, worktree.prefix)
        store.read_one(reader, os.path.join(worktree.folder, "HEAD"), worktree.prefix + b"HEAD")
    by_prefix = {worktree.prefix: worktree for worktree in worktrees}
    resolved = {}
    for name in store.symbolic:
        worktree = by_prefix.get(prefix_of(name), worktrees[0])
        resolved[name] = _resolve(store, reader, worktree, name)
    store.ids.update((name, oid) for name, oid in resolved.items() if oid)
    return store


def _resolve(store: RefStore, reader: Reader, worktree: Worktree, name: bytes) -> bytes:
    """The id that a ref comes to as this worktree sees it, or nothing."""
    try:
        return store.resolve(name, worktree.prefix)
    except GitError as error:
        path = os.path.join(worktree.folder, os.fsdecode(name.removeprefix(worktree.prefix)))
        reader.gap(path, "corrupt", str(error))
        return b""


def _refs_of(store: RefStore, names: list[bytes], worktree: Worktree) -> list[Tip]:
    """The refs that a worktree has for itself, and those shared by all for the one we are in."""
    under = worktree.prefix + b"refs/"
    if worktree.prefix:
        return list(_of_reach(store, _below(names, under), "worktree"))
    tips: list[Tip] = []
    rest = _below(names, under)
    for first, beyond, reach in _REACHES:
        start, end = bisect_left(rest, first), bisect_left(rest, beyond)
        tips += _of_reach(store, rest[:start], "ref")
        tips += _of_reach(store, rest[start:end], reach)
        rest = rest[end:]
    return tips + list(_of_reach(store, rest, "ref"))


def _below(names: list[bytes], prefix: bytes) -> list[bytes]:
    return names[bisect_left(names, prefix) : bisect_left(names, prefix[:-1] + b"0")]


def _of_reach(store: RefStore, names: list[bytes], reach: str) -> Iterator[Tip]:
    """Tips of these names. There can be very many: nothing more than this is done for each."""
    ids = b" ".join(map(store.ids.__getitem__, names)).decode().lower().split()
    return map(Tip, ids, names, repeat(reach))


def _heads(store: RefStore, reader: Reader, worktree: Worktree, length: int) -> Iterator[Tip]:
    """HEAD and what is under way in one worktree."""
    prefix = worktree.prefix
    if oid := store.ids.get(prefix + b"HEAD"):
        yield Tip(oid.decode().lower(), prefix + b"HEAD", "worktree" if prefix else "head")
    for found in pseudo_refs(reader, worktree.folder, length):
        ids = found.ids
        if found.target:
            store.put_symbolic(prefix + found.name, found.target)
            ids = [_resolve(store, reader, worktree, prefix + found.name)]
        for oid in dict.fromkeys(ids):
            if oid.strip(b"0"):
                yield Tip(oid.decode().lower(), prefix + found.name, "worktree" if prefix else "ref", kept=False)


def _shallow(repository: Repository, reader: Reader, length: int) -> frozenset[str]:
    path = os.path.join(repository.common_dir, "shallow")
    data = reader.read(path, _SHALLOW_LIMIT) or b""
    found = re.findall(rb"^[0-9a-fA-F]{%d}$" % length, data, re.MULTILINE)
    if len(found) != len(data.split()):
        reader.gap(path, "corrupt", "holds something else than ids")
    return frozenset(oid.decode().lower() for oid in found)
