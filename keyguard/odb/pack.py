"""One pack: its entries as a delta forest, and its objects, each built once.

Entries are read with ``pread``, not through a mapping: if the file shrinks meanwhile, that is an error and not a
signal, and its pages do not count as our memory.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import TypeAlias

from keyguard.odb.arrays import Array, np, sorting
from keyguard.odb.delta_forest import build_forest, is_delta
from keyguard.odb.entry_headers import REF_DELTA, Headers, read_headers
from keyguard.odb.id_table import IdTable
from keyguard.odb.inflate import DAMAGE, apply_delta, inflate, inflated, result_size
from keyguard.odb.pack_index import PackIndex, read_index
from keyguard.odb.regular_files import is_same_file, open_file
from keyguard.support.errors import GitError

#: bytes of an object that is held in memory; larger ones are read in pieces
LARGEST = 16 << 20
#: bytes of bases that are held in memory
_HELD = 96 << 20
_PIECE = 1 << 20
_HEADER = 12

#: number of an entry; its base, or None; its decompressed entry in the pack; and its content, or None for a delta that
#: was not applied yet
Unpacked: TypeAlias = tuple[int, "bytes | None", bytes, "bytes | None"]


class Pack:
    """A pack and its index. Numbers of entries are those of its forest."""

    def __init__(self, path: str, index: PackIndex, size: int, *, lenient: bool = False) -> None:
        """Open the ``.pack`` at ``path``; ``size`` is that of an object id in bytes.

        Raise GitError if it is not a pack, or if the index does not fit it; if ``lenient``, record this in ``problem``
        and read what is readable.
        """
        self._lenient = lenient
        self.path = path
        self.checksum = index.checksum
        self.problem = ""
        """What is wrong with the file as a whole; its objects may be readable nevertheless."""
        self.identity = b""
        """Identifies this file as long as it does not change; empty if it is not intact."""
        self._id_size = size
        self._fd = open_file(path)
        try:
            order, offsets, ends = self._laid_out(index)
            headers = read_headers(self._fd, offsets, size)
            ids = index.ids[order]
            self.forest = build_forest(headers, self._parents(headers, offsets, index, order))
        except BaseException:
            os.close(self._fd)
            raise
        self._take(headers, ids, ends)

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def __len__(self) -> int:
        return len(self.ids)

    def _laid_out(self, index: PackIndex) -> tuple[Array, Array, Array]:
        """Return for the entries in pack order: their places in the index, and where they begin and end."""
        size = os.fstat(self._fd).st_size
        end = size - self._id_size
        head = os.pread(self._fd, _HEADER, 0)
        count = len(index.offsets)
        trailer = os.pread(self._fd, self._id_size, max(0, end))
        if head[:4] != b"PACK":
            raise GitError(f"{os.path.basename(self.path)}: not a pack")
        order = sorting(index.offsets)
        repeated = bool((np.diff(index.offsets[order]) == 0).any())  # so another entry has no row at all
        if int.from_bytes(head[8:], "big") != count or trailer != index.checksum or repeated:
            self.problem = "not the pack that its index is of, or cut off"
            if not self._lenient:
                raise GitError(f"{os.path.basename(self.path)}: {self.problem}")
        # offsets beyond the end are clipped; their entries are lost
        offsets = np.clip(index.offsets[order], _HEADER, max(end, _HEADER))
        return order, offsets, np.append(offsets[1:], max(end, _HEADER))[:count]

    def _parents(self, headers: Headers, offsets: Array, index: PackIndex, order: Array) -> Array:
        """Return the base of each entry: -1 for none, -2 if it is not in the pack."""
        parents = np.full(len(offsets), -1, np.int64)
        deltas = np.flatnonzero(is_delta(headers.kinds))
        parents[deltas] = -2
        near = deltas[headers.kinds[deltas] != REF_DELTA]
        found = np.searchsorted(offsets, headers.bases[near])
        found[found == len(offsets)] = 0
        parents[near] = np.where(offsets[found] == headers.bases[near], found, -2)
        far = deltas[headers.kinds[deltas] == REF_DELTA]
        if len(far):
            places = np.empty(len(order), np.int64)
            places[order] = np.arange(len(order))
            names = [os.pread(self._fd, self._id_size, at) for at in headers.bases[far].tolist()]
            wanted = np.frombuffer(b"".join(names).ljust(len(far) * self._id_size, b"\0"), np.uint8)
            at = IdTable(index.ids).find(wanted.reshape(len(far), self._id_size))
            parents[far] = np.where(at >= 0, places[at], -2)
        return parents

    def _take(self, headers: Headers, ids: Array, ends: Array) -> None:
        """Keep what a walk needs, in the order of the forest."""
        order = self.forest.order
        self.ids = np.ascontiguousarray(ids[order])
        #: uint8, one row per id of an entry without a whole object at the root
        self.lost_ids = ids[self.forest.lost]
        self.sizes = headers.sizes[order]
        self.lengths = np.maximum(ends[order] - headers.starts[order], 0)
        self._starts = headers.starts[order]

    # --- reading ------------------------------------------------------------------------------------------------

    def walk(self, first: int, stop: int, lost: list[tuple[int, int]]) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield each object of these entries as (entry, content, delta or empty for a whole object); see ``unpack``."""
        for entry, base, stored, content in self.unpack(first, stop, lost):
            if content is None:
                try:
                    content = result_of(base or b"", stored)
                except DAMAGE:
                    lost.append((entry, entry + 1))
                    continue
            yield entry, content, b"" if base is None else stored

    def unpack(self, first: int, stop: int, lost: list[tuple[int, int]]) -> Iterator[Unpacked]:
        """Yield each of these entries; deltas that are bases of others are applied already. All must be descendants of
        the first, or separate delta trees.

        Add what cannot be read, or is too large to be held, to ``lost`` as a range of entries with all descendants; a
        whole object among them may still be readable by ``stream``.
        """
        fd, pread, bases, resume = self._fd, os.pread, self._bases(first), first
        held = sum(map(len, bases))
        forest = self.forest
        columns = (self._starts, self.lengths, self.sizes, forest.depths, forest.counts, forest.last)
        rows = zip(*(column[first:stop].tolist() for column in columns), strict=True)
        for entry, (start, length, size, depth, count, last) in enumerate(rows, first):
            if entry < resume:
                continue
            base = bases[depth - 1] if depth else None
            if last and depth:
                bases[depth - 1] = b""
                held -= len(base or b"")
            try:
                if size > LARGEST or length > LARGEST:
                    raise ValueError
                stored = inflate(pread(fd, length, start), size)
                data = stored if base is None else result_of(base, stored) if count > 1 else None
            except DAMAGE:
                lost.append((entry, entry + count))
                resume = entry + count
                continue
            if data is not None and count > 1:
                if held + len(data) > _HELD:
                    lost.append((entry + 1, entry + count))
                    resume = entry + count
                else:
                    held += len(data)
                    bases[depth:] = [data]
            yield entry, base, stored, data

    def _bases(self, entry: int) -> list[bytes]:
        """Return the bases for a walk that begins at this entry: its own base, if it has one."""
        parent = int(self.forest.parents[entry]) if len(self) else -1
        return [] if parent < 0 else [b""] * int(self.forest.depths[parent]) + [self.read(parent)]

    def read(self, entry: int) -> bytes:
        """Return the content of one object. Raise GitError if it cannot be read here."""
        try:
            deltas = []
            while (parent := int(self.forest.parents[entry])) >= 0:
                deltas.append(self.raw(entry))
                entry = parent
            data = self.raw(entry)
            for delta in reversed(deltas):
                data = result_of(data, delta)
        except DAMAGE as error:
            raise GitError(f"{os.path.basename(self.path)}: an object in it is damaged") from error
        return data

    def raw(self, entry: int) -> bytes:
        """Return the decompressed entry: an object or a delta. Raise one of ``DAMAGE`` if it cannot be read."""
        size, length = int(self.sizes[entry]), int(self.lengths[entry])
        if size > LARGEST or length > LARGEST:
            raise ValueError
        return inflate(os.pread(self._fd, length, int(self._starts[entry])), size)

    def stream(self, entry: int) -> Iterator[bytes]:
        """Yield the content of a whole object of any size in pieces. Raise GitError if it is damaged."""
        return inflated(self._stored(entry), int(self.sizes[entry]))

    def _stored(self, entry: int) -> Iterator[bytes]:
        at = int(self._starts[entry])
        end = at + int(self.lengths[entry])
        while at < end:
            try:
                data = os.pread(self._fd, min(_PIECE, end - at), at)
            except OSError as error:
                raise GitError(f"{os.path.basename(self.path)}: cannot be read: {error.strerror}") from error
            if not data:
                return
            at += len(data)
            yield data


