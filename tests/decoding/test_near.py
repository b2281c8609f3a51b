"""What is decoded near a hit tells whether it is one; codes tell whether an anchor as it is may be one."""

from __future__ import annotations

import base64

import pytest

from keyguard.decoding.encoded_anchors import HEX, PLAIN, with_codes
from keyguard.decoding.runs import decoded_near

TEXT = b"the words around are longer than what is decoded: " * 3 + b"and_here it is" + b", with more behind it" * 20


@pytest.mark.parametrize("before", [0, 1, 2])
@pytest.mark.parametrize("width", [0, 60, 76])
def test_base64_is_decoded_near_a_place(before: int, width: int) -> None:
    coded = base64.b64encode(b"x" * before + TEXT)
    place = coded.find(base64.b64encode(TEXT[(3 - before) % 3 :])[:4]) + 220
    end = place // 4 * 4 + 4
    lines = b"\n".join(coded[at : at + width] for at in range(0, len(coded), width)) if width else coded
    near = decoded_near(lines, 3, end + (end - 1) // width if width else end)
    assert b"and_here" in near.text
    assert not near.is_packed
    assert not near.is_whole


def test_hex_is_decoded_near_a_place() -> None:
    coded = TEXT.hex().encode()
    near = decoded_near(b"= " + coded, HEX, 2 + 2 * TEXT.index(b"here"))
    assert near.text.find(b"and_here") >= 0


def test_the_end_of_a_run_is_seen() -> None:
    assert decoded_near(b"'" + base64.b64encode(b"and_") + b"' + rest", 3, 5).is_whole


@pytest.mark.parametrize(
    ("behind", "kept"),
    [
        (b"abc def", False),
        (b"abc", False),
        (b"abc%2Fdef", True),
        (rb"\u0041bc", True),
        (b"a&#66;c", True),
        (b"ab=\nc", True),
        (b"ab=41c", True),
        (b"a=bc", False),
        (b"a" * 17 + b"%2F", False),
    ],
)
def test_an_anchor_needs_a_code_behind_it(behind: bytes, kept: bool) -> None:
    hits = [(PLAIN, 4), (HEX, 2)]
    assert with_codes(b"key_" + behind, hits) == (hits if kept else hits[1:])
