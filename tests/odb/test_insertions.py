"""What a delta inserts, and the bytes beside it, against the result that compiled code makes."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keyguard.odb.inflate import apply_delta
from keyguard.odb.insertions import inserted_text
from tests.history.packfiles import Delta, broken_deltas, copy, delta_of, deltas, insert

_MOST = 1 << 30


@settings(max_examples=100)
@given(deltas())
@example(Delta(b"", b"\0\0", b""))
def test_with_all_bytes_of_the_copies_it_is_the_result_and_nothing_of_a_copy_alone(one: Delta) -> None:
    text, size = inserted_text(one.delta, one.base, len(one.base), _MOST)
    assert text == one.result or (text == b"" and one.result in one.base)
    assert size == len(one.result)


@settings(max_examples=100)
@given(deltas(), st.integers(1, 40), st.data())
def test_whatever_is_new_in_the_result_stands_in_it(one: Delta, length: int, data: st.DataObject) -> None:
    text, size = inserted_text(one.delta, one.base, length - 1, _MOST)
    assert size == len(one.result)
    at = data.draw(st.integers(0, max(0, size - length)))
    piece = one.result[at : at + length]
    assert piece in one.base or piece in text


def test_it_has_so_many_bytes_beside_what_is_inserted_and_none_at_either_end() -> None:
    base = bytes(range(100))
    result = base[:50] + b"new" + base[60:90] + base[0:30]
    delta = delta_of(base, result, copy(0, 50), insert(b"new"), copy(60, 30), copy(0, 30))
    assert inserted_text(delta, base, 4, _MOST) == (
        base[46:50] + b"new" + base[60:64] + base[86:90] + base[0:4],
        len(result),
    )


@settings(max_examples=150)
@given(broken_deltas() | deltas().map(lambda one: (one.base, one.delta)))
@example((b"abc", b"\x03\x03\0"))
@example((b"abc", b"\x03" + b"\xff" * 20))
@example((b"abc", b"\x03\x03\x05abc"))
@example((b"abc", b"\x03\x03\x91"))
@example((b"abc", b"\x02\x03\x03new"))
def test_a_delta_that_is_damaged_is_refused(one: tuple[bytes, bytes]) -> None:
    base, delta = one
    try:
        text, size = inserted_text(delta, base, 1 << 20, _MOST)
    except (IndexError, ValueError):
        return
    result = b"".join(apply_delta(base, delta))
    assert text == result or (text == b"" and result in base)
    assert size == len(result)


def test_no_more_is_made_than_can_be_held() -> None:
    base, operations = b"x" * 100, [copy(0, 100)] * 50
    delta = delta_of(base, base * 50, *operations)
    text, _ = inserted_text(delta, base, 10, 1000)
    assert len(text) == 980
    with pytest.raises(ValueError, match="more than can be held"):
        inserted_text(delta, base, 10, 979)
