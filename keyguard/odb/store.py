"""All objects in a repository's object directories under one numbering: packed objects, then those read one by one.

The number of an object is its row in ``ids``. First come the entries of the packs, each in the order of its forest;
then entries that only git can read; last the loose objects.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable

from keyguard.model.finding import Skipped
from keyguard.odb.arrays import Array, np
from keyguard.odb.id_table import IdTable
from keyguard.odb.loose_objects import list_loose, quarantines
from keyguard.odb.pack import Pack, is_same_pack, open_pack
from keyguard.support.errors import GitError

#: makes an index for a pack whose index is missing or damaged: path of the pack -> path of the index
Reindex = Callable[[str], str]

_ID_SIZE = {"sha1": 20, "sha256": 32}


class Store:
    """The objects of one repository. Must be closed."""

    def __init__(self, folders: tuple[str, ...], object_format: str, reindex: Reindex) -> None:
        """``folders`` are object directories: the repository's own, then its alternates."""
        self.object_format = object_format
        self.id_size = _ID_SIZE[object_format]
        self.skipped: list[Skipped] = []
        """Packs that cannot be read, or not completely."""
        self.leftovers: list[str] = []
        """Files that an interrupted git left behind, below ``objects/``; they are not read."""
        self.packs: list[Pack] = []
        self._reindex = reindex
        self._twins: dict[bytes, list[str]] = {}
        for folder in folders:
            self._open_packs(os.path.join(folder, "pack"))
        self.starts = [0]
        for pack in self.packs:
            self.starts.append(self.starts[-1] + len(pack))
        self._number(folders)

    def close(self) -> None:
        """Close the packs."""
        for pack in self.packs:
            pack.close()

    def __len__(self) -> int:
        return len(self.ids)

    def oid(self, number: int) -> str:
        """Return the id of an object in hex."""
        return bytes(self.ids[number]).hex()

    def place(self, number: int) -> tuple[Pack, int] | None:
        """Return the pack of an object and its entry there; None if it is not read from a pack."""
        if number >= self.packed:
            return None
        at = self.pack_of(number)
        return self.packs[at], number - self.starts[at]

    def pack_of(self, number: int) -> int:
        """Return the place of the pack that contains a packed object."""
        return bisect_right(self.starts, number) - 1

    def _open_packs(self, folder: str) -> None:
        try:
            names = sorted(os.listdir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self._gap("objects/pack", "unreadable", error.strerror)
            return
        for name in names:
            if name.endswith(".pack"):
                self._open_pack(os.path.join(folder, name))
            elif name.startswith("tmp_pack_"):
                self.leftovers.append(f"pack/{name}")

    def _open_pack(self, path: str) -> None:
        """Open a pack with its own index, a new one, or leniently; record problems as gaps, and skip duplicates."""
        name = "objects/pack/" + os.path.basename(path)
        try:
            pack = self._opened(path)
        except GitError as error:
            self._gap(name, "corrupt", str(error))
            return
        if pack.problem:
            self._gap(name, "corrupt", pack.problem)
        twins = self._twins.setdefault(pack.checksum, [])
        if any(is_same_pack(path, twin) for twin in twins):
            pack.close()
            return
        twins.append(path)
        self.packs.append(pack)

    def _opened(self, path: str) -> Pack:
        try:
            return open_pack(path, self.id_size)
        except GitError as error:
            try:
                return open_pack(path, self.id_size, self._reindex(path))
            except GitError as other:
                try:
                    return open_pack(path, self.id_size, lenient=True)
                except GitError:
                    raise GitError(f"{error}; nor can an index be made for it: {other}") from error

    def _gap(self, path: str, reason: str, detail: str | None) -> None:
        self.skipped.append(Skipped(path=os.fsencode(path), reason=reason, detail=detail or ""))

    def _number(self, folders: tuple[str, ...]) -> None:
        lost = [pack.lost_ids for pack in self.packs]
        loose, self.loose_folders = self._list_loose(folders)
        empty = np.zeros((0, self.id_size), np.uint8)
        self.ids: Array = np.concatenate([empty, *(pack.ids for pack in self.packs), *lost, loose])
        """uint8, one row per object; an object that is stored more than once has several."""
        self.packed = self.starts[-1]
        """How many objects are read from packs; the others follow."""
        self.loose_from = len(self.ids) - len(loose)
        """The number of the first loose object."""
        self.kinds = np.zeros(len(self.ids), np.uint8)
        """Kinds of the objects, 0 if unknown before reading."""
        for pack, start in zip(self.packs, self.starts, strict=False):
            self.kinds[start : start + len(pack)] = pack.forest.kinds
        self.table = IdTable(self.ids)
        self.firsts: Array = self.table.find(self.ids) if self.table.repeats else np.arange(len(self.ids))
        """int64: the first object with the same id. In a tampered store, the others may have different content."""
        self.first: Array = self.firsts == np.arange(len(self.ids))
        """bool: it is the first object with its id, the only one that counts."""

    def _list_loose(self, folders: tuple[str, ...]) -> tuple[Array, list[str]]:
        """Return the ids of loose objects, and the folder of each."""
        names: list[str] = []
        homes: list[str] = []
        for folder in folders:
            self.leftovers += quarantines(folder)
            try:
                for oid in list_loose(folder, self.object_format, self.leftovers):
                    names.append(oid)
                    homes.append(folder)
            except GitError as error:
                self._gap("objects", "unreadable", str(error))
        rows = np.frombuffer(bytes.fromhex("".join(names)), np.uint8)
        return rows.reshape(len(names), self.id_size), homes
