"""Values that are no secrets, whatever name they are given."""

from __future__ import annotations

import uuid

import pytest

from keyguard.generic.value_filters import dropped_by

NUMBER = str(uuid.UUID(int=0xEA55_39ED_6F70_4A6F_96D0_A890_9998_A8D1))


@pytest.mark.parametrize("before", ["Tables\\", "Tables\\\\", "users/", "row_of_table/"])
def test_the_number_of_a_named_thing_is_none(before: str) -> None:
    found = dropped_by(before + NUMBER)
    assert found
    assert found.name == "numbered thing"


@pytest.mark.parametrize("value", [NUMBER, f"a{NUMBER}", f"Tables\\{NUMBER}0", f"9\\{NUMBER}"])
def test_other_numbers_may_be_secrets(value: str) -> None:
    assert dropped_by(value) is None
