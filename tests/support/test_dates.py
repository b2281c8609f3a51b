"""Dates of commits are what their writers' machines made of them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.support import dates
from keyguard.support.errors import UsageError

ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(moment=st.datetimes(timezones=ZONES))
def test_an_instant_is_what_the_standard_library_makes_of_it(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert dates.instant(moment.isoformat()) == (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("1970-01-02", 86_400),
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01 00:01", 60),
        ("1970-01-01 02:00:00 +0200", 0),
        ("1969-12-31T23:59:59.9+00:00", -1),
        # offsets that no place on earth has are in the histories of large projects
        ("1970-01-01T00:00:00-51:30", 51 * 3600 + 30 * 60),
    ],
)
def test_other_ways_to_write_it(date: str, expected: int) -> None:
    assert dates.instant(date) == expected


@pytest.mark.parametrize(
    "text", ["", "2024", "yesterday", "2021-02-30", "0000-01-01", "2021-03-04T12:00:00Z\n", "٢٠٢١-٠٣-٠٤"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.instant(text) is None
    assert dates.day(text) == ""
    assert dates.age(text, 0) is None


def test_the_day_is_that_of_the_writer() -> None:
    assert dates.day("2021-03-04T00:30:00+13:00") == "2021-03-04"


def test_dates_are_ordered_as_instants_and_keep_their_words() -> None:
    early, late = "2021-03-04T23:00:00+14:00", "2021-03-04T10:00:00-01:00"
    assert dates.sorted_dates([late, "", early, "x", late]) == [early, late]


def test_an_age_is_whole_days_and_never_less_than_none() -> None:
    assert dates.age("1970-01-01", 86_400 * 2 - 1) == 1
    assert dates.age("1970-01-03", 86_400) == 0
    assert dates.age("1970-01-03", None) is None


def test_now_can_be_fixed() -> None:
    assert dates.now({"SOURCE_DATE_EPOCH": "1764072000"}) == 1_764_072_000
    before = int(time.time())
    assert before <= dates.now({}) <= dates.now({"SOURCE_DATE_EPOCH": ""}) <= int(time.time())


@pytest.mark.parametrize("value", ["now", "-1", "1.5", " 1", "٢", "9" * 40])
def test_a_now_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        dates.now({"SOURCE_DATE_EPOCH": value})
