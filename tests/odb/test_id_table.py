"""Tables of ids, against a dictionary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.odb.arrays import Array
from keyguard.odb.id_table import IdTable, heads


@st.composite
def ids(draw: st.DrawFn) -> tuple[list[bytes], list[bytes]]:
    """(ids in a table, ids that are looked up): some equal, many equal in their first eight bytes."""
    size = draw(st.sampled_from([20, 32]))
    whole = st.binary(min_size=size, max_size=size)
    few = draw(st.lists(st.binary(min_size=8, max_size=8), min_size=1, max_size=3))
    alike = st.builds(
        lambda head, rest: (head + rest * size)[:size], st.sampled_from(few), st.binary(min_size=1, max_size=1)
    )
    one = whole | alike | alike
    known = draw(st.lists(one, max_size=30))
    asked = draw(st.lists(one | st.sampled_from(known) if known else one, max_size=30))
    return (sorted(known) if draw(st.booleans()) else known), asked


def rows(names: list[bytes], size: int) -> Array:
    return np.frombuffer(b"".join(names), np.uint8).reshape(len(names), size)


@given(ids())
def test_ids_are_found_where_they_stand_first(one: tuple[list[bytes], list[bytes]]) -> None:
    known, asked = one
    size = len((known or asked or [bytes(20)])[0])
    table = IdTable(rows(known, size))
    assert len(table) == len(known)
    expected = [known.index(oid) if oid in known else -1 for oid in asked]
    assert table.find(rows(asked, size)).tolist() == expected
    assert table.find_hex([oid.hex() for oid in asked]) == expected
    assert table.repeats or len(set(known)) == len(known)


@given(ids())
def test_first_bytes_sort_as_ids_do(one: tuple[list[bytes], list[bytes]]) -> None:
    known, _ = one
    if known:
        found = heads(rows(known, len(known[0]))).tolist()
        assert found == [int.from_bytes(oid[:8], "big") for oid in known]


@pytest.mark.parametrize("head", [bytes(8), b"\xff" * 8])
def test_the_first_and_the_last_ids_that_can_be_are_found(head: bytes) -> None:
    known = [head + bytes([number]) * 12 for number in (3, 1, 2, 1)]
    table = IdTable(rows(known, 20))
    assert table.find(rows([*known, head + b"\x04" * 12], 20)).tolist() == [0, 1, 2, 1, -1]
    assert table.repeats


def test_in_an_empty_table_nothing_is_found() -> None:
    table = IdTable(rows([], 20))
    assert table.find(rows([bytes(20)], 20)).tolist() == [-1]
    assert table.find(rows([], 20)).tolist() == []
    assert table.find_hex([]) == []
    assert not table.repeats


def test_ids_that_were_made_to_begin_alike_are_found_as_well() -> None:
    known = [bytes(4) + number.to_bytes(4, "big") + bytes(12) for number in range(3000)]
    table = IdTable(rows(known[::2], 20))
    assert table.find(rows(known, 20)).tolist() == [n // 2 if n % 2 == 0 else -1 for n in range(3000)]
