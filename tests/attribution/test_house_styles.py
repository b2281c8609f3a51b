"""Whose key is it, over files in other people's styles, read alone: each file decides, or nobody could."""

from __future__ import annotations

import pytest

from keyguard.model.finding import Certainty
from tests.attribution.house_styles import judge_text, styled_cases
from tests.attribution.labelled import NOBODY, Verdict


@pytest.fixture(scope="module")
def found() -> list[Verdict]:
    """What is said of each file."""
    return [judge_text(case) for case in styled_cases(1)]


def test_a_key_is_found_in_each(found: list[Verdict]) -> None:
    assert len(found) >= 300
    assert [one.case.id for one in found if one.certainty is None and one.case.vendor != NOBODY] == []


def test_none_is_certain_of_the_wrong_vendor(found: list[Verdict]) -> None:
    wrong = [one for one in found if one.certainty is Certainty.CERTAIN and not one.right]
    assert wrong == []


def test_most_files_that_decide_make_the_vendor_certain(found: list[Verdict]) -> None:
    decided = [one for one in found if one.case.vendor != NOBODY]
    left = [one for one in decided if one.certainty is not Certainty.CERTAIN]
    assert len(left) <= 0.15 * len(decided), [(one.case.id, one.case.what) for one in left]
