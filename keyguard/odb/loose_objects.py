"""Read loose objects: one file each, named by its id; a zlib stream of ``kind size NUL content``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.git.layout.head import is_object_id
from keyguard.odb.entry_headers import BLOB, COMMIT, TAG, TREE
from keyguard.odb.inflate import DAMAGE, drained, fast
from keyguard.odb.pack import LARGEST
from keyguard.odb.regular_files import open_regular
from keyguard.support import digests
from keyguard.support.errors import GitError

#: names of the kinds of objects
KINDS = {b"commit": COMMIT, b"tree": TREE, b"blob": BLOB, b"tag": TAG}

_PIECE = 1 << 18
#: bytes of a header: a word and a number
_HEAD = 64


class LooseObject(NamedTuple):
    """A loose object. If it is large, ``content`` is empty; use ``read_loose_pieces``."""

    kind: int
    size: int
    content: bytes


def list_loose(objects: str, object_format: str, leftovers: list[str] | None = None) -> Iterator[str]:
    """Yield the ids of the objects in an object directory, in order. Like git, follow folders that are links: the
    content of a file is checked against its id anyway.

    Add the names of objects that git did not finish writing to ``leftovers``. Raise GitError, at the end, if a folder
    cannot be listed.
    """
    problem: GitError | None = None
    for number in range(256):
        head = f"{number:02x}"
        folder = os.path.join(objects, head)
        try:
            names = os.listdir(folder)
        except NotADirectoryError:
            continue
        except FileNotFoundError:
            if os.path.islink(folder):
                problem = problem or GitError(f"objects/{head}: a link that leads nowhere")
            continue
        except OSError as error:
            problem = problem or GitError(f"objects/{head}: cannot be read: {error.strerror}")
            continue
        yield from sorted(oid for name in names if is_object_id(oid := head + name, object_format))
        if leftovers is not None:
            leftovers += sorted(f"{head}/{name}" for name in names if name.startswith("tmp_"))
    if problem:
        raise problem


def quarantines(objects: str) -> list[str]:
    """Return the folders in an object directory where git kept pushed objects until a hook had decided, and unfinished
    objects.

    Return an empty list if the directory cannot be listed.
    """
    try:
        names = os.listdir(objects)
    except OSError:
        return []
    return sorted(name for name in names if name.startswith(("incoming-", "tmp_")))


def loose_path(objects: str, oid: str) -> str:
    """Return the path of a loose object."""
    return os.path.join(objects, oid[:2], oid[2:])


def read_loose(path: str, oid: str, object_format: str) -> LooseObject:
    """Return the object in a file. Raise GitError if it is damaged, or does not match its id."""
    pieces = _pieces(path)
    kind, size, first = _head(next(pieces, b""))
    if size > LARGEST:
        return LooseObject(kind, size, b"")
    digest = digests.new(object_format, b"", size)
    data = b"".join(_checked(pieces, kind, size, first, digest, oid))
    return LooseObject(kind, size, data)


def read_loose_pieces(path: str, oid: str, object_format: str) -> Iterator[bytes]:
    """Return an iterator over the content of an object of any size. It raises GitError as ``read_loose``, at the end at
    the latest.
    """
    pieces = _pieces(path)
    kind, size, first = _head(next(pieces, b""))
    return _checked(pieces, kind, size, first, digests.new(object_format, b"", size), oid)


def _checked(
    pieces: Iterator[bytes], kind: int, size: int, first: bytes, digest: digests.Digest, oid: str
) -> Iterator[bytes]:
    """Yield the content; raise GitError if the size or the id does not match."""
    name = next(name for name, number in KINDS.items() if number == kind)
    digest.update(b"%s %d\0" % (name, size))
    left, piece = size, first
    while True:
        left -= len(piece)
        if left < 0:
            raise GitError(f"object {oid} is larger than it says")
        if piece:
            digest.update(piece)
            yield piece
        following = next(pieces, None)
        if following is None:
            break
        piece = following
    if left:
        raise GitError(f"object {oid} is shorter than it says")
    if digest.hexdigest() != oid:
        raise GitError(f"object {oid} holds something else than its id says")


def _head(text: bytes) -> tuple[int, int, bytes]:
    """Return kind, size, and the part of the content that follows."""
    head, found, rest = text[:_HEAD].partition(b"\0")
    name, _, size = head.partition(b" ")
    if not found or name not in KINDS or not size.isdigit() or not size.isascii():
        raise GitError("the object has no head")
    return KINDS[name], int(size), rest + text[_HEAD:]


def _pieces(path: str) -> Iterator[bytes]:
    """Yield the decompressed file; raise GitError if it is damaged or truncated."""
    machine = fast.decompressobj()
    with open_regular(path) as fd:
        try:
            while not machine.eof:
                data = os.read(fd, _PIECE)
                if not data:
                    raise GitError(f"{os.path.basename(path)}: a loose object that is cut off")
                yield from drained(machine, data)
        except DAMAGE as error:
            raise GitError(f"{os.path.basename(path)}: a loose object that is damaged") from error
