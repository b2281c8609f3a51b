"""Expand a sparse index, in which whole folders are single entries, before git works with it.

git would expand it itself, and store the trees that it computes in the target, which must not be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack
from typing import NamedTuple

from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.support import digests
from keyguard.support.errors import GitError

#: settings and a file that make git accept a sparse index as it is
SETTINGS = "[core]\n\tsparseCheckout = true\n\tsparseCheckoutCone = true\n[index]\n\tsparse = true\n"
FILES = {"info/sparse-checkout": b"/*\n!/*/\n"}

_FOLDER = 0o040000
#: a few trees that contain each other can stand for more files than there are atoms
_MOST = 5_000_000


class _Row(NamedTuple):
    path: bytes
    stage: int
    mode: int
    oid: bytes
    unwatched: bool


def expand(git: IsolatedGit) -> bytes:
    """Return the content of an index with every file of the sparse index that ``git`` was opened with.

    It has no times and sizes, so that every file counts as changed. Raise GitError if trees are missing or too many.
    """
    rows = []
    for row in _rows(git):
        rows.append(row)
        if len(rows) > _MOST:
            raise GitError(f"the index stands for more than {_MOST} files")
    entries = b"".join(_entry(row) for row in sorted(rows))
    data = pack(">4sII", b"DIRC", 2, len(rows)) + entries
    return data + digests.new(git.object_format, data).digest()


def _rows(git: IsolatedGit) -> Iterator[_Row]:
    for record in git.records(git.start("ls-files", "-z", "-v", "--stage", "--sparse")):
        head, _, path = record.partition(b"\t")
        tag, mode, oid, stage = head.split(b" ")
        if int(mode, 8) != _FOLDER:
            unwatched = tag.islower() or tag == b"S"
            yield _Row(path, int(stage), int(mode, 8), oid, unwatched)
            continue
        for inner in git.records(git.start("ls-tree", "-z", "-r", "--full-tree", oid.decode("ascii"))):
            head, _, name = inner.partition(b"\t")
            mode, _, inner_oid = head.split(b" ")
            yield _Row(path + name, 0, int(mode, 8), inner_oid, True)


def _entry(row: _Row) -> bytes:
    """Return an index entry of version 2: ten numbers, of which only the mode is known, id, flags, name, at least one
    NUL.
    """
    flags = row.unwatched << 15 | row.stage << 12 | min(len(row.path), 0xFFF)
    data = pack(">24xI12x", row.mode) + bytes.fromhex(row.oid.decode("ascii")) + pack(">H", flags) + row.path
    return data + bytes(8 - len(data) % 8)
