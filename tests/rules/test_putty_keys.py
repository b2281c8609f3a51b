"""Keys of PuTTY are one text in any wrapping, and those with a pass phrase are told from those without."""

from __future__ import annotations

import base64

import pytest

from keyguard.rules import putty_keys
from keyguard.rules.examples import fill
from tests.helpers.seeing import see
from tests.rules.test_private_keys import WRAPPINGS

#: what is for the marks of PEM alone, or leaves out the ends of lines, which a key of PuTTY needs
_OTHERS = ("text behind begin", "blanks", "nothing", "heredoc that goes on", "properties", "strings side by side")


@pytest.mark.parametrize("version", ["2", "3"])
@pytest.mark.parametrize("wrapping", [name for name in WRAPPINGS if name not in _OTHERS])
def test_a_key_of_putty_is_the_same_in_any_wrapping(wrapping: str, version: str) -> None:
    plain = fill(f"{{putty:{version}}}", wrapping)
    (one,), (other,) = see(plain), see(WRAPPINGS[wrapping](plain))
    assert one.attribution.rule == "putty-private-key"
    assert (other.fingerprint, other.attribution.rule) == (one.fingerprint, "putty-private-key")


def test_a_pass_phrase_makes_another_finding() -> None:
    (found,) = see(fill("{putty-locked:3}", "locked"))
    assert found.attribution.rule == "putty-private-key-encrypted"
    assert found.masked.startswith("PuTTY-User-Key-File-********")


def test_a_key_of_putty_in_base64_is_found() -> None:
    plain = fill("{putty:2}", "encoded")
    (one,), (other,) = see(plain), see(base64.b64encode(plain.encode()))
    assert other.fingerprint == one.fingerprint
    assert other.occurrence.way == "base64"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Private-Lines: 1", "Private-Lines: 0"),
        ("Private-Lines: 1", "Private-Lines: 99999999999"),
        ("Private-Lines: 1", "Private-Lines: many"),
        ("Encryption", "Encoding"),
        ("Public-Lines", "Lines"),
    ],
)
def test_what_is_damaged_is_none(before: str, after: str) -> None:
    plain = fill("{putty:2}", "damaged")
    assert putty_keys.read(plain.encode())
    assert putty_keys.read(plain.replace(before, after).encode()) is None
