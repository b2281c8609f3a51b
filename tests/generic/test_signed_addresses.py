"""Addresses that expire."""

from __future__ import annotations

import pytest

from keyguard.generic.signed_addresses import is_in_signed_address

VALUE = "k" * 9 + "7Q" * 9


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        ('"https://b.example.org/x.png?X-Amz-Expires=300&X-Amz-Security-Token={}&X-Amz-Signature=0a"', True),
        ("![](https://cdn.example.org/a.jpg?e=1600000000&token={})", True),
        ("https://x.example.org/a?sig=1&se=2020-01-01&token={}", True),
        ("https://x.example.org/a?token={}", False),
        ("token={} https://x.example.org/a?Expires=1", False),
        ("https://x.example.org/a?Expires=1 token={}", False),
        ("{}", False),
    ],
)
def test_a_value_in_an_address(text: str, signed: bool) -> None:
    data = text.format(VALUE).encode()
    start = data.index(VALUE.encode())
    assert is_in_signed_address(data, start, start + len(VALUE)) is signed
