"""Object stores of test repositories, opened as a scan opens them, and all that can be read of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keyguard.git.layout.alternates import alternates
from keyguard.odb.loose_objects import KINDS, loose_path, read_loose
from keyguard.odb.pack import Pack, open_pack
from keyguard.odb.store import Reindex, Store
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo
from tests.history.packfiles import Packed, install

__all__ = ["contents", "loose_file", "no_index", "objects_folder", "opened", "packed", "walked"]

#: kind of object -> as git names it
NAMES = {number: name.decode() for name, number in KINDS.items()}


def no_index(path: str) -> str:
    """Makes no index for any pack."""
    raise GitError(f"no index for {Path(path).name}")


def objects_folder(repo: Repo) -> Path:
    """Where the objects of a repository lie."""
    return repo.path / (".git/objects" if (repo.path / ".git").exists() else "objects")


@contextmanager
def opened(repo: Repo, object_format: str = "sha1", reindex: Reindex = no_index) -> Iterator[Store]:
    """The store of a repository, and those that it borrows from."""
    folder = str(objects_folder(repo))
    store = Store((folder, *alternates(folder)), object_format, reindex)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def packed(repo: Repo, entries: list[Packed]) -> Iterator[Pack]:
    """A pack made by hand, opened."""
    pack = open_pack(str(install(repo, entries)), 20)
    try:
        yield pack
    finally:
        pack.close()


def walked(pack: Pack, first: int = 0, stop: int = -1) -> tuple[dict[int, bytes], list[tuple[int, int]]]:
    """What a walk yields by entry, each once, and what it cannot read."""
    found: dict[int, bytes] = {}
    lost: list[tuple[int, int]] = []
    for entry, data, _ in pack.walk(first, len(pack) if stop < 0 else stop, lost):
        assert entry not in found
        found[entry] = data
    return found, lost


def contents(store: Store) -> dict[str, tuple[str, bytes]]:
    """Every object as ``objects_of`` has it: id -> (type, content); walked in packs, and read where it is loose."""
    found: dict[str, tuple[str, bytes]] = {}
    for pack, start in zip(store.packs, store.starts, strict=False):
        for entry, data in walked(pack)[0].items():
            found[store.oid(start + entry)] = (NAMES[int(store.kinds[start + entry])], data)
    for number in range(store.loose_from, len(store)):
        oid = store.oid(number)
        path = loose_path(store.loose_folders[number - store.loose_from], oid)
        one = read_loose(path, oid, store.object_format)
        found[oid] = (NAMES[one.kind], one.content)
    return found


def loose_file(kind: str, data: bytes, size: int = -1) -> bytes:
    """What stands in the file of a loose object; ``size`` is what it tells, if not the true one."""
    return zlib.compress(f"{kind} {len(data) if size < 0 else size}\0".encode() + data)
