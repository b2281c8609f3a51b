"""Dates as history gives them: ISO 8601 with the author's offset. They are compared as instants."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping

from keyguard.support.errors import UsageError

_DAY = 86_400
#: seconds per unit; months and years at their longest
_SPANS = {"minute": 60, "hour": 3600, "day": _DAY, "week": 7 * _DAY, "month": 31 * _DAY, "year": 366 * _DAY}
# a pattern as a string, not compiled: a scan without findings in history parses no date
_ISO = (
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]+)? ?(?:Z|([+-])([0-9]{2}):?([0-9]{2}))?)?"
)


def now(environ: Mapping[str, str]) -> int:
    """Return the seconds since the epoch from which ages are computed.

    ``SOURCE_DATE_EPOCH`` overrides the clock, for reproducible reports; ``UsageError`` if it is not a number.
    """
    fixed = environ.get("SOURCE_DATE_EPOCH", "")
    if not fixed:
        return int(time.time())
    if not (fixed.isascii() and fixed.isdigit() and len(fixed) < 16):
        raise UsageError(f"SOURCE_DATE_EPOCH is {fixed!r}: it must be a whole number of seconds")
    return int(fixed)


def instant(date: str) -> int | None:
    """Return the date in seconds since the epoch, None if it is invalid; without an offset it counts as UTC."""
    match = re.fullmatch(_ISO, date)
    if match is None:
        return None
    from datetime import date as calendar

    year, month, day, hour, minute, second, away_hour, away_minute = (
        int(match[group] or 0) for group in (1, 2, 3, 4, 5, 6, 8, 9)
    )
    try:
        days = calendar(year, month, day).toordinal() - calendar(1970, 1, 1).toordinal()
    except ValueError:
        return None
    away = (away_hour * 60 + away_minute) * (-60 if match[7] == "-" else 60)
    return days * _DAY + hour * 3600 + minute * 60 + second - away


def parse_moment(text: str, now: int) -> int | None:
    """Return a date, or an age such as ``2 weeks ago`` or ``yesterday``, as seconds since the epoch; None if it is
    neither.
    """
    at = instant(text)
    if at is not None:
        return at
    if text == "yesterday":
        return now - _DAY
    match = re.fullmatch(r"([0-9]{1,6})[ .]?(minute|hour|day|week|month|year)s?(?:[ .]ago)?", text)
    return now - int(match[1]) * _SPANS[match[2]] if match else None


def day(date: str) -> str:
    """Return the calendar day in the author's time zone, ``2021-03-04``; empty if the date is invalid."""
    return "" if instant(date) is None else date[:10]


def day_of(instant: int) -> str:
    """Return the day of a time in seconds since the epoch, as ISO 8601 in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(instant))


def sorted_dates(dates: Iterable[str]) -> list[str]:
    """Return the valid dates, earliest first, as given."""
    known = ((instant(date), date) for date in set(dates))
    return [date for _, date in sorted((at, date) for at, date in known if at is not None)]


def age(since: str, until: int | None) -> int | None:
    """Return the whole days between two moments; 0 for a future date, None if one end is unknown."""
    start = instant(since)
    return None if start is None or until is None else max(until - start, 0) // _DAY
