"""Whatever a repository puts into names, lines and reasons: no report acts, breaks or gives a key away."""

from __future__ import annotations

import base64
import json
import random
import re
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyguard.masking.secret import Secret, fingerprint, masked, short_id
from keyguard.model.finding import (
    REACHES,
    Certainty,
    Confidence,
    Environment,
    Finding,
    Occurrence,
    Run,
    Severity,
    Skipped,
    Snippet,
    Suppressed,
    Trace,
    Where,
)
from keyguard.report import REPORTERS, Style
from tests.report.samples import coverage, finding, history, occurrence, past, rendered, run, suppressed
from tests.report.workflow import commands

EVIL = [
    *("\r::error::x", "\n::stop-commands::x\n", "::add-mask::x", "  ::warning::", ":"),
    *("##[group]x", "##", "#", "[", "##vso[task.x]", ",line=9", "%0A"),
    *("\x1b]0;x\x07", "\x1b[2J", "\x9b31m", "\x00", "\x7f", "\t", "\x85", "\\"),
    *("\u202e", "\u2066", "\u200b", "\u2028", "\u2029", "\ufeff", "\ud800", "\udcff", "\U000e0041"),
    *("\"'<>&%", "{0}", "](x)", "日本", "🎉", "e\u0301"),
]
HOSTILE = st.lists(st.sampled_from(EVIL) | st.text(st.characters(exclude_categories=()), max_size=4), max_size=6).map(
    "".join
)
NAMES = HOSTILE.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=12)
NUMBERS = st.integers(1, 10**6)

#: nothing of this may be seen in a report for people
ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
ANSI = re.compile(r"\x1b\[(?:\d+(?:;\d+)*)m|\x1b\]8;;[!-~]*\x1b\\")
#: how long a machine takes to make an example says nothing
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
OURS = {"title", "file", "line", "endLine", "col", "endColumn"}


@st.composite
def snippets(draw: st.DrawFn) -> Snippet:
    before, after = draw(HOSTILE), draw(HOSTILE)
    return Snippet(text=before + "*" * 8 + after, start=len(before), end=len(before) + 8)


ISO = st.sampled_from(["", "2021-03-04T12:00:00+01:00", "2022-01-09"])
DATES = ISO | HOSTILE
TRACES = st.builds(
    Trace,
    kind=st.sampled_from(["blob", "commit", "tag", "name", "file"]) | HOSTILE,
    oid=HOSTILE,
    author=HOSTILE,
    removed=st.sampled_from(["", "cd" * 20]) | HOSTILE,
    removed_date=DATES,
    at_head=st.booleans(),
    refs=st.lists(HOSTILE.map("refs/heads/{}".format) | HOSTILE, max_size=5).map(tuple),
    reach=st.sampled_from(["", *REACHES]) | HOSTILE,
)
OCCURRENCES = st.builds(
    Occurrence,
    path=NAMES,
    line=NUMBERS,
    column=NUMBERS,
    end_line=NUMBERS,
    end_column=NUMBERS,
    where=st.sampled_from(Where),
    snippet=snippets(),
    line_hash=st.sampled_from(["", "ab:1"]),
    commit=st.sampled_from(["", "ab" * 20]) | HOSTILE,
    author_date=DATES,
    trace=st.none() | TRACES,
)
FINDINGS = st.builds(
    Finding,
    id=st.just("KG-7f3a9c"),
    fingerprint=st.just("7f" * 16),
    rule=st.sampled_from(["a-key", "b-key"]),
    title=HOSTILE,
    description=HOSTILE,
    vendor=HOSTILE,
    vendor_name=HOSTILE,
    certainty=st.sampled_from(Certainty),
    candidates=st.lists(HOSTILE, max_size=8).map(tuple),
    because=st.lists(HOSTILE, max_size=2).map(tuple),
    environment=st.sampled_from(Environment),
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    masked=HOSTILE,
    first_seen=DATES,
    last_seen=DATES,
    malformed=st.booleans(),
    occurrences=st.lists(OCCURRENCES, min_size=1, max_size=3).map(tuple),
    remedy=HOSTILE,
    rotation=HOSTILE | HOSTILE.map("https://{}".format),
    references=st.lists(HOSTILE.map("https://{}".format), max_size=2).map(tuple),
)
GAPS = NAMES | st.just(b"history") | NAMES.map(b"object:".__add__)
REASONS = HOSTILE | st.sampled_from(["missing", "shallow", "partial", "unreadable", "too-deep"])
SKIPPED = st.builds(Skipped, path=GAPS, reason=REASONS, detail=HOSTILE, gap=st.booleans())
HISTORIES = st.builds(
    history,
    range=HOSTILE,
    shallow=st.booleans(),
    partial=st.booleans(),
    missing=st.integers(0, 2),
)
SUPPRESSED = st.builds(
    Suppressed,
    id=st.just("KG-0badf0"),
    fingerprint=st.just("0b" * 16),
    rule=HOSTILE,
    severity=st.sampled_from(Severity),
    occurrence=OCCURRENCES,
    by=HOSTILE,
    marker=HOSTILE,
    reason=HOSTILE,
)
RUNS = st.builds(
    run,
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    suppressed=st.lists(SUPPRESSED, max_size=2).map(tuple),
    skipped=st.lists(SKIPPED, max_size=3).map(tuple),
    coverage=st.builds(
        coverage,
        scope=HOSTILE,
        complete=st.booleans(),
        listed=st.sampled_from([0, 12]),
        history=st.none() | HISTORIES,
    ),
    placeholders=st.integers(0, 9),
    allow_incomplete=st.booleans(),
    now=st.none() | st.integers(0, 2**40),
)
STYLES = st.builds(
    Style, color=st.booleans(), links=st.booleans(), width=st.sampled_from([0, 1, 30, 80]), verbose=st.booleans()
)


