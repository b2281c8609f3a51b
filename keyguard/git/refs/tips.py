"""Find everything that points into an object store, without git: the tips from which history is reachable."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from keyguard.git.layout.reader import GitDirReader
from keyguard.git.layout.repository import Repository
from keyguard.git.layout.settings import is_partial, settings_of
from keyguard.git.layout.worktrees import Worktree, prefix_of, worktrees_of
from keyguard.git.refs.pseudorefs import pseudo_refs
from keyguard.git.refs.store import RefStore
from keyguard.model.finding import Skipped
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.git.refs.reflogs import Reflog
    from keyguard.git.refs.reftable_stack import Tables

_ID_LENGTH = {"sha1": 40, "sha256": 64}
_STASH = b"refs/stash"
#: files with the position of a branch before a reset, merge or rebase
_BEFORE = (b"ORIG_HEAD", b"rebase-merge/orig-head", b"rebase-apply/orig-head")
#: first name, first name after the range (``0`` follows ``/``), reach; in order
_REACHES = (
    (b"refs/heads/", b"refs/heads0", "branch"),
    (b"refs/remotes/", b"refs/remotes0", "remote"),
    (b"refs/stash", b"refs/stash\0", "stash"),
    (b"refs/tags/", b"refs/tags0", "tag"),
)
_SHALLOW_LIMIT = 64 << 20
#: the setting that makes the checkout of a CI job a complete clone
FULL_DEPTH = "fetch-depth: 0 (GitLab: GIT_DEPTH: 0)"


class Tip(NamedTuple):
    """One pointer to one object."""

    oid: str
    name: bytes
    """Full name of the ref; ``HEAD``, ``ORIG_HEAD``, ``worktrees/x/HEAD``; for a reflog entry the ref that the log is
    of.
    """
    reach: str
    """One of ``REACHES``; ``worktree`` for HEAD and the own refs of other worktrees."""
    kept: bool = True
    """Whether git keeps the object, so that a missing one is damage. The object of ``ORIG_HEAD`` may be gone."""


class Tips(NamedTuple):
    """All tips of a repository, and what could not be read."""

    tips: list[Tip]
    """HEAD first, symbolic refs resolved; several may point to the same object."""
    refs: int
    reflogs: int
    """Number of reflog entries."""
    skipped: list[Skipped]
    shallow: frozenset[str]
    """Commits at which the history of a shallow clone ends."""
    partial: bool
    """Whether objects may be missing on purpose, because a remote still has them."""


def read_tips(repository: Repository) -> Tips:
    """Return all tips, always in the same order. What cannot be read is a gap."""
    return _TipFinder(repository).find()


def read_refs(repository: Repository) -> Tips:
    """Return the same without what is local to this clone: reflogs and index."""
    return _TipFinder(repository).find(local=False)


class _TipFinder:
    """What is known while the tips of one repository are collected."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._reader = GitDirReader(repository)
        self._settings = settings_of(repository, self._reader)
        self._length = _ID_LENGTH[repository.object_format]
        self._worktrees = worktrees_of(repository, self._reader)
        self._tables = self._read_tables()
        self._store = self._read_refs()
        self._names = sorted(self._store.ids)

    def find(self, *, local: bool = True) -> Tips:
        tips: list[Tip] = []
        refs = entries = 0
        for worktree in self._worktrees:
            found = self._refs(worktree)
            refs += len(found)
            tips += [*self._heads(worktree), *found]
        for worktree in self._worktrees if local else ():
            tips += self._staged(worktree)
        for worktree in self._worktrees if local else ():
            for log in self._reflogs(worktree):
                entries += log.entries
                tips += _tips(log.ids, repeat(log.name), "stash" if log.name == _STASH else "reflog")
        shallow, partial = self._shallow(), is_partial(self._repository, self._settings)
        return Tips(tips, refs, entries, self._reader.gaps, shallow, partial)

    def _read_tables(self) -> dict[bytes, Tables]:
        """Return the reftables of each worktree by prefix; empty if refs are stored in files."""
        storage = self._settings.get(b"extensions.refstorage", b"files").lower()
        if storage == b"reftable":
            from keyguard.git.refs.reftable_stack import read_tables  # few repositories have any

            return {worktree.prefix: read_tables(self._reader, worktree.folder) for worktree in self._worktrees}
        if storage != b"files":
            path = os.path.join(self._repository.common_dir, "config")
            self._reader.gap(path, "unreadable", "refs are stored in a way that is not known")
        return {}

    def _read_refs(self) -> RefStore:
        """Return the refs and HEADs of all worktrees, symbolic ones resolved."""
        store, reader = RefStore(self._length), self._reader
        if not self._tables:
            store.read_packed(reader, os.path.join(self._repository.common_dir, "packed-refs"))
        for worktree in self._worktrees:
            if worktree.prefix in self._tables:
                store.read_tables(worktree, self._tables[worktree.prefix])
            else:
                store.read_loose(reader, worktree)
                store.read_one(reader, os.path.join(worktree.folder, "HEAD"), worktree.prefix + b"HEAD")
        by_prefix = {worktree.prefix: worktree for worktree in self._worktrees}
        for name in tuple(store.symbolic):
            worktree = by_prefix.get(prefix_of(name), self._worktrees[0])
            if oid := self._resolve(store, worktree, name):
                store.resolved[name] = oid
        store.ids.update(store.resolved)
        return store

    def _resolve(self, store: RefStore, worktree: Worktree, name: bytes) -> bytes:
        """Return the id that a ref resolves to in this worktree, or an empty string."""
        try:
            return store.resolve(name, worktree.prefix)
        except GitError as error:
            path = os.path.join(worktree.folder, os.fsdecode(name.removeprefix(worktree.prefix)))
            self._reader.gap(path, "corrupt", str(error))
            return b""

    def _refs(self, worktree: Worktree) -> list[Tip]:
        """Return a worktree's own refs; for the current worktree also those that all share."""

        def named(names: list[bytes], reach: str) -> Iterator[Tip]:
            return _tips(map(self._store.ids.__getitem__, names), names, reach)

        rest = _between(self._names, worktree.prefix + b"refs/", worktree.prefix + b"refs0")
        if worktree.prefix:
            return list(named(rest, "worktree"))
        tips: list[Tip] = []
        for first, beyond, reach in _REACHES:
            start, end = bisect_left(rest, first), bisect_left(rest, beyond)
            tips += named(rest[:start], "ref")
            tips += named(rest[start:end], reach)
            rest = rest[end:]
        return [*tips, *named(rest, "ref")]

    def _heads(self, worktree: Worktree) -> Iterator[Tip]:
        """Yield HEAD and the pseudorefs of one worktree."""
        prefix, ids = worktree.prefix, self._store.ids
        if oid := ids.get(prefix + b"HEAD"):
            yield from _tips([oid], [prefix + b"HEAD"], "worktree" if prefix else "head")
        found = [*self._pseudo_refs(worktree)]
        if prefix in self._tables:
            single = [name for name in self._tables[prefix].refs if b"/" not in name and name != b"HEAD"]
            found += [(prefix + name, [ids.get(prefix + name, b"")]) for name in sorted(single)]
        for name, named in found:
            known = [oid for oid in dict.fromkeys(named) if oid.strip(b"0")]
            # the former position of a branch is known only here; what was fetched, a server has as well
            reach = "worktree" if prefix else "reflog" if name in _BEFORE else "ref"
            yield from _tips(known, repeat(name), reach, kept=False)

    def _pseudo_refs(self, worktree: Worktree) -> Iterator[tuple[bytes, list[bytes]]]:
        for found in pseudo_refs(self._reader, worktree.folder, self._length):
            name = worktree.prefix + found.name
            if found.target:
                self._store.put_symbolic(name, found.target)
                yield name, [self._resolve(self._store, worktree, name)]
            yield name, found.ids

    def _staged(self, worktree: Worktree) -> Iterator[Tip]:
        """Yield what is in the index of one worktree."""
        from keyguard.git.index.staged_ids import staged_ids  # not needed for a range

        staged = staged_ids(self._reader, worktree.folder, self._repository.object_format)
        for ids, kept in ((staged.entries, True), (staged.from_extensions, False)):
            texts = [oid.hex().encode() for oid in ids]
            yield from _tips(texts, repeat(worktree.prefix + b"index"), "index", kept=kept)

    def _reflogs(self, worktree: Worktree) -> Iterable[Reflog]:
        from keyguard.git.refs.reflogs import reflogs_in_tables, reflogs_of

        if worktree.prefix in self._tables:
            return reflogs_in_tables(self._tables[worktree.prefix], worktree)
        return reflogs_of(self._reader, worktree, self._length)

    def _shallow(self) -> frozenset[str]:
        path = os.path.join(self._repository.common_dir, "shallow")
        data = self._reader.read(path, _SHALLOW_LIMIT) or b""
        found = re.findall(rb"^[0-9a-fA-F]{%d}$" % self._length, data, re.MULTILINE)
        if len(found) != len(data.split()):
            self._reader.gap(path, "corrupt", "holds something else than ids")
        return frozenset(oid.decode().lower() for oid in found)


def _between(names: list[bytes], first: bytes, beyond: bytes) -> list[bytes]:
    return names[bisect_left(names, first) : bisect_left(names, beyond)]


def _tips(ids: Iterable[bytes], names: Iterable[bytes], reach: str, *, kept: bool = True) -> Iterator[Tip]:
    """Return tips for these ids. There can be millions, so only C-level iteration is used."""
    return map(Tip, b" ".join(ids).decode().lower().split(), names, repeat(reach), repeat(kept))
