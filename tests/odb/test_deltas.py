"""Deltas that are taken apart many at once, against what compiled code makes of them one by one."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keyguard.odb import deltas as module
from keyguard.odb.arrays import np
from keyguard.odb.deltas import parse_deltas
from keyguard.odb.inflate import DAMAGE, apply_delta
from keyguard.odb.partial_results import KeptParts, feasible, partial_results
from tests.history.packfiles import Delta, broken_deltas, copy, delta_of, deltas, insert


@pytest.fixture(autouse=True, params=[0, 3, 1000])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With so many deltas left, operations are found one by one; that must not show."""
    monkeypatch.setattr(module, "_FEW", request.param)


@settings(max_examples=60)
@given(st.lists(deltas(), max_size=12))
@example([])
@example([Delta(b"", b"\0\x04\x04" + b"abcd", b"abcd")])
def test_operations_make_what_the_delta_makes(some: list[Delta]) -> None:
    found = parse_deltas([one.delta for one in some], [len(one.base) for one in some])
    assert found.sound.tolist() == [True] * len(some)
    made = [b""] * len(some)
    for which, at, copies, size, offset in zip(*(column.tolist() for column in found[2:7]), strict=True):
        base = some[which].base
        made[which] += base[offset : offset + size] if copies else bytes(found.text[at + 1 : at + 1 + size])
    assert made == [one.result for one in some]
    assert found.results.tolist() == [len(one.result) for one in some]


@settings(max_examples=60)
@given(st.lists(deltas(), max_size=8), st.integers(0, 200), st.integers(0, 200), st.booleans())
def test_an_excerpt_is_what_is_kept_of_a_result(some: list[Delta], head: int, tail: int, kept: bool) -> None:
    found = parse_deltas([one.delta for one in some], [len(one.base) for one in some])
    count = len(found.at)
    cuts = KeptParts(np.full(count, head) * found.copies, np.full(count, tail) * found.copies, ~found.copies & kept)
    cut = partial_results(found, [one.base for one in some], cuts)
    places = [0] * len(some)
    for number, (which, copies, size) in enumerate(zip(*(found[at].tolist() for at in (2, 4, 5)), strict=True)):
        piece = some[which].result[places[which] :][:size]
        places[which] += size
        whole = size <= head + tail
        expected = (piece if whole else piece[:head] + piece[size - tail :]) if copies else piece if kept else b""
        assert cut.text[cut.starts[number] : cut.starts[number + 1]] == expected
        assert bool(cut.broken[number]) == (copies and not whole)
    assert len(cut.text) == cut.starts[-1]


@settings(max_examples=100)
@given(st.lists(broken_deltas() | deltas().map(lambda one: (one.base, one.delta)), max_size=8))
def test_a_delta_that_is_taken_for_sound_can_be_applied(some: list[tuple[bytes, bytes]]) -> None:
    found = parse_deltas([delta for _, delta in some], [len(base) for base, _ in some])
    for (base, delta), sound, size in zip(some, found.sound.tolist(), found.results.tolist(), strict=True):
        try:
            result = apply_delta(base, delta)[0]
        except DAMAGE:
            assert not sound
        else:
            assert not sound or len(result) == size


def test_a_copy_of_each_spelling_is_understood() -> None:
    base = bytes(range(256)) * 70_000
    places = [(3, 1), (0, 255), (0x100, 0x100), (0x10001, 0x10000), (0x10100, 0xFF00FF), (0xFF00, 0x10100), (5, 0xFFFF)]
    operations = [copy(*place, padded=padded) for place in places for padded in (False, True)]
    size = 2 * sum(size for _, size in places)
    found = parse_deltas([delta_of(base, bytes(size), *operations)], [len(base)])
    assert list(zip(found.offsets.tolist(), found.sizes.tolist(), strict=True)) == [p for p in places for _ in range(2)]
    assert found.sound.tolist() == [True]


def test_what_would_not_fit_in_memory_is_not_sound() -> None:
    base = bytes(1 << 20)
    delta = delta_of(base, bytes(15 << 20), *[copy(0, 1 << 20)] * 15)
    found = parse_deltas([delta] * 5, [len(base)] * 5)
    assert found.sound.all()
    cuts = KeptParts(np.full(75, 1 << 19), np.full(75, 1 << 19), np.zeros(75, bool))
    assert feasible(found, cuts).tolist() == [True, True, False, False, False]


@given(deltas(), st.integers(-1, 1))
def test_a_delta_on_something_else_is_not_sound(one: Delta, more: int) -> None:
    assert parse_deltas([one.delta], [len(one.base) + more]).sound.tolist() == [more == 0]


def test_a_size_without_end_is_not_sound() -> None:
    assert parse_deltas([b"\xff" * 30, b"\x80" * 12 + b"\1", insert(b"x")], [0, 0, 0]).sound.tolist() == [False] * 3