@PATIENT
@given(run=RUNS, style=STYLES)
def test_nothing_acts_in_reports_for_people(run: Run, style: Style) -> None:
    for name in ("text", "concise", "github"):
        text = rendered(name, run, style)
        assert text.endswith("\n")
        if not (style.color or style.links):
            assert "\x1b" not in text
        assert not ACTS.search(ANSI.sub("", text))
        found = commands(ANSI.sub("", text))
        assert not found or name == "github"
        assert len(found) <= 10
        for command in found:
            assert command.name in ("error", "warning", "notice")
            assert set(command.properties) <= OURS
        assert rendered(name, run, style) == text


@PATIENT
@given(run=RUNS, style=STYLES)
def test_reports_for_programs_are_whole_and_do_not_act(run: Run, style: Style) -> None:
    for name in ("json", "jsonl", "sarif"):
        text = rendered(name, run, style)
        assert not ACTS.search(text)
        assert commands(text) == []
        assert name == "sarif" or text == rendered(name, run)
        assert text.encode().decode() == text
        documents = [json.loads(line) for line in text.splitlines()] if name == "jsonl" else [json.loads(text)]
        if name != "sarif":
            places = [place for document in documents for place in _places(document)]
            assert [_name(place) for place in places] == [
                *(place.path for finding in run.findings for place in finding.occurrences),
                *(skipped.path for skipped in run.skipped),
                *(suppressed.occurrence.path for suppressed in run.suppressed),
            ]


@PATIENT
@given(run=RUNS)
def test_every_format_says_when_something_was_not_read(run: Run) -> None:
    incomplete = not run.coverage.complete or any(skipped.gap for skipped in run.skipped)
    for name in ("json", "jsonl"):
        last = json.loads(rendered(name, run) if name == "json" else rendered(name, run).splitlines()[-1])
        assert last["summary"]["complete"] is not incomplete
    notes = json.loads(rendered("sarif", run))["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert any(note["message"]["text"].startswith("The scan is incomplete") for note in notes) is incomplete
    for name in ("text", "concise", "github"):
        assert any(line.startswith("incomplete: ") for line in rendered(name, run).splitlines()) is incomplete


@pytest.mark.parametrize("name", REPORTERS)
@pytest.mark.parametrize("guessable", [False, True])
def test_no_format_gives_a_key_away(name: str, guessable: bool) -> None:
    rng = random.Random(f"{name}{guessable}")
    for prefix in ("sk_" + "live_", "", "p" * 30):
        body = "".join(rng.choices(string.ascii_letters + string.digits, k=32))
        secret = Secret((prefix + body).encode())
        mask = masked(secret, len(prefix), guessable=guessable)
        mark = fingerprint(secret, guessable=guessable)
        place = occurrence(snippet=Snippet(text=f"KEY={mask};", start=4, end=4 + len(mask)))
        gone = past(snippet=place.snippet, refs=("refs/heads/x",), author="A")
        found = finding(masked=mask, fingerprint=mark, id=short_id(mark), occurrences=(place, gone) * 10)
        for style in (Style(), Style(color=True, links=True, width=40, verbose=True)):
            text = rendered(name, run(found, suppressed=(suppressed(),)), style)
            # the last four characters may be shown where enough stays hidden; no more of it, and in no coding of it
            for part in (body[:5], body[8:16], body[-5:]):
                assert part not in text
            assert base64.b64encode(secret.reveal()).decode()[8:24] not in text
            assert secret.reveal().hex() not in text


def _places(document: Any) -> list[Any]:
    listed = [*document.get("findings", ()), document]
    places = [place for finding in listed for place in finding.get("occurrences", ())]
    aside = document.get("summary", {}).get("suppressed", ())
    return [*places, *document.get("skipped", ()), *(suppressed["occurrence"] for suppressed in aside)]


def _name(place: Any) -> bytes:
    if "path_base64" in place:
        return base64.b64decode(place["path_base64"])
    assert isinstance(place["path"], str)
    return place["path"].encode()
