"""What is written comes out masked, whoever writes it and in whatever pieces."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import cast

import pytest

from keyguard.inspection import workers
from keyguard.masking.known_values import KNOWN
from keyguard.masking.values import MASK, Value
from keyguard.masking.writer import MaskingWriter, masked_streams
from tests.helpers.checkout import made_up_key

KEY = made_up_key(1)


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    KNOWN.clear()
    KNOWN.note(Value(KEY.encode(), 8, f"sk_live_{MASK}", "its fingerprint"))
    yield
    KNOWN.clear()


def test_a_key_that_is_written_in_pieces_is_masked() -> None:
    out = io.StringIO()
    writer = MaskingWriter(out)
    assert writer.write(f"a {KEY[:20]}") == 22
    writer.write(f"{KEY[20:]} b\n")
    writer.writelines([f"{KEY}\n", "c"])
    assert out.getvalue() == ""
    writer.flush()
    assert out.getvalue() == f"a sk_live_{MASK} b\nsk_live_{MASK}\nc"


def test_what_is_held_back_is_bounded_and_ends_with_a_line() -> None:
    out = io.StringIO()
    writer = MaskingWriter(out)
    for _ in range(3000):
        writer.write("0123456789 012345678")
        writer.write(f" {KEY}\n")
    assert len(out.getvalue()) > 10_000
    assert out.getvalue().endswith("\n")
    writer.flush()
    assert out.getvalue() == f"0123456789 012345678 sk_live_{MASK}\n" * 3000


def test_streams_are_masked_within_and_put_back_after(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with masked_streams():
        print(f"x_{KEY}", KEY)
        print(f"x_{KEY}", file=sys.stderr)
        assert not sys.stdout.isatty()
    assert (out.getvalue(), err.getvalue()) == (f"x_sk_live_{MASK} sk_live_{MASK}\n", f"x_sk_live_{MASK}\n")
    assert (sys.stdout, sys.stderr) == (out, err)


def test_a_stream_that_is_not_there_or_was_given_up_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with masked_streams():
        monkeypatch.setattr(sys, "stderr", cast("io.TextIOBase", None))
    assert sys.stdout is None
    assert sys.stderr is None


@pytest.mark.skipif(not workers.can_fork(), reason="there are no other processes")
def test_what_workers_see_is_known_here() -> None:
    keys = [made_up_key(seed) for seed in range(10, 20)]

    def work(index: int) -> bytes:
        KNOWN.note(Value(keys[index].encode(), 8, MASK, f"of {index}"))
        return b"answer"

    assert workers.fork_map(work, len(keys), 2) == [b"answer"] * len(keys)
    assert [KNOWN.mask(key) for key in (KEY, *keys)] == [f"sk_live_{MASK}", *[MASK] * len(keys)]
