"""Packs made by hand, with what git would never put into one, and deltas as git makes them and as it never would."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from tests.helpers.repos import Repo

__all__ = [
    "Delta",
    "Packed",
    "broken_deltas",
    "chains",
    "copy",
    "delta_of",
    "deltas",
    "insert",
    "install",
    "loose",
    "object_id",
    "pack_of",
    "size_of",
]

TYPES = {"commit": 1, "tree": 2, "blob": 3, "tag": 4, "ofs-delta": 6, "ref-delta": 7}


# --- packs --------------------------------------------------------------------------------------------------------


class Packed(NamedTuple):
    """An entry of a pack: what it says it is, and what it holds."""

    kind: str
    data: bytes
    base: int | str = ""
    """Of a delta: the entry's number before it, or (of a ref delta) an object id."""
    size: int = -1
    """The size that its header tells, if not the true one."""
    stream: bytes = b""
    """What stands in place of the deflated data, if anything."""


def pack_of(entries: Sequence[Packed], object_format: str = "sha1", count: int = -1) -> bytes:
    """A whole pack with a right checksum; ``count`` is what its header tells, if not the true number."""
    number = len(entries) if count < 0 else count
    pack = bytearray(b"PACK" + (2).to_bytes(4, "big") + number.to_bytes(4, "big"))
    offsets: list[int] = []
    for entry in entries:
        offsets.append(len(pack))
        pack += _header(TYPES[entry.kind], entry.size if entry.size >= 0 else len(entry.data))
        if entry.kind == "ofs-delta":
            distance = entry.base if isinstance(entry.base, str) else offsets[-1] - offsets[entry.base]
            pack += _distance(int(distance))
        elif entry.kind == "ref-delta":
            pack += bytes.fromhex(str(entry.base))
        pack += entry.stream or zlib.compress(entry.data)
    return bytes(pack) + hashlib.new(object_format, pack, usedforsecurity=False).digest()


def install(repo: Repo, entries: Sequence[Packed], *options: str) -> Path:
    """Put such a pack into a repository, with an index that git itself makes; the pack's path."""
    repo.git("index-pack", "--stdin", *options, stdin=pack_of(entries))
    folder = repo.path / (".git/objects/pack" if (repo.path / ".git").exists() else "objects/pack")
    return max(folder.glob("*.pack"), key=lambda path: path.stat().st_mtime_ns)


def index_of(rows: Sequence[tuple[str, int]], pack: bytes) -> bytes:
    """An index (version 2) that claims these (id, offset) for a pack, whatever is in it."""
    rows = sorted(rows)
    fanout = b"".join(sum(int(oid[:2], 16) <= byte for oid, _ in rows).to_bytes(4, "big") for byte in range(256))
    table = b"".join(bytes.fromhex(oid) for oid, _ in rows) + bytes(4 * len(rows))
    offsets = b"".join(offset.to_bytes(4, "big") for _, offset in rows)
    index = b"\xfftOc" + (2).to_bytes(4, "big") + fanout + table + offsets + pack[-20:]
    return index + hashlib.sha1(index, usedforsecurity=False).digest()


def smuggle(repo: Repo, entries: Sequence[Packed], rows: Sequence[tuple[str, int]]) -> Path:
    """Put a pack into a repository that git would not index, with an index of our own; the pack's path."""
    pack = pack_of(entries)
    path = repo.path / ".git/objects/pack" / f"pack-{pack[-20:].hex()}.pack"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack)
    path.with_suffix(".idx").write_bytes(index_of(rows, pack))
    return path


def offsets_of(entries: Sequence[Packed]) -> list[int]:
    """Where each entry begins."""
    return [len(pack_of(entries[:number])) - 20 for number in range(len(entries))]


def loose(repo: Repo, oid: str, raw: bytes) -> Path:
    """Write a loose object file as it is; its path."""
    path = repo.path / ".git/objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(raw)
    return path


def object_id(kind: str, data: bytes, object_format: str = "sha1") -> str:
    """The id that git gives an object."""
    head = f"{kind} {len(data)}\0".encode()
    return hashlib.new(object_format, head + data, usedforsecurity=False).hexdigest()


def _header(kind: int, size: int) -> bytes:
    byte, size = kind << 4 | size & 15, size >> 4
    out = bytearray()
    while size:
        out.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    return bytes([*out, byte])


