"""Keys of many rules in every encoding, and in encodings of encodings: found, with their value and at their place."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest

from keyguard.engine import prefilter
from keyguard.rules import examples
from tests.helpers.encodings import ENCODINGS, OUTER
from tests.helpers.seeing import engine

#: wide characters are looked for in one encoding, and not in encodings of it
NESTED = [chain for chain in itertools.product(OUTER, ENCODINGS) if chain[0] != "JSON in JSON" and chain[1] != "UTF-16"]
CHAINS = [*((name,) for name in ENCODINGS), *NESTED]


def _written(text: bytes, chain: Sequence[str]) -> bytes:
    for name in reversed(chain):
        text = ENCODINGS[name](text)
    return text


def missed(chain: Sequence[str], count: int, kind: str = "auto", seed: str = "", *, rare: bool = False) -> list[str]:
    """The rules of those keys that are not found with their value, within the text that they are written in."""
    chosen, found = random.Random(f"{chain} {seed}"), list[str]()
    rules = [rule for rule in engine().ruleset.rules if rule.examples and not rule.detector and rule.rare is rare]
    for number in range(count):
        rule = chosen.choice(rules)
        text = examples.fill(chosen.choice(rule.examples), f"{chain} {seed} {number}").encode()
        expected = {match.secret for match in engine(kind).matcher.find(text).matches}
        written = _written(chosen.choice((b"", b"#", b"##", b"name: value\n")) + text + b"\n", chain)
        before = (b"",) if chain[0].startswith("quoted") else (b"", b"value: ", b"<b>")
        data = b"first: line\n" + chosen.choice(before) + written + chosen.choice((b"\n", b'"\n'))
        start = data.index(written)
        there = engine(kind).matcher.find(data).matches
        if not expected & {match.secret for match in there}:
            found.append(rule.id)
        assert all(start <= match.start < match.end <= start + len(written) for match in there)
    return found


@pytest.mark.parametrize("chain", CHAINS[: len(ENCODINGS)], ids=" of ".join)
def test_keys_are_found_however_they_are_written(chain: tuple[str, ...]) -> None:
    assert len(missed(chain, 20)) <= 1


@pytest.mark.parametrize("chain", ["base64", "base64 for URLs", "hex", "HEX", "percent"])
def test_keys_of_rare_kinds_are_found_where_they_are_encoded_once(chain: str) -> None:
    assert len(missed((chain,), 60, rare=True)) <= 3


def test_keys_are_found_in_encodings_of_encodings() -> None:
    lost = {chain: found for chain in random.Random(15).sample(NESTED, 80) if (found := missed(chain, 3))}
    assert sum(map(len, lost.values())) <= 4, lost


def test_a_key_is_found_in_base64_of_base64_five_times_over() -> None:
    key = examples.fill("sk_live_{alnum:32}", "deep").encode()
    for depth in range(1, 6):
        (match,) = engine().matcher.find(_written(key, ("base64",) * depth)).matches
        assert (match.secret, match.way) == (key, ("base64",) * depth)
    assert engine().matcher.find(_written(key, ("base64",) * 6)).matches == []


@pytest.mark.skipif(not prefilter.available(), reason="there is one engine without Hyperscan")
@pytest.mark.parametrize(
    "chain", [("base64",), ("hex", "base64"), ("percent, special",), ("deflate",)], ids=" of ".join
)
def test_without_hyperscan_the_same_is_found(chain: tuple[str, ...]) -> None:
    assert missed(chain, 12, "python") == missed(chain, 12)


@pytest.mark.long
def test_99_of_100_are_found() -> None:
    lost = {chain: missed(chain, 12, seed="long") for chain in CHAINS}
    assert sum(map(len, lost.values())) * 100 <= 12 * len(CHAINS), lost
