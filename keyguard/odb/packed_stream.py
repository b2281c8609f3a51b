"""The objects of a pack that has no index, such as that of a bundle: in memory, each built once.

Format: gitformat-pack(5). Entries follow each other, so the end of one is only known when it was inflated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from keyguard.odb.inflate import DAMAGE, apply_delta, fast, result_size
from keyguard.support import digests
from keyguard.support.errors import GitError

COMMIT, TREE, BLOB, TAG = 1, 2, 3, 4
_OFS_DELTA, _REF_DELTA = 6, 7
_KINDS = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob", TAG: b"tag"}
_HEADER = 12
_STEP = 1 << 16
_PIECE = 1 << 18


_Cost = Callable[[int], None]


class Object(NamedTuple):
    """One object."""

    kind: int
    oid: bytes
    content: bytes


class _Entry(NamedTuple):
    """An entry that is no whole object, by what it is a delta of: the offset of an entry, or an id."""

    offset: int
    delta: bytes


class PackedStream:
    """The pack in a part of some data."""

    def __init__(self, data: bytes, start: int, algorithm: str, hold: _Cost, spend: _Cost) -> None:
        """Read all entries, which stay in memory: ``hold`` is told how many bytes. ``spend`` is told those of every
        object that is built from a delta. What they raise passes through.

        ``algorithm`` is that of object ids. Nothing behind a damaged entry is read; ``problem`` says so.
        """
        self.problem = ""
        self.unresolved = 0
        """Entries whose bases are not in the pack: known after ``objects`` has come to its end."""
        self._algorithm, self._hold, self._spend = algorithm, hold, spend
        self._id_size = len(digests.new(algorithm).digest())
        self._whole: dict[int, tuple[int, bytes]] = {}
        self._near: dict[int, list[_Entry]] = {}
        self._far: dict[bytes, list[_Entry]] = {}
        self._read(data, start)

    def objects(self, kinds: tuple[int, ...]) -> Iterator[Object]:
        """Yield the objects of these kinds."""
        used = 0
        for offset, (kind, content) in self._whole.items():
            if kind not in kinds:
                continue
            stack = [(content, _Entry(offset, b""))]
            while stack:
                base, entry = stack.pop()
                text = self._built(base, entry.delta) if entry.delta else base
                if text is None:
                    continue
                oid = self._oid(kind, text)
                yield Object(kind, oid, text)
                below = [*self._near.get(entry.offset, ()), *self._far.get(oid, ())]
                used += len(below)
                stack += [(text, one) for one in below]
        if len(kinds) == len(_KINDS):
            self.unresolved = sum(map(len, (*self._near.values(), *self._far.values()))) - used

    def _built(self, base: bytes, delta: bytes) -> bytes | None:
        """Return what a delta makes of its base; None if it is damaged."""
        try:
            self._spend(result_size(delta))
            return b"".join(apply_delta(base, delta))
        except DAMAGE:
            self.problem = "a delta in it is damaged"
            return None

    def _oid(self, kind: int, content: bytes) -> bytes:
        digest = digests.new(self._algorithm, b"%b %d\0" % (_KINDS[kind], len(content)))
        digest.update(content)
        return digest.digest()

    def _read(self, data: bytes, start: int) -> None:
        if data[start : start + 4] != b"PACK":
            self.problem = "there is no pack in it"
            return
        count, at = int.from_bytes(data[start + 8 : start + _HEADER], "big"), start + _HEADER
        try:
            for _ in range(count):
                at = self._read_entry(data, at)
        except DAMAGE:
            self.problem = "an entry of its pack is damaged, or it ends early"
        except GitError:
            self.problem = "an entry of its pack is damaged, or it ends early"

    def _read_entry(self, data: bytes, at: int) -> int:
        """Read the entry at an offset, and return where the next one begins."""
        start, byte = at, data[at]
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 0x80:
            at += 1
            byte = data[at]
            size |= (byte & 0x7F) << shift
            shift += 7
        at += 1
        if kind == _OFS_DELTA:
            distance, at = _distance(data, at)
            content, at = self._inflated(data, at, size)
            self._near.setdefault(start - distance, []).append(_Entry(start, content))
        elif kind == _REF_DELTA:
            base = data[at : at + self._id_size]
            content, at = self._inflated(data, at + self._id_size, size)
            self._far.setdefault(base, []).append(_Entry(start, content))
        elif kind in _KINDS:
            content, at = self._inflated(data, at, size)
            self._whole[start] = kind, content
        else:
            raise GitError("an entry of a kind that there is not")
        return at

    def _inflated(self, data: bytes, at: int, size: int) -> tuple[bytes, int]:
        """Return the content of a zlib stream, and where it ends. Raise GitError if it is not ``size`` bytes."""
        machine, pieces, left, end = fast.decompressobj(), [], size, at
        pending = b""
        while not machine.eof:
            if not pending:
                pending = data[end : end + _STEP]
                end += len(pending)
                if not pending:
                    raise GitError("it ends early")
            piece = machine.decompress(pending, min(_PIECE, left + 1))
            pending = machine.unconsumed_tail
            left -= len(piece)
            if left < 0:
                raise GitError("it is larger than it says")
            self._hold(len(piece))
            pieces.append(piece)
        if left:
            raise GitError("it is smaller than it says")
        return b"".join(pieces), end - len(machine.unused_data)


def _distance(data: bytes, at: int) -> tuple[int, int]:
    """Return how far before an entry its base begins, and where that number ends."""
    byte = data[at]
    number = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        number = (number + 1) << 7 | (byte & 0x7F)
    return number, at + 1
