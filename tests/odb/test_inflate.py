"""Zlib streams and the sizes that deltas tell: bounded, and checked to their end."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.odb.inflate import DAMAGE, drained, fast, inflate, inflated, result_size
from keyguard.support.errors import GitError
from tests.history.packfiles import size_of

#: short and long ones, that compress well and that do not
TEXTS = [b"", b"x", b"text " * 50, Random(1).randbytes(100), bytes(5 << 20), Random(1).randbytes(1 << 20)]


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return iter([data[at : at + size] for at in range(0, len(data), size)])


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(len(text)))
def test_a_stream_comes_out_as_it_went_in_whatever_stands_behind_it(text: bytes) -> None:
    stream = zlib.compress(text)
    assert inflate(stream, len(text)) == text
    assert inflate(stream + b"more", len(text)) == text
    assert inflate(stream + Random(1).randbytes(20_000), len(text)) == text
    for size in (1 << 20, 1000, 7) if len(stream) < 10_000 else (1 << 20, 1000):
        assert b"".join(inflated(in_pieces(stream, size), len(text))) == text
        assert b"".join(inflated(in_pieces(stream + b"more", size), len(text))) == text


@pytest.mark.parametrize("text", TEXTS[1:], ids=lambda text: str(len(text)))
def test_another_size_is_damage(text: bytes) -> None:
    stream = zlib.compress(text)
    for size in (len(text) - 1, len(text) + 1, 0, 2 * len(text) + 5):
        with pytest.raises(DAMAGE):
            inflate(stream, size)
        with pytest.raises(GitError):
            list(inflated(in_pieces(stream, 500), size))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(len(text)))
def test_a_stream_that_is_cut_or_changed_is_damage(text: bytes) -> None:
    stream = zlib.compress(text)
    for damaged in (
        stream[:-1],
        stream[: len(stream) // 2],
        b"",
        b"\0" + stream[1:],
        stream[:-1] + bytes([stream[-1] ^ 1]),
    ):
        with pytest.raises(DAMAGE):
            inflate(damaged, len(text))
        with pytest.raises(GitError):
            list(inflated(in_pieces(damaged, 500), len(text)))


def test_a_bomb_is_left_before_it_is_large() -> None:
    bomb = zlib.compress(bytes(64 << 20))
    with pytest.raises(DAMAGE):
        inflate(bomb, 1000)
    seen: list[bytes] = []
    with pytest.raises(GitError, match="larger than it says"):
        seen.extend(inflated(iter([bomb]), 1 << 20))
    assert sum(map(len, seen)) <= 1 << 20
    assert max(map(len, drained(fast.decompressobj(), bomb))) < 1 << 20


def test_nothing_is_read_behind_the_end() -> None:
    def pieces() -> Iterator[bytes]:
        yield zlib.compress(b"text")
        raise AssertionError

    assert list(inflated(pieces(), 4)) == [b"text"]


@given(st.integers(0, (1 << 62) - 1), st.integers(0, (1 << 62) - 1), st.binary())
def test_a_delta_tells_how_large_its_result_is(base: int, result: int, rest: bytes) -> None:
    assert result_size(size_of(base) + size_of(result) + rest) == result


@pytest.mark.parametrize("delta", [b"", b"\x05", b"\xff" * 9, b"\x05" + b"\xff" * 5, b"\x05" + b"\xff" * 30])
def test_a_delta_that_does_not_tell_is_damage(delta: bytes) -> None:
    with pytest.raises(DAMAGE):
        result_size(delta)
