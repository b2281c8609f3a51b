"""One finding a key: its places in order of nearness, and since when it is known."""

from __future__ import annotations

import itertools
import random
from typing import Any

import msgspec

from keyguard.model.finding import REACHES, Finding, Occurrence, Sighting, Where
from keyguard.triage.findings import decide
from keyguard.triage.policy import Policy
from tests.helpers.seeing import engine, key, see
from tests.report.samples import BRINGING, CAME, REMOVING, WENT, occurrence, past

(SEEN,) = see(f"SENDMAILOS_API_KEY={key()}\n")


def sighting(place: Occurrence, **changes: Any) -> Sighting:
    return msgspec.structs.replace(SEEN, occurrence=place, **changes)


def decided(*places: Occurrence) -> Finding:
    """The one finding at these places, which come in any order."""
    shuffled = random.Random(0).sample(places, len(places))
    (found,) = decide(map(sighting, shuffled), engine().ruleset, Policy()).findings
    return found


def test_what_is_still_there_comes_first_and_then_what_is_nearest() -> None:
    nearest_first = [
        occurrence(b"z.env"),
        occurrence(b"zz.env", where=Where.INDEX),
        past(b"y.env", at_head=True),
        past(b".git/config", kind="file", reach=""),
        *(past(f"{9 - number}.env".encode(), reach=reach) for number, reach in enumerate(REACHES)),
        past(b"00.env", reach=""),
    ]
    assert decided(*nearest_first).occurrences == tuple(nearest_first)


def test_of_places_that_are_alike_the_newest_comes_first_whatever_its_offset() -> None:
    newest_first = [
        past(b"c", author_date="2021-03-04T10:00:00-01:00"),
        past(b"b", author_date="2021-03-04T23:00:00+14:00"),
        past(b"a", author_date=""),
    ]
    assert decided(*newest_first).occurrences == tuple(newest_first)


def test_places_that_only_the_object_tells_apart_are_all_kept() -> None:
    places = [past(commit="", author_date="", oid=oid, reach="dangling") for oid in ("a", "b")]
    assert decided(*places).occurrences == tuple(places)
    assert decided(places[0], places[0]).occurrences == (places[0],)


def test_the_order_does_not_depend_on_the_order_of_reading() -> None:
    places = [past(b"a"), past(b"a", commit=REMOVING), past(b"b", reach="stash"), occurrence(b"c")]
    orders = {decided(*order).occurrences for order in itertools.permutations(places)}
    assert len(orders) == 1


def test_a_key_is_known_since_its_earliest_commit() -> None:
    later, odd = past(b"a", author_date="2021-03-04T11:30:00Z"), past(b"b", author_date="long ago")
    earlier = past(b"c", author_date="2021-03-05T00:30:00+14:00")
    assert decided(later, earlier, odd).first_seen == earlier.author_date


def test_a_key_was_last_seen_when_it_was_removed_or_else_when_it_was_brought() -> None:
    assert decided(past()).last_seen == WENT
    assert decided(past(reach="stash")).last_seen == CAME
    other = past(b"b", removed_date="2022-01-09T08:00:00-01:00")
    assert decided(past(), other, past(b"c", reach="stash")).last_seen == "2022-01-09T08:00:00-01:00"


def test_a_key_that_is_still_there_was_not_last_seen_yet() -> None:
    for place in (occurrence(), past(b"b", at_head=True), past(b".git/config", kind="file", reach="")):
        assert decided(place, past(b"c")).last_seen == ""
        assert decided(place, past(b"c")).first_seen == CAME


def test_without_history_there_are_no_dates() -> None:
    found = decided(occurrence())
    assert (found.first_seen, found.last_seen) == ("", "")


def test_findings_of_what_is_still_there_come_first() -> None:
    gone = sighting(past(b"a.env"), fingerprint="1" * 32)
    there = sighting(occurrence(b"z.env"), fingerprint="2" * 32)
    dangling = sighting(past(b"a.env", reach="dangling", commit=BRINGING), fingerprint="0" * 32)
    findings = decide([dangling, gone, there], engine().ruleset, Policy()).findings
    assert [found.fingerprint[0] for found in findings] == ["2", "1", "0"]


def test_a_kind_of_key_may_have_a_page_of_its_own_about_rotation() -> None:
    pages = {}
    for text in (f"STRIPE_SECRET_KEY={key()}", "STRIPE_WEBHOOK_SECRET=" + key("whsec_{alnum:32}")):
        (found,) = decide(see(text), engine().ruleset, Policy()).findings
        pages[found.rule] = found.rotation
    vendor = engine().ruleset.vendors["stripe"]
    assert pages["stripe-key"] == vendor.rotation
    assert "webhook" in pages["stripe-webhook-secret"]
