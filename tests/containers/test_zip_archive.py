"""Zip archives that are damaged, that lie, or that nobody would write."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest

from tests.containers.packing import opened, zipped

TEXT = b"KEY=value\n" * 50


def rewritten(data: bytes, at: int, field: bytes) -> bytes:
    return data[:at] + field + data[at + len(field) :]


def central(data: bytes, number: int = 0) -> int:
    """Where the row of an entry begins in the directory."""
    at = -1
    for _ in range(number + 1):
        at = data.index(b"PK\1\2", at + 1)
    return at


@pytest.mark.parametrize("size", [0, 1, 2**31, 2**32 - 2])
def test_a_lie_about_the_unpacked_size_changes_nothing(size: int) -> None:
    data = zipped({"a": TEXT})
    for at in (central(data) + 24, 22):
        data = rewritten(data, at, struct.pack("<L", size))
    found, walk = opened(data)
    assert found == {"a": TEXT}
    assert not walk.problem


def test_an_entry_that_is_cut_off_is_read_as_far_as_it_goes_and_listed() -> None:
    data = zipped({"a": random.Random(1).randbytes(90_000).hex().encode(), "b": TEXT})
    packed = struct.unpack_from("<L", data, central(data) + 20)[0]
    found, walk = opened(rewritten(data, central(data) + 20, struct.pack("<L", packed // 2)))
    assert found["b"] == TEXT
    assert len(found["a"]) > 50_000
    assert walk.unopened == [(b"a", "file (damaged: it ends early)")]


def test_a_damaged_entry_is_listed_and_the_others_are_read() -> None:
    data = zipped({"a": TEXT, "b": TEXT})
    found, walk = opened(rewritten(data, 31, b"\xff" * 8))
    assert found["b"] == TEXT
    assert [name for name, _ in walk.unopened] == [b"a"]


def test_an_entry_that_is_elsewhere_is_listed() -> None:
    data = zipped({"a": TEXT, "b": TEXT})
    for offset in (7, len(data), 2**32 - 2):
        found, walk = opened(rewritten(data, central(data) + 42, struct.pack("<L", offset)))
        assert found == {"a": TEXT, "b": TEXT}, "it is still there, as an entry that the directory does not have"
        assert walk.unopened == [(b"a", "file (damaged: it is not where the directory says, in an archive (zip))")]


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
def test_without_its_end_it_is_damaged_and_read_by_its_headers(keep: float) -> None:
    files = {f"{number}.txt": TEXT + bytes(str(number), "ascii") for number in range(8)}
    data = zipped(files)
    found, walk = opened(data[: int(data.index(b"PK\1\2") * keep) if keep < 0.9 else data.index(b"PK\1\2")])
    assert walk.problem == "archive (zip: damaged: it has no directory)"
    whole = {name: text for name, text in found.items() if files[name] == text}
    assert len(whole) >= int(8 * keep) - 1


def test_entries_whose_sizes_follow_them_are_read_without_a_directory() -> None:
    buffer = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            return buffer.write(bytes(data))  # type: ignore[call-overload]

    with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", TEXT)
        archive.writestr("b", TEXT + b"2")
    data = buffer.getvalue()
    assert opened(data)[0] == {"a": TEXT, "b": TEXT + b"2"}
    assert opened(data[: data.index(b"PK\1\2")])[0] == {"a": TEXT, "b": TEXT + b"2"}


def test_what_the_directory_no_longer_has_is_read_too() -> None:
    data = zipped({"deleted": TEXT, "kept": b"kept"})
    start, behind = central(data), central(data, 1)
    size, offset = struct.unpack_from("<LL", data, data.rindex(b"PK\5\6") + 12)
    cut = data[:start] + data[behind:]
    at = cut.rindex(b"PK\5\6")
    cut = rewritten(cut, at + 8, struct.pack("<HHLL", 1, 1, size - (behind - start), offset))
    assert zipfile.ZipFile(io.BytesIO(cut)).namelist() == ["kept"]
    found, walk = opened(cut)
    assert found == {"deleted": TEXT, "kept": b"kept"}
    assert (walk.problem, walk.unopened) == ("", [])


def test_entries_that_overlap_are_each_read() -> None:
    data = zipped({"a": TEXT, "b": b"other"})
    second = struct.pack("<L", 0)
    found, walk = opened(rewritten(data, central(data, 1) + 42, second))
    assert found["a"] == TEXT
    assert not walk.over


def test_many_entries_with_one_content_cost_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyguard.containers.budget._FREE", 1 << 20)
    data = zipped({str(number): bytes(200_000) if not number else b"" for number in range(900)})
    rows = bytearray(data)
    packed = struct.unpack_from("<L", data, central(data) + 20)[0]
    at = central(data)
    while at >= 0:
        struct.pack_into("<H", rows, at + 10, 8)
        struct.pack_into("<L", rows, at + 20, packed)
        struct.pack_into("<L", rows, at + 42, 0)
        at = bytes(rows).find(b"PK\1\2", at + 1)
    assert opened(bytes(rows))[1].over == "it unpacks to far more than it should"


def test_something_before_and_after_an_archive() -> None:
    data = zipped({"a": TEXT})
    assert opened(b"PK\3\4" + b"?" * 3 + data)[0]["a"] == TEXT
    assert opened(data + bytes(100_000))[0] == {"a": TEXT}


def test_what_is_encrypted_is_listed() -> None:
    data = zipped({"a": TEXT, "b": TEXT})
    found, walk = opened(rewritten(data, central(data) + 8, struct.pack("<H", 1)))
    assert found == {"b": TEXT}
    assert walk.unopened == [(b"a", "encrypted file (encrypted, in an archive (zip))")]
    data = rewritten(data, central(data) + 8, struct.pack("<H", 0x2001))
    assert opened(data)[1].problem == "archive (zip: encrypted, with its directory)"


def test_a_method_that_nobody_knows_is_listed() -> None:
    data = zipped({"a": TEXT})
    found, walk = opened(rewritten(data, central(data) + 10, struct.pack("<H", 77)))
    assert (found, walk.unopened) == ({}, [(b"a", "file (compressed by method 77, in an archive (zip))")])


def test_large_archives_have_numbers_of_their_own() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("a", "w", force_zip64=True) as file:
        file.write(TEXT)
    assert opened(buffer.getvalue())[0] == {"a": TEXT}
    data = buffer.getvalue()
    at, size, offset = data.rindex(b"PK\5\6"), *struct.unpack_from("<LL", data, data.rindex(b"PK\5\6") + 12)
    end64 = b"PK\6\6" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, 1, 1, size, offset)
    locator = b"PK\6\7" + struct.pack("<LQL", 0, at, 1)
    wide = rewritten(data[at:], 8, struct.pack("<HHLL", 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF))
    made = data[:at] + end64 + locator + wide
    assert zipfile.ZipFile(io.BytesIO(made)).namelist() == ["a"]
    found, walk = opened(made)
    assert (found, walk.problem) == ({"a": TEXT}, "")


def test_a_name_in_the_letters_of_ms_dos() -> None:
    data = zipped({"a?": TEXT}).replace(b"a?", b"a\x84")
    assert list(opened(data)[0]) == ["aä"]


def test_nothing_that_is_damaged_raises() -> None:
    for seed in range(300):
        source = random.Random(seed)
        data = bytearray(zipped({"a": TEXT, "b/c": source.randbytes(300), "d.zip": zipped({"e": TEXT})}))
        for _ in range(source.randint(1, 6)):
            data[source.randrange(4, len(data))] = source.choice((0, 1, 255, source.randrange(256)))
        del data[source.randrange(30, len(data) + 1) :]
        opened(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_all_methods_that_zip_has(method: int) -> None:
    found, walk = opened(zipped({"a": TEXT, "b": b""}, method))
    assert (found, walk.problem, walk.unopened) == ({"a": TEXT, "b": b""}, "", [])


def test_lzma_without_a_mark_at_its_end_ends_with_the_entry() -> None:
    text = random.Random(2).randbytes(20_000).hex().encode()
    data = zipped({"a": text}, zipfile.ZIP_LZMA)
    flags = central(data) + 8
    size = struct.unpack_from("<L", data, central(data) + 20)[0]
    short = rewritten(data, central(data) + 20, struct.pack("<L", size - 9))
    _, walk = opened(short)
    assert [why for _, why in walk.unopened] == ["file (damaged: it ends early)"]
    found, walk = opened(rewritten(short, flags, b"\0\0"))
    assert walk.unopened == []
    assert text.startswith(found["a"][: len(text) - 40])


def test_lzma_that_asks_for_too_much_memory_is_listed() -> None:
    data = zipped({"a": TEXT}, zipfile.ZIP_LZMA)
    _, walk = opened(rewritten(data, 31 + 4 + 1, struct.pack("<L", 1 << 31)))
    assert [why for _, why in walk.unopened] == ["file (it takes more than 128 MiB of memory to open)"]
