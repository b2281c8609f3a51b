"""Two literals side by side are seen by either prefilter, whatever joins them; most other text is no sign."""

from __future__ import annotations

import random

import pytest

from keyguard.engine import prefilter
from keyguard.joining.signs import JOINT
from tests.helpers.seeing import engine

JOINING = [
    '""', "\"'", '"f"', "\"rb'", '" "', '"\n    "', '"\r\n\t"', '"  \\\n "', '" _\n "', '"+"', '" + "', '" +\n  "',
    '"++"', "'.'", "'..'", "' . '", '" & _\n  "', '"<<"', '" || "', "' <> '", '"~"', "\" ^ '", "` + `", '`+"',
    '"\n    + L"',
]  # fmt: skip
OTHERS = ["``", '`"', "` `", "' `", '" | "', '" > "', '","', '", "', '": "', '"xyz"', '"=="', '" : "', '"`']


def joints(text: str, kind: str) -> set[int]:
    return {end for one, end in engine(kind).prefilter.search(text.encode()).joins if one == JOINT}


@pytest.mark.parametrize("between", JOINING)
@pytest.mark.parametrize("kind", ["python", *(["hyperscan"] if prefilter.available() else [])])
def test_literals_side_by_side_are_a_sign_behind_the_first_character_of_the_second(between: str, kind: str) -> None:
    assert joints(f"x = (abc{between}def) ", kind) == {len(f"x = (abc{between}d")}


@pytest.mark.parametrize("between", OTHERS)
def test_what_joins_nothing_is_no_sign(between: str) -> None:
    assert joints(f"x = (abc{between}def) ", "auto") == set()


@pytest.mark.skipif(not prefilter.available(), reason="there is no Hyperscan here to compare with")
def test_both_prefilters_see_the_same_joints() -> None:
    source = random.Random(16)
    parts = [*"\"\"\"'''`  \n\t\\_+.&<|~^a$b9,", "rb", "++", "||", "word"]
    text = "".join(source.choice(parts) for _ in range(20_000))
    assert joints(text, "hyperscan") == joints(text, "python") != set()
