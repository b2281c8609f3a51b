"""Tar archives of all formats, damaged ones, and ones that lie."""

from __future__ import annotations

import io
import random
import tarfile

import pytest

from tests.containers.packing import opened, tarred

TEXT = b"KEY=value\n" * 100
FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]


@pytest.mark.parametrize("form", FORMATS)
def test_long_names(form: int) -> None:
    name = "/".join(["folder" * 6] * 4) + "/.env"
    files = {name: TEXT, "after": b"1"}
    assert opened(tarred(files, form))[0] == files


@pytest.mark.parametrize("form", FORMATS)
def test_links_folders_and_devices_have_no_content(form: int) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE)):
            head = tarfile.TarInfo(f"n{number}")
            head.type, head.linkname = kind, "../../etc/passwd"
            archive.addfile(head)
        head = tarfile.TarInfo("file")
        head.size = len(TEXT)
        archive.addfile(head, io.BytesIO(TEXT))
    assert opened(buffer.getvalue())[0] == {"file": TEXT}


def summed(header: bytes) -> bytes:
    head = bytearray(header)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


@pytest.mark.parametrize("size", [b"77777777777\0", b"\x80" + b"\xff" * 11, b"\x80" + bytes(6) + b"\x7f" * 5])
def test_a_size_beyond_the_end_is_damage_and_what_is_there_is_read(size: bytes) -> None:
    data = tarred({"a": TEXT}, tarfile.USTAR_FORMAT)
    found, walk = opened(summed(data[:124] + size + data[136:512]) + data[512:])
    assert found["a"].startswith(TEXT)
    assert walk.unopened == [(b"a", "file (damaged: it ends early)")]


def test_a_wrong_sum_ends_it_with_a_reason() -> None:
    data = tarred({"a": TEXT, "b": TEXT}, tarfile.USTAR_FORMAT)
    found, walk = opened(data[:1540] + b"x" + data[1541:])
    assert found == {"a": TEXT}
    assert walk.problem == "archive (tar: damaged: the checksum of a header is wrong)"


def test_an_end_that_comes_early() -> None:
    data = tarred({"a": TEXT, "b": TEXT}, tarfile.USTAR_FORMAT)
    assert opened(data[:1800])[1].problem == "archive (tar: damaged: it ends early)"


def test_a_second_archive_behind_the_first_is_read() -> None:
    assert opened(tarred({"a": b"1"}) + tarred({"b": b"2"}))[0] == {"a": b"1", "b": b"2"}


@pytest.mark.parametrize("kind", [b"L", b"x"])
def test_a_name_as_long_as_a_file_is_damage(kind: bytes) -> None:
    head = tarred({"a": b""}, tarfile.GNU_FORMAT)[:512]
    head = summed(head[:124] + b"00100000000\0" + head[136:156] + kind + head[157:])
    assert "a name of" in opened(head + bytes(16 << 20))[1].problem


def test_a_size_in_a_record_counts() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        head = tarfile.TarInfo("a")
        head.size, head.pax_headers = len(TEXT), {"size": str(len(TEXT)), "comment": "x"}
        archive.addfile(head, io.BytesIO(TEXT))
    assert opened(buffer.getvalue())[0] == {"a": TEXT}


def test_nothing_that_is_damaged_raises() -> None:
    for seed in range(150):
        source = random.Random(seed)
        name = "x" * source.choice((3, 150))
        data = bytearray(tarred({name: TEXT, "b": source.randbytes(600)}, source.choice(FORMATS[1:])))
        for _ in range(source.randint(1, 8)):
            data[source.randrange(300) + source.choice((0, 512, 1024))] = source.choice((0, 48, 55, 255))
        if source.random() < 0.7:
            data[:512] = summed(bytes(data[:512]))
        opened(bytes(data))