def _distance(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        value -= 1
        out.append(0x80 | value & 0x7F)
    return bytes(reversed(out))


# --- deltas -------------------------------------------------------------------------------------------------------


class Delta(NamedTuple):
    """A delta, what it is for, and what comes out."""

    base: bytes
    delta: bytes
    result: bytes


def size_of(value: int) -> bytes:
    """A size as a delta begins with."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def copy(offset: int, size: int, *, padded: bool = False) -> bytes:
    """An operation that copies from the base: in as few bytes as can be, or with all of them; size 65536 is size 0."""
    parts = [offset >> shift & 0xFF for shift in (0, 8, 16, 24)]
    told = 0 if size == 0x10000 and not padded else size
    parts += [told >> shift & 0xFF for shift in (0, 8, 16)]
    bits = sum(1 << at for at, part in enumerate(parts) if part or padded)
    return bytes([0x80 | bits, *(part for part in parts if part or padded)])


def insert(data: bytes) -> bytes:
    """Operations that insert this."""
    return b"".join(bytes([len(data[at : at + 127])]) + data[at : at + 127] for at in range(0, len(data), 127))


def delta_of(base: bytes, result: bytes, *operations: bytes) -> bytes:
    """A delta of these operations, with the right sizes before them."""
    return size_of(len(base)) + size_of(len(result)) + b"".join(operations)


@st.composite
def deltas(draw: st.DrawFn, base: bytes | None = None) -> Delta:
    """Deltas that are right: any mixture of copies, of all sizes and spellings, and inserts."""
    if base is None:
        base = draw(_texts())
    operations: list[bytes] = []
    result = b""
    # to git a delta has four bytes at least, so one operation
    for _ in range(draw(st.integers(1, 12))):
        # git refuses a copy of nothing, and an insert of nothing is reserved
        if base and draw(st.booleans()):
            start = draw(st.integers(0, len(base) - 1))
            size = draw(st.integers(1, min(len(base) - start, 0xFFFFFF)) | st.just(min(len(base) - start, 0x10000)))
            operations.append(copy(start, size, padded=draw(st.booleans())))
            result += base[start : start + size]
        else:
            data = draw(st.binary(min_size=1, max_size=200))
            operations.append(insert(data))
            result += data
    return Delta(base, delta_of(base, result, *operations), result)


@st.composite
def chains(draw: st.DrawFn, longest: int = 6) -> list[Delta]:
    """Deltas each of which is made for the result of the one before."""
    links = [draw(deltas())]
    for _ in range(draw(st.integers(0, longest - 1))):
        links.append(draw(deltas(links[-1].result)))
    return links


@st.composite
def broken_deltas(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """(base, delta) of which nothing may come out: each has one thing wrong with it."""
    base, delta, result = draw(deltas())
    body = delta[len(size_of(len(base))) + len(size_of(len(result))) :]
    sizes = size_of(len(base)) + size_of(len(result))
    beyond = copy(draw(st.integers(0, len(base) + 10)), len(base) + draw(st.integers(1, 1000)))
    wrong = {
        "base of another size": size_of(len(base) + draw(st.integers(1, 300))) + size_of(len(result)) + body,
        "result longer than told": sizes + body + insert(b"x"),
        "result shorter than told": size_of(len(base)) + size_of(len(result) + draw(st.integers(1, 1 << 40))) + body,
        "reserved operation": sizes + b"\0" + body,
        "copy from beyond the base": sizes + beyond + body,
        "cut within an insert": sizes + body + b"\x7f" + b"x" * 10,
        "cut within a copy": sizes + body + b"\xff\0\0",
        "nothing at all": b"",
        "no operation": size_of(len(base)) + size_of(len(result)),
        "no end of a size": b"\xff" * draw(st.integers(1, 20)),
        "no second size": size_of(len(base)),
    }
    return base, wrong[draw(st.sampled_from(sorted(wrong)))]


def _texts() -> st.SearchStrategy[bytes]:
    # sizes around those at which a copy needs another byte
    long = st.builds(lambda text, times: (text * times)[:70_000], st.binary(min_size=1, max_size=50), st.just(2000))
    return st.binary(max_size=300) | st.sampled_from([255, 256, 257, 65535, 65536, 65537]).map(bytes) | long
