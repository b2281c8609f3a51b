"""Wide characters: texts in them are told from tables of numbers, and strings in them are found inside binaries."""

from __future__ import annotations

import codecs
import random
from collections.abc import Callable, Iterator

import pytest

from keyguard.engine import decode
from keyguard.engine.decode import WideRun, sniff, transcoder, wide_runs

CODECS = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
MARKS = dict(
    zip(CODECS, [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE], strict=True)
)


@pytest.mark.parametrize("codec", CODECS)
def test_a_text_in_wide_characters_is_known_by_its_mark(codec: str) -> None:
    assert sniff(MARKS[codec] + "数据".encode(codec)) == codec
    assert sniff(MARKS[codec]) == codec


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    "text", ["key = value\r\n" * 3, "Schlüssel = größer\n" * 300, "k\u0435y = \u0437\u043d\u0430ch\n" * 9]
)
def test_a_text_without_a_mark_is_known_by_its_nuls(codec: str, text: str) -> None:
    assert sniff(text.encode(codec)) == codec


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"plain text, and then some of it",
        "größe".encode() * 9,
        b"text with one\0NUL in it and more",
        b"\0" * 64,
        bytes(range(256)) * 4,
        random.Random(1).randbytes(4096),
        "数据".encode("utf-16-le") * 20,
        b"".join(bytes((n, 0)) for n in range(1, 200)),
        b"".join(bytes((0, n)) for n in range(1, 200)),
        b"".join(n.to_bytes(4, "little") for n in range(1, 200)),
        b"a\0\0\0\xff\xff\xff\x7f" * 8,
        "short".encode("utf-16-le"),
    ],
)
def test_everything_else_is_no_such_text(data: bytes) -> None:
    assert sniff(data) is None


def reading(data: bytes, size: int) -> Callable[[int], bytes]:
    pieces = iter([*(data[at : at + size] for at in range(0, len(data), size)), b""])
    return lambda _: next(pieces, b"")


def all_of(read: Callable[[int], bytes], size: int) -> bytes:
    def pieces() -> Iterator[bytes]:
        while data := read(size):
            assert len(data) <= size
            yield data

    return b"".join(pieces())


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("size", [1, 3, 4096])
@pytest.mark.parametrize("ask", [1, 5, 100_000])
def test_a_text_is_the_same_however_it_is_read(codec: str, size: int, ask: int) -> None:
    text = "\ufeffa数🔑\r\nb" * 20
    data = text.encode(codec)
    read = transcoder(reading(data[7:], size), codec, data[:7])
    assert all_of(read, ask).decode() == text.removeprefix("\ufeff")


def test_what_cannot_be_decoded_is_replaced_and_hides_nothing_behind_it() -> None:
    broken = "ab".encode("utf-16-le") + b"\x00\xdc" + "cd".encode("utf-16-le") + b"\x7f"
    assert all_of(transcoder(reading(broken, 4), "utf-16-le", b""), 100).decode() == "ab\ufffdcd\ufffd"


# --- strings inside binaries ---------------------------------------------------------------------------------------

TEXT = "token = abcdefgh"


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("before", [b"", b"\x01", b"\xff\xfe\xfd", b"\x80" * 4])
@pytest.mark.parametrize("after", [b"", b"\x01", b"\xff\xff"])
def test_a_string_is_found_at_any_offset_in_any_order(codec: str, before: bytes, after: bytes) -> None:
    width = 4 if "32" in codec else 2
    place = width - 1 if codec.endswith("be") else 0
    found = list(wide_runs(before + TEXT.encode(codec) + after))
    assert found == [WideRun(TEXT.encode(), len(before) + place, width)]
    assert list(wide_runs(before + TEXT.encode(codec) + after, codec[-2:])) == found


@pytest.mark.parametrize("codec", CODECS)
def test_with_an_order_strings_of_the_other_one_are_not_looked_for(codec: str) -> None:
    other = {"le": "be", "be": "le"}[codec[-2:]]
    # read in the other order it is a character shorter, and would be found as such
    assert TEXT.encode() not in [run.text for run in wide_runs(b"\xff" + TEXT.encode(codec) + b"\xff", other)]


def test_short_strings_and_other_characters_are_not_taken() -> None:
    assert list(wide_runs(b"\xff" + "elevenchars".encode("utf-16-le") + b"\xff")) == []
    assert list(wide_runs("größ\n\r\x7f\x00".encode("utf-16-le") * 20)) == []
    assert list(wide_runs(b"plain ascii that is long enough")) == []
    assert list(wide_runs(b"")) == []


def test_several_strings_come_in_order_of_width_and_place() -> None:
    parts = [f"string number {n:04}" for n in range(6)]
    data = b"".join(
        b"\xff\xff\xff" + part.encode(codec) for part, codec in zip(parts, CODECS + CODECS[:2], strict=True)
    )
    assert [run.text.decode() for run in wide_runs(data)] == [parts[n] for n in (2, 3, 0, 1, 4, 5)]


def test_of_two_readings_of_the_same_bytes_the_longer_one_is_kept() -> None:
    text = "a key in big endian"
    assert [run.text.decode() for run in wide_runs(b"\xff\xff" + text.encode("utf-16-be") + b"\xff")] == [text]
    assert [run.text.decode() for run in wide_runs(b"\xff\xff" + text.encode("utf-16-le") + b"\xff")] == [text]
    # as long both ways, and not the same: either may be meant
    either = [run.text.decode() for run in wide_runs(b"\xff" + text.encode("utf-16-le") + b"Z\xff")]
    assert either == [text, text[1:] + "Z"]


def test_memory_for_a_long_string_is_a_small_multiple_of_it() -> None:
    import tracemalloc

    data = b"a\0" * 500_000
    tracemalloc.start()
    assert [len(run.text) for run in wide_runs(data)] == [500_000]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * len(data)


def test_enough_of_a_text_is_looked_at() -> None:
    assert decode.LOOK >= 1024
