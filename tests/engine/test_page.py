"""Pages: lines and columns, and that they are the same wherever a text is cut."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyguard.engine import page
from keyguard.engine.page import Page, Pager, pages


def reading(data: bytes, size: int) -> Callable[[int], bytes]:
    """A ``read`` that gives pieces of one size."""
    pieces = iter([*(data[at : at + size] for at in range(0, len(data), size)), b""])
    return lambda _: next(pieces, b"")


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [
        ("abc", 0, (1, 1)),
        ("abc", 3, (1, 4)),
        ("a\nbc", 2, (2, 1)),
        ("a\r\nbc", 4, (2, 2)),
        ("a\rbc", 3, (2, 2)),
        ("a\r\rb", 3, (3, 1)),
        ("a\n\rb", 3, (3, 1)),
        ("a\r\n\r\nb", 5, (3, 1)),
        ("é数🔑x", 9, (1, 4)),
        ("\n\n\n", 3, (4, 1)),
        ("\ufeffabc", 3, (1, 1)),
        ("\ufeffabc", 5, (1, 3)),
        ("\ufeffa\nb", 5, (2, 1)),
        ("a\ufeffb", 4, (1, 3)),
    ],
)
def test_lines_and_columns_count_from_one_and_in_characters(text: str, offset: int, place: tuple[int, int]) -> None:
    assert Page.of(text.encode()).position(offset) == place


def test_bytes_that_are_no_utf_8_are_characters_each() -> None:
    assert Page.of(b"\xe9\xe9\xe9 x").position(4) == (1, 5)
    assert Page.of(b"\xa0" * 4096 + b"x").position(4096) == (1, 4097)


def test_far_into_a_line_columns_are_counted_as_if_it_were_utf_8() -> None:
    assert Page.of("é".encode() * 3000).position(6000) == (1, 3001)
    assert Page.of(b"\xc3" + b"\xa0" * 5000).position(5001) == (1, 2)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(["a", "é", "🔑", "\n", "\r", "\r\n", "\t", "x" * 50]), max_size=60).map("".join),
    st.lists(st.integers(0, 400), max_size=12),
)
def test_places_do_not_depend_on_the_order_in_which_they_are_asked_for(text: str, offsets: list[int]) -> None:
    data = text.encode()
    asked = Page.of(data)
    for offset in offsets:
        if offset <= len(data):
            assert asked.position(offset) == Page.of(data).position(offset)
            assert asked.line_start(offset) == Page.of(data).line_start(offset)


def test_the_end_of_a_span_is_counted_from_its_start() -> None:
    text = Page.of("é = 'abc\ndéf' x".encode())
    start, end = text.data.index(b"abc"), text.data.index(b"' x")
    assert text.span(start, start + 3) == (1, 6, 1, 9)
    assert text.span(start, end) == (1, 6, 2, 4)
    coarse = Page.of(b"\xa0" * 4090 + b"abcdefghij" * 2)
    assert coarse.span(4090, 4110) == (1, 4091, 1, 4111)


def test_the_line_around_an_offset_ends_at_any_line_end_or_where_the_reach_does() -> None:
    text = Page.of(b"one\r\ntwo\rthree\n")
    assert text.line_span(6, 100) == (5, 8)
    assert text.line_span(0, 100) == (0, 3)
    assert text.line_span(9, 100) == (9, 14)
    assert text.line_span(15, 100) == (15, 15)
    assert Page.of(b"x" * 100).line_span(50, 10) == (40, 60)


def test_what_stands_around_a_span_is_cut_to_what_was_asked_for() -> None:
    text = Page.of(b"0123456789")
    assert text.around(4, 6, 2, 3) == (b"23", b"678")
    assert text.around(1, 9, 5, 5) == (b"0", b"9")


# --- pages of a text -----------------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Makes pages small."""

    def make(size: int, margin: int) -> None:
        monkeypatch.setattr(page, "PAGE", size)
        monkeypatch.setattr(page, "MARGIN", margin)
        monkeypatch.setattr(page, "_EXACT", margin)

    return make


@pytest.mark.parametrize("length", [0, 1, 99, 100, 119, 120, 121, 220, 1000])
@pytest.mark.parametrize("piece", [1, 7, 100, 5000])
def test_every_byte_is_fresh_in_one_page_and_has_its_margins(
    small: Callable[[int, int], None], length: int, piece: int
) -> None:
    small(100, 20)
    data = random.Random(length).randbytes(length)
    at = 0
    for one in pages(reading(data, piece)):
        first, last = one.fresh
        assert one.base + first == at
        assert data[one.base : one.base + len(one.data)] == one.data
        assert first >= min(20, at)
        assert one.final == (one.base + last == length and one.data.endswith(data[-1:]))
        assert one.final or len(one.data) >= last + 20
        assert one.head == data[: len(one.head)]
        at = one.base + last
    assert at == length


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(["a", "é", "🔑", "\n", "\r", "\r\n", "\xa0" * 9, "x" * 30]), max_size=80).map("".join),
    st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]),
    st.integers(5, 90),
    st.integers(1, 60),
)
def test_places_do_not_depend_on_where_a_page_ends(text: str, encoding: str, size: int, piece: int) -> None:
    data = text.encode(encoding, "replace")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("PAGE", size), ("MARGIN", 40), ("_EXACT", 40)):
            patch.setattr(page, name, value)
        whole = Page.of(data)
        for one in pages(reading(data, piece)):
            for offset in range(*one.fresh):
                if data[one.base + offset - 1 : one.base + offset + 1] != b"\r\n":
                    assert one.position(offset) == whole.position(one.base + offset)


def test_only_the_page_that_holds_all_of_a_text_is_whole(small: Callable[[int, int], None]) -> None:
    small(100, 20)
    assert [one.whole for one in pages(reading(b"x" * 90, 10))] == [True]
    assert [one.whole for one in pages(reading(b"x" * 250, 10))] == [False, False, False]
    assert Page.of(b"x").whole


def test_what_was_read_before_belongs_to_the_text(small: Callable[[int, int], None]) -> None:
    small(100, 20)
    found = list(pages(reading(b"b" * 200, 30), b"a" * 300))
    assert b"".join(one.data[slice(*one.fresh)] for one in found) == b"a" * 300 + b"b" * 200


def test_an_error_of_what_reads_passes_through() -> None:
    def failing(_: int) -> bytes:
        raise OSError(5, "broken disk")

    with pytest.raises(OSError, match="broken disk"):
        next(pages(failing))


def test_the_beginning_of_a_text_goes_with_every_page(small: Callable[[int, int], None]) -> None:
    small(100, 20)
    data = bytes(range(250))
    assert {one.head for one in pages(reading(data, 1000))} == {data}
    assert {one.head for one in pages(reading(data, 10))} == {data[:120]}


def test_a_pager_says_how_much_it_wants(small: Callable[[int, int], None]) -> None:
    small(100, 20)
    pager = Pager()
    assert pager.wanting() == 120
    pager.add(b"x" * 130)
    assert pager.wanting() == -10
    assert pager.cut(final=False).fresh == (0, 100)
    assert pager.wanting() == 90
    assert pager.cut(final=True).fresh == (20, 50)
