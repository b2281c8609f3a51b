"""Zip archives, and what is one under another name: jar, war, apk, wheel, docx, xlsx, odt, vsix, nupkg."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import BZIP2, DEFLATE, XZ, ZSTD, lzma_in_zip, output, pieces
from keyguard.containers.content import Content, Entry, NotRead, Read, Unopened, slices
from keyguard.containers.zip_directory import ZipEntry, entries_of

_STORED, _LZMA = 0, 14
_CODECS = {8: DEFLATE, 12: BZIP2, 93: ZSTD, 95: XZ}
_METHODS = {1: "shrink", 6: "implode", 9: "deflate64", 98: "ppmd"}


def read_zip(content: Content, budget: Budget) -> Iterator[Entry | Unopened]:
    """Yield the files of an archive, also those that its directory no longer has.

    Raise ``NotRead`` if it is damaged as a whole, and ``OverBudget``.
    """
    data = content.whole()
    found, refused, problem = entries_of(data, budget)
    yield from (Unopened(name, reason) for name, reason in refused)
    for one in found:
        if not one.name.endswith(b"/"):
            opened = _opened(data, one, budget)
            if one.listed or problem:
                yield opened
            elif isinstance(opened, Entry):
                yield Entry(opened.name, _as_far_as_possible(opened.read))
    if problem:
        raise NotRead(problem)


def _opened(data: bytes, one: ZipEntry, budget: Budget) -> Entry | Unopened:
    if one.encrypted:
        return Unopened(one.name, "encrypted")
    if one.method == _STORED:
        return Entry(one.name, slices(data, one.start, one.end))
    codec = lzma_in_zip(marked=one.marked) if one.method == _LZMA else _CODECS.get(one.method)
    if codec is None:
        return Unopened(one.name, f"compressed by {_METHODS.get(one.method, f'method {one.method}')}")
    return Entry(one.name, pieces(output(slices(data, one.start, one.end), codec, budget)))


def _as_far_as_possible(read: Read) -> Read:
    """Return a reader that ends where ``read`` fails: what the directory does not have may be no entry at all."""

    def lenient() -> bytes:
        try:
            return read()
        except NotRead:
            return b""

    return lenient
