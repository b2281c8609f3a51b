"""Variables that state a stage: what all between two offsets agree on, by steps that hardly grow with their number."""

from __future__ import annotations

import random

import pytest

from keyguard.hygiene.stages import stage_variables
from keyguard.hygiene.stages.stage_variables import _ordered, agreed_variable

VALUES = ("production", "development", "staging")


class Counting(list[int]):
    """A list that counts how often it is looked at."""

    looks = 0

    def __getitem__(self, at: object) -> int:  # type: ignore[override]
        Counting.looks += 1
        return super().__getitem__(at)  # type: ignore[call-overload, no-any-return]


def test_variables_agree_where_all_between_two_offsets_state_one_stage() -> None:
    chosen = random.Random(1)
    text = "\n".join(f"NODE_ENV={chosen.choices(VALUES, (8, 1, 1))[0]}" for _ in range(200)).encode()
    every = [one for one in stage_variables.stage_variables(text, settings=True) if one.firm]
    assert len(every) == 200
    for _ in range(500):
        start, end = sorted(chosen.randrange(len(text)) for _ in range(2))
        inside = [one for one in every if start <= one.at < end]
        said = inside[0] if len({one.stage for one in inside}) == 1 else None
        assert agreed_variable(text, start, end, settings=True, firm=True) == said
    assert agreed_variable(text, 0, len(text), settings=True, firm=True, without=frozenset(["NODE_ENV"])) is None
    assert agreed_variable(text, 0, len(text), settings=True, firm=False) is None


def test_a_look_at_a_thousand_variables_takes_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"NODE_ENV=production\n" * 1000
    found = _ordered(text, settings=True, firm=True, without=frozenset())
    counted = found._replace(starts=Counting(found.starts), until=Counting(found.until))
    monkeypatch.setattr(stage_variables, "_ordered", lambda *_, **__: counted)
    Counting.looks = 0
    for at in range(100):
        assert agreed_variable(text, at, len(text), settings=True, firm=True) is not None
    assert Counting.looks <= 100 * 25
