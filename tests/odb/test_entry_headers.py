"""The headers of a pack, against a parser that goes byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyguard.odb.entry_headers import BLOB, OFS_DELTA, REF_DELTA, Headers, read_headers
from keyguard.odb.regular_files import open_regular

SIZES = st.integers(0, 300) | st.integers(0, (1 << 62) - 1) | st.sampled_from([15, 16, 2047, 2048, (1 << 62) - 1])


#: kind, size, start of the stream, base
Row = tuple[int, int, int, int]


def number(value: int, kind: int) -> bytes:
    byte, value, out = kind << 4 | value & 15, value >> 4, bytearray()
    while value:
        out.append(byte | 0x80)
        byte, value = value & 0x7F, value >> 7
    return bytes([*out, byte])


def distance(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        value -= 1
        out.append(0x80 | value & 0x7F)
    return bytes(reversed(out))


@st.composite
def packs(draw: st.DrawFn) -> tuple[bytes, list[int], list[Row], int]:
    """A pack's bytes, where its entries begin, what they are, and the size of an id."""
    size = draw(st.sampled_from([20, 32]))
    data, begins, rows = bytearray(b"PACK" + bytes(8)), list[int](), list[Row]()
    for _ in range(draw(st.integers(0, 20))):
        kind, length = draw(st.sampled_from([1, 2, 3, 4, 6, 7])), draw(SIZES)
        begins.append(len(data))
        data += number(length, kind)
        base = -1
        if kind == OFS_DELTA:
            away = draw(st.integers(0, 70_000) | st.integers(0, 1 << 62))
            data += distance(away)
            base = begins[-1] - away
        elif kind == REF_DELTA:
            base = len(data)
            data += draw(st.binary(min_size=size, max_size=size))
        rows.append((kind, length, len(data), base))
        data += draw(st.binary(max_size=40))
    return bytes(data), begins, rows, size


def headers(folder: Path, data: bytes, offsets: list[int], size: int = 20) -> Headers:
    path = folder / "pack"
    path.write_bytes(data)
    with open_regular(str(path)) as fd:
        return read_headers(fd, np.array(offsets, np.int64), size)


def rows(found: Headers) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in found), strict=True))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(packs())
def test_headers_are_what_was_written(tmp_path: Path, one: tuple[bytes, list[int], list[Row], int]) -> None:
    data, begins, expected, size = one
    assert rows(headers(tmp_path, data, begins, size)) == expected


def test_entries_far_from_each_other_are_read_too(tmp_path: Path) -> None:
    data, offsets = bytearray(12), []
    for gap in (0, 10, 2 << 20, (2 << 20) - 1, (2 << 20) + 1, 5 << 20, 3):
        data += bytes(gap)
        offsets.append(len(data))
        data += number(gap, BLOB)
    assert rows(headers(tmp_path, bytes(data), offsets)) == [
        (BLOB, gap, at + len(number(gap, BLOB)), -1)
        for gap, at in zip((0, 10, 2 << 20, (2 << 20) - 1, (2 << 20) + 1, 5 << 20, 3), offsets, strict=True)
    ]


@pytest.mark.parametrize(
    "data",
    [
        bytes([BLOB << 4 | 0x80]) + b"\xff" * 30,
        bytes([OFS_DELTA << 4]) + b"\xff" * 30,
        bytes([OFS_DELTA << 4 | 0x80]) + b"\xff" * 30,
        b"",
    ],
    ids=["size", "distance", "both", "nothing"],
)
def test_numbers_without_an_end_and_the_end_of_the_file_are_no_entry(tmp_path: Path, data: bytes) -> None:
    sound = number(7, BLOB)
    found = headers(tmp_path, bytes(12) + sound + data, [12, 13])
    assert found.kinds.tolist() == [BLOB, 0]
    assert int(found.sizes[0]) == 7


def test_a_header_that_is_cut_off_claims_nothing_from_before(tmp_path: Path) -> None:
    """What was read for other entries does not stand in for what is not there."""
    data = bytes(12) + number(1 << 40, BLOB) + b"\xff" * 100
    found = headers(tmp_path, data[:14], [12, 13])
    assert found.kinds.tolist()[0] == BLOB
    assert int(found.sizes[0]) == (1 << 40 & 15) | (data[13] & 0x7F) << 4
    assert headers(tmp_path, data, []).kinds.tolist() == []
