"""A sparse index, which has whole folders as single entries, written out in full before git works with it.

git would unfold it by itself, and on the way store the trees that it computes: in the target, which is not ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack
from typing import NamedTuple

from keyguard.git.process.shadow import Shadow
from keyguard.support import digests
from keyguard.support.errors import GitError

#: settings and a file with which git takes such an index as it is
SETTINGS = "[core]\n\tsparseCheckout = true\n\tsparseCheckoutCone = true\n[index]\n\tsparse = true\n"
FILES = {"info/sparse-checkout": b"/*\n!/*/\n"}

_FOLDER = 0o040000
#: a few trees that name each other can stand for more files than there are atoms
_MOST = 5_000_000


class _Row(NamedTuple):
    path: bytes
    stage: int
    mode: int
    oid: bytes
    unwatched: bool


def unfold(shadow: Shadow) -> bytes:
    """The content of an index that lists every file of the sparse one before which the shadow stands.

    It knows no times and sizes, so that every file counts as changed. GitError when trees are missing or too many.
    """
    rows = []
    for row in _rows(shadow):
        rows.append(row)
        if len(rows) > _MOST:
            raise GitError(f"the index stands for more than {_MOST} files")
    entries = b"".join(_entry(row) for row in sorted(rows))
    data = pack(">4sII", b"DIRC", 2, len(rows)) + entries
    return data + digests.new(shadow.object_format, data).digest()


def _rows(shadow: Shadow) -> Iterator[_Row]:
    for record in shadow.records(shadow.start("ls-files", "-z", "-v", "--stage", "--sparse")):
        head, _, path = record.partition(b"\t")
        tag, mode, oid, stage = head.split(b" ")
        if int(mode, 8) != _FOLDER:
            unwatched = tag.islower() or tag == b"S"
            yield _Row(path, int(stage), int(mode, 8), oid, unwatched)
            continue
        for inner in shadow.records(shadow.start("ls-tree", "-z", "-r", "--full-tree", oid.decode("ascii"))):
            head, _, name = inner.partition(b"\t")
            mode, _, inner_oid = head.split(b" ")
            yield _Row(path + name, 0, int(mode, 8), inner_oid, True)


def _entry(row: _Row) -> bytes:
    """An index entry of version 2: ten numbers, of which only the mode is known, id, flags, name, at least one zero."""
    flags = row.unwatched << 15 | row.stage << 12 | min(len(row.path), 0xFFF)
    data = pack(">24xI12x", row.mode) + bytes.fromhex(row.oid.decode("ascii")) + pack(">H", flags) + row.path
    return data + bytes(8 - len(data) % 8)
