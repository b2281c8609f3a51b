"""What is left of a value where an excerpt was cut."""

from __future__ import annotations

import pytest

from keyguard.masking import MASK
from keyguard.masking.cut_values import CutValues

CUT = CutValues([b"tulip-and-rose-17", b"$6$salt$hashhashhash", b"tulips"])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("user tulip-and-r", f"user {MASK}"),
        ("user tulip-and-r...", f"user {MASK}..."),
        ("and-rose-17 is it", f"{MASK} is it"),
        ("...hashhash beside", f"...{MASK} beside"),
        ("x$6$salt$ha...", f"x{MASK}..."),
        ("a tul", "a tul"),
        ("rose", "rose"),
        ("", ""),
        ("...", "..."),
    ],
)
def test_the_rest_of_a_value_is_masked(text: str, masked: str) -> None:
    assert CUT.masked(text) == masked


def test_without_values_nothing_is() -> None:
    assert CutValues([]).masked("tulip-and-rose") == "tulip-and-rose"
