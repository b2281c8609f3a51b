"""7z archives: every method that is read, solid ones, compressed headers, and what is damaged or lies."""

from __future__ import annotations

import bz2
import lzma
import random
import zlib
from collections.abc import Callable, Mapping

import pytest

from keyguard.containers.budget import Budget
from keyguard.containers.kinds import container
from tests.containers.packing import opened, zipped

TEXT = b"KEY=value\n" * 50
NOISE = random.Random(7).randbytes(20_000).hex().encode()
X86 = {"id": lzma.FILTER_X86}
DELTA = {"id": lzma.FILTER_DELTA, "dist": 4}
LZMA1 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}
LZMA2 = {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}


def number(value: int) -> bytes:
    """A number as 7z writes it."""
    for more in range(8):
        if value < 1 << 7 * (more + 1):
            first = (0xFF00 >> more) & 0xFF | value >> 8 * more
            return bytes((first,)) + (value & (1 << 8 * more) - 1).to_bytes(more, "little")
    return b"\xff" + value.to_bytes(8, "little")


Compress = Callable[[bytes], bytes]


def raw(*filters: dict[str, int]) -> Compress:
    return lambda data: lzma.compress(data, lzma.FORMAT_RAW, filters=[*filters])


def deflate(data: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


LZMA_CODER = b"\x23\3\1\1\5" + bytes((0x5D,)) + (1 << 16).to_bytes(4, "little")
LZMA2_CODER = b"\x21\x21\1\x08"
#: name -> how it is compressed, and the coders of its folder, the last one to unpack first
METHODS: dict[str, tuple[Compress, list[bytes]]] = {
    "copy": (bytes, [b"\1\0"]),
    "lzma": (raw(LZMA1), [LZMA_CODER]),
    "lzma2": (raw(LZMA2), [LZMA2_CODER]),
    "bzip2": (bz2.compress, [b"\3\4\2\2"]),
    "deflate": (deflate, [b"\3\4\1\x08"]),
    "x86 and lzma": (raw(X86, LZMA1), [b"\4\3\3\1\3", LZMA_CODER]),
    "delta and lzma2": (raw(DELTA, LZMA2), [b"\x21\3\1\3", LZMA2_CODER]),
}


def folder(coders: list[bytes]) -> bytes:
    bonds = b"".join(number(at) + number(at + 1) for at in range(len(coders) - 1))
    return number(len(coders)) + b"".join(coders) + bonds


def streams(packed: list[bytes], start: int, coders: list[bytes], sizes: list[list[int]]) -> bytes:
    count = number(len(packed))
    place = b"\6" + number(start) + count + b"\x09" + b"".join(number(len(one)) for one in packed) + b"\0"
    unpacked = b"".join(number(sum(each)) * len(coders) for each in sizes)
    folders = b"\7\x0b" + count + b"\0" + folder(coders) * len(packed) + b"\x0c" + unpacked + b"\0"
    counts = b"\x0d" + b"".join(number(len(each)) for each in sizes)
    files = b"\x09" + b"".join(number(size) for each in sizes for size in each[:-1])
    return place + folders + b"\x08" + counts + files + b"\0\0"


def sealed(body: bytes, header: bytes) -> bytes:
    place = len(body).to_bytes(8, "little") + len(header).to_bytes(8, "little")
    start = place + zlib.crc32(header).to_bytes(4, "little")
    return b"7z\xbc\xaf\x27\x1c\0\4" + zlib.crc32(start).to_bytes(4, "little") + start + body + header


def seven(
    files: Mapping[str, bytes], method: str = "lzma2", *, solid: bool = True, packed_header: bool = False
) -> bytes:
    """An archive; files without a content have no stream."""
    compress, coders = METHODS[method]
    full = [data for data in files.values() if data]
    groups = [full] if solid and full else [[data] for data in full]
    packed = [compress(b"".join(group)) for group in groups]
    main = b"\4" + streams(packed, 0, coders, [[len(one) for one in group] for group in groups]) if full else b""
    names = b"".join(name.encode("utf-16-le") + b"\0\0" for name in files)
    empty = sum(0x80 >> at for at, data in enumerate(files.values()) if not data).to_bytes(1, "big")
    listed = number(len(files)) + b"\x0e" + number(1) + empty + b"\x11" + number(len(names) + 1) + b"\0" + names
    header = b"\1" + main + b"\5" + listed + b"\0\0"
    body = b"".join(packed)
    if packed_header:
        small = lzma.compress(header, lzma.FORMAT_RAW, filters=[LZMA1])
        encoded = b"\x17" + streams([small], len(body), [LZMA_CODER], [[len(header)]])
        return sealed(body + small, encoded)
    return sealed(body, header)


FILES = {"a/b.txt": TEXT, "é.txt": b"x", "empty": b"", "c\\d": NOISE, "in.zip": zipped({"k": TEXT})}
FOUND = {"a/b.txt": TEXT, "é.txt": b"x", "c/d": NOISE, "in.zip!/k": TEXT}


@pytest.mark.parametrize("solid", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_every_method(method: str, solid: bool) -> None:
    for packed_header in (False, True):
        data = seven(FILES, method, solid=solid, packed_header=packed_header)
        assert container(data) == "archive (7z)"
        found, walk = opened(data)
        assert (found, walk.problem, walk.over, walk.unopened) == (FOUND, "", "", [])


def test_an_archive_without_files() -> None:
    for data in (seven({}), seven({"empty": b""}), sealed(b"", b"")):
        found, walk = opened(data)
        assert (found, walk.problem) == ({}, "")


@pytest.mark.parametrize(
    ("coder", "reason"), [(b"\4\6\xf1\7\1", "encrypted"), (b"\3\3\4\1", "PPMd"), (b"\2\x7f\x7f", "method 7f7f")]
)
def test_what_is_not_unpacked_is_listed(coder: bytes, reason: str) -> None:
    METHODS["other"] = bytes, [coder]
    try:
        found, walk = opened(seven({"a": TEXT, "b": b"x"}, "other"))
    finally:
        del METHODS["other"]
    assert found == {}
    assert [name for name, _ in walk.unopened] == [b"a", b"b"]
    assert all(reason in what for _, what in walk.unopened)


def test_what_is_damaged_is_listed_and_the_rest_is_read() -> None:
    data = bytearray(seven({"a": TEXT, "b": NOISE, "c": TEXT}, solid=False))
    data[2000:4000] = b"\xff" * 2000
    found, walk = opened(bytes(data))
    assert (found["a"], found["c"]) == (TEXT, TEXT)
    assert walk.unopened == [(b"b", "file (damaged)")]


def test_a_bomb_is_over_budget() -> None:
    data = seven({"a": bytes(100 << 20)}, "lzma2")
    assert len(data) < 100_000
    _, walk = opened(data, budget=Budget())
    assert walk.over == "it unpacks to far more than it should"


def test_memory_that_is_asked_for_is_limited() -> None:
    coder = b"\x23\3\1\1\5" + bytes((0x5D,)) + (1 << 31).to_bytes(4, "little")
    METHODS["other"] = METHODS["lzma"][0], [coder]
    try:
        _, walk = opened(seven({"a": TEXT}, "other"))
    finally:
        del METHODS["other"]
    assert walk.unopened == [(b"a", "file (it takes more than 128 MiB of memory to open, in an archive (7z))")]


def test_nothing_that_is_damaged_raises() -> None:
    source = random.Random(77)
    for whole in (seven(FILES, "copy"), seven(FILES, "x86 and lzma", packed_header=True)):
        small = whole[:32] + whole[-600:]
        for start in (whole, small):
            for _ in range(150):
                data = bytearray(start)
                for _ in range(source.randint(1, 6)):
                    data[source.randrange(8, len(data))] = source.choice(
                        (0, 1, 6, 0x17, 0x80, 0xFF, source.randrange(256))
                    )
                opened(bytes(data[: source.randrange(33, len(data) + 1)] if source.random() < 0.3 else data))
    for size in range(6, 40):
        opened(seven(FILES)[:size])
