"""Whose key is it, over projects in which a person has looked first."""

from __future__ import annotations

import pytest

from keyguard.model.finding import Certainty
from tests.attribution.certainty_table import kind, table, verdicts
from tests.attribution.labelled import NOBODY, Verdict


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    """What is said of each case."""
    return verdicts(tmp_path_factory.mktemp("projects"))


def test_there_are_two_hundred_cases_of_twenty_vendors(found: list[Verdict]) -> None:
    assert len(found) >= 200
    assert len({one.case.vendor for one in found} - {NOBODY}) >= 20
    assert [one.case.id for one in found if one.certainty is None] == [], "no key is found there"


def test_none_is_certain_of_the_wrong_vendor(found: list[Verdict]) -> None:
    wrong = [one for one in found if one.certainty is Certainty.CERTAIN and not one.right]
    assert wrong == []


def test_nine_of_ten_that_a_person_could_decide_are_decided(found: list[Verdict]) -> None:
    print("\n" + table(found))
    decidable = [one for one in found if one.case.vendor != NOBODY]
    assert sum(one.right for one in decidable) >= 0.9 * len(decidable)


def test_hardly_any_is_taken_for_that_of_another(found: list[Verdict]) -> None:
    wrong = [one for one in found if kind(one) == "wrong likely"]
    assert len(wrong) <= 0.01 * len(found), wrong


def test_what_only_other_files_say_is_never_certain(found: list[Verdict]) -> None:
    alone = [
        one for one in found if one.case.what.startswith(("variable", "constant", "manifest", "neighbour", "readme"))
    ]
    assert len(alone) >= 25
    assert [one for one in alone if one.certainty is Certainty.CERTAIN] == []


def test_whatever_is_decided_has_a_reason(found: list[Verdict]) -> None:
    assert [one for one in found if one.right and not one.because] == []
