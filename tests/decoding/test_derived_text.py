"""What a part of a derived text is in the text that it was made from."""

from __future__ import annotations

import base64

import pytest

from keyguard.decoding.derived_text import DerivedText, Piece
from keyguard.decoding.encoded_anchors import HEX
from keyguard.decoding.runs import decoded_runs


def test_pieces_that_were_joined_are_at_their_own_places() -> None:
    text = DerivedText(b"abcdef", "pieces joined by +", (Piece(0, 3, 10, 13), Piece(3, 3, 19, 22)))
    assert text.span(0, 6) == (10, 22)
    assert text.span(0, 3) == (10, 13)
    assert text.span(2, 4) == (12, 20)
    assert text.span(4, 5) == (20, 21)


def test_what_is_compressed_is_at_the_place_of_the_whole() -> None:
    text = DerivedText(b"abcdef", "gzip", (Piece(0, 6, 10, 60),), solid=True)
    assert text.span(2, 3) == (10, 60)


@pytest.mark.parametrize("size", range(1, 9))
@pytest.mark.parametrize("shift", range(4))
def test_bytes_of_base64_are_at_the_characters_that_hold_their_bits(size: int, shift: int) -> None:
    plain = bytes(range(65, 65 + 6 + size))
    data = b"x" * shift + base64.b64encode(plain).rstrip(b"=")
    (text,) = decoded_runs(data, [(0, shift + 1)])
    assert text.text == plain
    for start in range(len(plain)):
        for end in range(start + 1, len(plain) + 1):
            assert text.span(start, end) == (shift + start * 8 // 6, shift + -(-end * 8 // 6))


def test_bytes_of_hex_are_at_their_pairs_of_digits() -> None:
    data = b"'a" + b"key".hex().encode() + b"f'"
    (text,) = decoded_runs(data, [(HEX, 4), (HEX, 6)])
    assert (text.text, text.span(0, 3), text.span(1, 2)) == (b"key", (2, 8), (4, 6))


def test_hits_in_one_run_with_one_alignment_give_one_text() -> None:
    data = base64.b64encode(b"one, two, three")
    assert len([*decoded_runs(data, [(0, 1), (1, 2), (0, 13)])]) == 1
    assert len([*decoded_runs(data, [(0, 1), (0, 2)])]) == 2
