"""Which kinds of containers are opened, and by what. Readers are imported when there is something for them to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TypeAlias

from keyguard.containers.budget import Budget
from keyguard.containers.content import Content, Entry, Unopened

Reader: TypeAlias = Callable[[Content, Budget], Iterator["Entry | Unopened"]]

#: kind, as ``keyguard.containers.kinds`` tells it -> module and function of its reader
READERS = {
    "archive (zip)": ("keyguard.containers.zip_archive", "read_zip"),
    "archive (tar)": ("keyguard.containers.tar", "read_tar"),
    "archive (gzip)": ("keyguard.containers.compressed", "read_gzip"),
    "archive (bzip2)": ("keyguard.containers.compressed", "read_bzip2"),
    "archive (xz)": ("keyguard.containers.compressed", "read_xz"),
    "archive (lzma)": ("keyguard.containers.compressed", "read_lzma"),
    "archive (zlib)": ("keyguard.containers.compressed", "read_zlib"),
}

#: increment when something else is found in the same containers
_GENERATION = 1


def stamp() -> str:
    """Return what names the readers that there are: results are cached under it."""
    return f"containers{_GENERATION}"


def reader_of(kind: str) -> Reader:
    """Return the reader of a kind in ``READERS``."""
    module, name = READERS[kind]
    found: Reader = getattr(import_module(module), name)
    return found
