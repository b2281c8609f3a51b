"""Literals side by side in one line may be words of a command."""

from __future__ import annotations

import pytest

from tests.helpers.checkout import made_up_key
from tests.helpers.seeing import engine

KEY = made_up_key(3)


@pytest.mark.parametrize(
    "line",
    [
        'curl -H "Authorization: Bearer {key}" "https://api.example.org/v1"',
        'call "{key}" "/v1/mails"',
        "call '{key}' '--quiet'",
        'say "{key}" "and what follows"',
    ],
)
def test_the_next_word_of_a_command_is_no_part_of_a_key(line: str) -> None:
    found = engine().matcher.find(line.format(key=KEY).encode() + b"\n", b"a.sh").matches
    assert [match.secret.decode() for match in found] == [KEY]
