"""What was just staged lies in files of its own, which can be read without waiting for a git to be started.

Each is held against its id, so that nothing but its content can pass for it. Whatever is packed, large, damaged or odd
is left to git, and so is what to say of it.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator

from keyguard.git.layout.control import read_control
from keyguard.git.layout.head import is_object_id
from keyguard.git.objects.blobs import BlobContent, BlobReader
from keyguard.git.process.shadow import Shadow
from keyguard.support import digests
from keyguard.support.errors import GitError

#: bytes of content, deflated or not: what is larger is worth a git
_LARGEST = 512 << 10
_HEAD = 32


class FreshReader:
    """Reads blobs by id, as ``BlobReader`` does. git is started with the first that is left to it."""

    def __init__(self, shadow: Shadow, objects: str) -> None:
        """``objects`` is the folder of loose objects that the shadow stands before."""
        self._shadow, self._objects = shadow, objects
        self._git: BlobReader | None = None

    def blobs(self, oids: Iterable[str]) -> Iterator[BlobContent]:
        """One ``BlobContent`` for each id, in order. Each can be read until the next one is asked for."""
        left: list[str] = []
        for oid in oids:
            data = read_fresh(self._objects, oid, self._shadow.object_format)
            if data is None:
                left.append(oid)  # git is asked for many at once
                continue
            yield from self._by_git(left)
            left = []
            content = _Fresh(oid, data)
            yield content
            content.close()
        yield from self._by_git(left)

    def _by_git(self, oids: list[str]) -> Iterator[BlobContent]:
        if oids:
            self._git = self._git or BlobReader(self._shadow)
            yield from self._git.blobs(oids)


class _Fresh(BlobContent):
    """A blob that is in memory."""

    def __init__(self, oid: str, data: bytes) -> None:
        super().__init__(oid, len(data))
        self._data: bytes | None = data

    def read(self, size: int = _LARGEST) -> bytes:
        """As in ``BlobContent``."""
        if self._data is None:
            return super().read(size)  # says why not
        piece, self._data = self._data[:size], self._data[size:]
        return piece

    def close(self, problem: str = "", detail: str = "") -> BlobContent:
        """As in ``BlobContent``."""
        self._data = None
        return super().close(problem, detail)


def read_fresh(objects: str, oid: str, object_format: str) -> bytes | None:
    """The content of a small loose blob that is what its id says; None for anything else."""
    if not is_object_id(oid, object_format):
        return None
    machine = zlib.decompressobj()
    try:
        packed = read_control(os.path.join(objects, oid[:2], oid[2:]), _LARGEST)
        text = machine.decompress(packed or b"", _LARGEST + _HEAD)
    except (GitError, zlib.error):
        return None
    head, _, content = text.partition(b"\0")
    whole = machine.eof and not machine.unused_data and head == b"blob %d" % len(content)
    return content if whole and digests.new(object_format, text).hexdigest() == oid else None
