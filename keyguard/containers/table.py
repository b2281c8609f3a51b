"""Which kinds of containers are opened, and by what. Readers are imported when there is something for them to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TypeAlias

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import zstd_module
from keyguard.containers.content import Content, Entry, Unopened

Reader: TypeAlias = Callable[[Content, Budget], Iterator["Entry | Unopened"]]

#: kind, as ``keyguard.containers.kinds`` tells it -> module and function of its reader
READERS = {
    "archive (zip)": ("keyguard.containers.zip_archive", "read_zip"),
    "archive (tar)": ("keyguard.containers.tar", "read_tar"),
    "archive (7z)": ("keyguard.containers.seven_zip", "read_7z"),
    "archive (gzip)": ("keyguard.containers.compressed", "read_gzip"),
    "archive (bzip2)": ("keyguard.containers.compressed", "read_bzip2"),
    "archive (xz)": ("keyguard.containers.compressed", "read_xz"),
    "archive (lzma)": ("keyguard.containers.compressed", "read_lzma"),
    "archive (zlib)": ("keyguard.containers.compressed", "read_zlib"),
    "archive (zstd)": ("keyguard.containers.compressed", "read_zstd"),
    "git file (bundle)": ("keyguard.containers.bundle", "read_bundle"),
    "git file (pack)": ("keyguard.containers.bundle", "read_pack"),
    "git file (object)": ("keyguard.containers.bundle", "read_object"),
    "database (SQLite)": ("keyguard.containers.sqlite", "read_sqlite"),
    "mail": ("keyguard.containers.mail", "read_mail"),
    "notebook": ("keyguard.containers.notebook", "read_notebook"),
}
#: kinds that are searched as they are, too: in deleted rows there may be a key, and most of a mail stands plain in it
AS_THEY_ARE = ("database (SQLite)", "mail", "notebook")

#: increment when something else is found in the same containers
_GENERATION = 3


def stamp() -> str:
    """Return what names the readers that there are: results are cached under it."""
    return f"containers{_GENERATION}{'' if zstd_module() is None else '-zstd'}"


def reader_of(kind: str) -> Reader:
    """Return the reader of a kind in ``READERS``."""
    module, name = READERS[kind]
    found: Reader = getattr(import_module(module), name)
    return found
