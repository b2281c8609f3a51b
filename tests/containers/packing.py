"""Containers of all kinds, as others write them, and what keyguard reads in them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping

from keyguard.containers.budget import Budget
from keyguard.containers.content import Content
from keyguard.containers.kinds import LOOK, container
from keyguard.containers.walk import Walk

Files = Mapping[str, bytes]


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(files: Files, form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in files.items():
            head = tarfile.TarInfo(name)
            head.size = len(data)
            archive.addfile(head, io.BytesIO(data))
    return buffer.getvalue()


#: the ending of a file that is compressed so -> how
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "z": zlib.compress,
}


def opened(
    data: bytes, path: bytes = b"", size: int = 0, budget: Budget | None = None
) -> tuple[dict[str, bytes], Walk]:
    """What is in a container, by name, and the walk that found it; read in pieces of ``size`` bytes, or whole."""
    held = budget or Budget()
    size = size or len(data)
    pieces = iter([data[at : at + size] for at in range(0, len(data), size)])

    def read() -> bytes:
        piece = next(pieces, b"")
        held.earn(len(piece))
        return piece

    content = Content(read, held)
    walk = Walk(container(content.peek(LOOK)), content, held, path)
    return {one.name.decode("utf-8", "replace"): b"".join(iter(one.read, b"")) for one in walk.texts()}, walk