def result_of(base: bytes, delta: bytes) -> bytes:
    """Apply a delta to its base. Raise one of ``DAMAGE`` if it does not fit or the result is too large to be held."""
    if result_size(delta) > LARGEST:
        raise ValueError
    return apply_delta(base, delta)[0]


def open_pack(path: str, size: int, index: str = "", *, lenient: bool = False) -> Pack:
    """Open a ``.pack`` file with the index beside it, or another one. Raise GitError if either is damaged."""
    beside = path.removesuffix(".pack") + ".idx"
    found = read_index(index or beside, size)
    pack = Pack(path, found, size, lenient=lenient)
    if not index and not pack.problem and not len(pack.lost_ids):
        pack.identity = _identity(path) + _identity(beside) + found.checksum
    return pack


def is_same_pack(one: str, other: str) -> bool:
    """Return whether two ``.pack`` files and their indexes are identical, so that one of them need not be read.

    The checksum in a pack does not prove that: a crafted pack can claim any.
    """
    stems = one.removesuffix(".pack"), other.removesuffix(".pack")
    return all(is_same_file(stems[0] + suffix, stems[1] + suffix) for suffix in (".idx", ".pack"))


def _identity(path: str) -> bytes:
    """Return what distinguishes a file from any other in its place."""
    try:
        info = os.stat(path)
    except OSError:
        return os.urandom(8)
    return struct.pack("<QQQQQ", info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
