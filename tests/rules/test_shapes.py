"""The evidence for the shape of each kind of key: what its pattern and its examples are held against."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from keyguard.rules import loader
from keyguard.rules.examples import fill

PACKS = sorted(Path(loader.builtin_dir()).glob("*.toml"))
#: a page or a file that is public, and the day it was read, in the comment above a rule
EVIDENCE = re.compile(r"# shape: https://[\w.-]+\.[a-z]+(?:/[^\s()]*)? \(20[0-9]{2}-[01][0-9]-[0-3][0-9]\)")

PREFIX_ONLY = "its documentation shows the prefix, and no whole key; none was found in public"
UNNAMED = "whole keys stand in public files that the search shows without their address"
#: rules without evidence that can be named, and why
WITHOUT = {
    "autorelay-key": PREFIX_ONLY,
    "cloudflare-hex-token": UNNAMED,
    "imarobot-key": PREFIX_ONLY,
    "jicoo-key": PREFIX_ONLY,
    "kipay-key": PREFIX_ONLY,
    "knock-key": UNNAMED,
    "liveblocks-key": UNNAMED,
    "magic-key": UNNAMED,
    "malipo-key": PREFIX_ONLY,
    "moment-key": PREFIX_ONLY,
    "moyasar-key": UNNAMED,
    "msgbubbles-key": PREFIX_ONLY,
    "paygentic-key": PREFIX_ONLY,
    "payjp-public-key": "takes the form of the secret key",
    "payonify-key": PREFIX_ONLY,
    "paystack-public-key": "takes the form of the secret key",
    "peelapi-key": PREFIX_ONLY,
    "send0-key": PREFIX_ONLY,
    "sendbyte-key": PREFIX_ONLY,
    "senddev-key": PREFIX_ONLY,
    "sendmailos-key": PREFIX_ONLY,
    "sendmailos-webhook-secret": PREFIX_ONLY,
    "sendmesh-key": PREFIX_ONLY,
    "simiz-key": PREFIX_ONLY,
    "sk-key": "what is left of a family when no vendor is told",
    "stripe-webhook-secret": PREFIX_ONLY,
    "transcore-key": PREFIX_ONLY,
}


def comments_above_rules(text: str) -> dict[str, list[str]]:
    """The comment lines directly above each rule, by the rule's id."""
    lines = text.splitlines()
    found: dict[str, list[str]] = {}
    for number, line in enumerate(lines):
        if line != "[[rules]]":
            continue
        first = number
        while first and lines[first - 1].startswith("#"):
            first -= 1
        named = re.fullmatch(r'id = "([a-z0-9-]+)"', lines[number + 1])
        assert named, f"line {number + 2}: a rule starts with its id"
        found[named[1]] = lines[first:number]
    return found


ABOVE = {id: lines for path in PACKS for id, lines in comments_above_rules(path.read_text(encoding="utf-8")).items()}


def test_the_comments_of_all_rules_are_read() -> None:
    packs = [(str(path), path.read_bytes()) for path in PACKS]
    assert ABOVE.keys() == {rule.id for rule in loader.parse(packs).rules}


def test_each_rule_names_the_evidence_for_its_shape_or_is_known_to_have_none() -> None:
    named = {id for id, lines in ABOVE.items() if any(line.startswith("# shape:") for line in lines)}
    assert ABOVE.keys() - named == WITHOUT.keys()


def test_evidence_is_a_public_address_and_the_day_it_was_read() -> None:
    lines = [line for lines in ABOVE.values() for line in lines if line.startswith("# shape:")]
    assert [line for line in lines if not EVIDENCE.fullmatch(line)] == []


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_the_checksum_of_a_made_up_cloudflare_token_is_right(seed: str) -> None:
    prefix, _, body = fill("cfut_{crc-hex:40}", seed).partition("_")
    assert (prefix, len(body)) == ("cfut", 48)
    assert int(body[40:], 16) == zlib.crc32(body[:40].encode())
