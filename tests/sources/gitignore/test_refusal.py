"""What is said of rules that are not obeyed."""

from __future__ import annotations

from keyguard.sources.gitignore.refusal import refusal
from keyguard.sources.gitignore.tables import Refused


def test_a_few_are_named_and_the_others_counted() -> None:
    refused = [Refused(number, b"*%d" % number, "why") for number in range(1, 3001)]
    said = refusal(b"a/.gitignore", refused)
    assert (said.path, said.reason, said.gap) == (b"a/.gitignore", "ignore-rules", True)
    assert said.detail == "not obeyed: *1: why; *2: why; *3: why; and 2,997 more"


def test_a_long_one_is_cut() -> None:
    said = refusal(b"x", [Refused(1, b"*a\xff" * 400, "why")])
    assert len(said.detail) < 100
    assert "…: why" in said.detail
