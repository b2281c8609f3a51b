"""Read small loose blobs without starting git: what was just staged is stored that way.

Each blob is verified against its id. Packed, large, damaged or unusual objects are left to git, which also reports what
is wrong with them.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator

from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.head import is_object_id
from keyguard.git.objects.blobs import BlobContent, BlobReader
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.support import digests
from keyguard.support.errors import GitError

#: bytes of content, compressed or not: for larger blobs starting git pays off
_LARGEST = 512 << 10
_HEAD = 32


class LooseBlobReader:
    """Reads blobs by id, as ``BlobReader`` does. git is started for the first blob that needs it."""

    def __init__(self, git: IsolatedGit, objects: str) -> None:
        """``objects`` is the object directory that ``git`` reads."""
        self._git, self._objects = git, objects
        self._reader: BlobReader | None = None

    def blobs(self, oids: Iterable[str]) -> Iterator[BlobContent]:
        """Yield one ``BlobContent`` for each id, in order. Each can be read until the next one is requested."""
        left: list[str] = []
        for oid in oids:
            data = read_loose_blob(self._objects, oid, self._git.object_format)
            if data is None:
                left.append(oid)  # git is asked for several at once
                continue
            yield from self._by_git(left)
            left = []
            content = _LoadedBlob(oid, data)
            yield content
            content.close()
        yield from self._by_git(left)

    def _by_git(self, oids: list[str]) -> Iterator[BlobContent]:
        if oids:
            self._reader = self._reader or BlobReader(self._git)
            yield from self._reader.blobs(oids)


class _LoadedBlob(BlobContent):
    """A blob that is in memory."""

    def __init__(self, oid: str, data: bytes) -> None:
        super().__init__(oid, len(data))
        self._data: bytes | None = data

    def read(self, size: int = _LARGEST) -> bytes:
        """As in ``BlobContent``."""
        if self._data is None:
            return super().read(size)  # raises an error that says why
        piece, self._data = self._data[:size], self._data[size:]
        return piece

    def close(self, problem: str = "", detail: str = "") -> BlobContent:
        """As in ``BlobContent``."""
        self._data = None
        return super().close(problem, detail)


def read_loose_blob(objects: str, oid: str, object_format: str) -> bytes | None:
    """Return the content of a small loose blob that matches its id; None for anything else."""
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
