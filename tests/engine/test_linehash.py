"""GitHub's line hash, against its description followed to the letter, and against values GitHub's own tests expect."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyguard.engine.linehash import line_hash, line_hashes

PIECES = [
    *(b"\n", b"\r\n", b"\r", b" ", b"\t", b"\n\n", b"line\n", b"key = 1", b"x" * 37, b"\x00"),
    *("é".encode(), "日本".encode(), "😀".encode() * 30, b"\xff", b"\xe2", b"\xb0", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
]


def every_hash(text: bytes) -> list[str]:
    """The hash of every line: a window of a hundred code units at each, slowly."""
    units: list[int] = []
    starts: list[int] = []
    at_start, after_cr = True, False
    decoded = text.decode("utf-8", "replace").encode("utf-16-le")
    stream = [int.from_bytes(decoded[at : at + 2], "little") for at in range(0, len(decoded), 2)]
    for unit in [*stream, 0xFFFF]:
        if unit in (32, 9) or (after_cr and unit == 10):
            after_cr = False
            continue
        after_cr = unit == 13
        if at_start:
            starts.append(len(units))
        units.append(10 if after_cr else unit)
        at_start = units[-1] == 10
    units += [0] * 100
    hashes, seen = [], dict[str, int]()
    for start in starts:
        value = sum(unit * 37 ** (99 - power) for power, unit in enumerate(units[start : start + 100]))
        name = f"{value % 2**64:x}"
        seen[name] = seen.get(name, 0) + 1
        hashes.append(f"{name}:{seen[name]}")
    return hashes


def line_starts(text: bytes) -> list[int]:
    return [0, *(match.end() for match in re.finditer(rb"\r\n|\r|\n", text))]


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (b"", 0, "c129715d7a2bc9a3:1"),
        (b" a\nb\n  \t\tc\n d", 0, "271789c17abda88f:1"),
        (b" a\nb\n  \t\tc\n d", 3, "a23a3dc5e078b07b:1"),
        (b" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End", 2, "bff680108adb0fcc:1"),
        (b" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", 6, "c129715d7a2bc9a3:1"),
    ],
)
def test_known_texts_have_their_known_hash(text: bytes, line: int, expected: str) -> None:
    assert line_hash(text, line_starts(text)[line]) == expected


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=80).map(b"".join))
def test_every_line_of_any_file_hashes_as_described(text: bytes) -> None:
    starts = line_starts(text)
    expected = every_hash(text)
    assert [line_hashes(text, starts)[start] for start in starts] == expected
    middle = len(starts) // 2
    assert line_hash(text, starts[middle]) == expected[middle]


def test_equal_lines_are_counted_in_order() -> None:
    text = b"KEY=abc\n" * 300
    assert line_hash(text, 0).endswith(":1")
    assert line_hash(text, 8 * 41).endswith(":42")


def test_no_line_asked_for_is_no_work() -> None:
    assert line_hashes(b"abc", ()) == {}


def test_long_lines_that_begin_alike_count_as_one() -> None:
    begin = b"x" * 120
    text = b"".join(begin + b"%d\n" % number for number in range(9))
    starts = line_starts(text)[:9]
    assert [line_hash(text, start) for start in starts] == every_hash(text)[:9] == [*line_hashes(text, starts).values()]
    assert line_hash(text, starts[8]).endswith(":9")
