"""The names in docs/json.md are what programs read; they are settled here too."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from keyguard.model.finding import HistoryCoverage, Severity, Skipped, Where
from tests.report.samples import (
    BRINGING,
    CAME,
    LIVE,
    REMOVING,
    WENT,
    coverage,
    finding,
    historic,
    history,
    incomplete,
    occurrence,
    past,
    remembered,
    rendered,
    run,
    suppressed,
)

DOCS = Path(__file__).parents[2] / "docs" / "json.md"


def document(*args: Any, **kwargs: Any) -> Any:
    return json.loads(rendered("json", run(*args, **kwargs)))


def names(value: Any) -> set[str]:
    """Every key in a document, wherever it stands."""
    if isinstance(value, dict):
        return set(value).union(*map(names, value.values()))
    return set().union(*map(names, value)) if isinstance(value, list) else set()


def test_the_settled_names_are_there() -> None:
    report = document(finding(), suppressed=(suppressed(),))
    assert list(report) == ["schema", "findings", "skipped", "coverage", "configuration", "summary"]
    assert report["schema"] == "keyguard/1"
    (found,) = report["findings"]
    settled = {"id", "fingerprint", "rule", "title", "vendor", "certainty", "environment", "severity", "confidence"}
    assert settled | {"masked", "occurrences", "remedy"} <= set(found)
    assert (found["severity"], found["environment"], found["masked"]) == ("critical", "live", LIVE)
    (place,) = found["occurrences"]
    assert {key: place[key] for key in ("path", "line", "column", "end_line", "end_column", "where")} == {
        "path": "app.env",
        "line": 3,
        "column": 5,
        "end_line": 3,
        "end_column": 37,
        "where": "tree",
    }
    assert place["snippet"] == {"text": f"KEY={LIVE}", "start": 4, "end": 24}


def test_every_name_is_documented() -> None:
    place = past(b"\xff", author="A. N. Author")
    everything = document(
        finding(occurrences=(place,)),
        coverage=coverage(history=history()),
        suppressed=(suppressed(),),
        skipped=(Skipped(path=b"x", reason="excluded", gap=False),),
    )
    documented = set(re.findall(r"`([a-z_0-9]+)`", DOCS.read_text("utf-8")))
    assert names(everything) <= documented


def test_only_history_has_commits() -> None:
    report = document(
        finding(occurrences=(occurrence(), occurrence(where=Where.HISTORY, commit="ab" * 20, author_date="2024"))),
    )
    here, there = report["findings"][0]["occurrences"]
    assert "commit" not in here
    assert (there["commit"], there["author_date"]) == ("ab" * 20, "2024")


def test_a_place_in_history_says_what_history_knows() -> None:
    refs = ("refs/heads/x", "refs/tags/v1")
    (place,) = document(finding(occurrences=(past(refs=refs, author="A"),)))["findings"][0]["occurrences"]
    assert {key: place[key] for key in list(place)[6:-2]} == {
        "kind": "blob",
        "object": "b1" * 20,
        "commit": BRINGING,
        "author_date": CAME,
        "author": "A",
        "removed_in": REMOVING,
        "removed_date": WENT,
        "at_head": False,
        "refs": list(refs),
        "reach": "head",
        "refused": False,
    }
    assert "author" not in document(finding(occurrences=(past(),)))["findings"][0]["occurrences"][0]


def test_a_finding_has_an_age_if_its_beginning_and_now_are_known() -> None:
    found = remembered(past(), last_seen=WENT)
    for name in ("json", "jsonl"):
        report = json.loads(
            rendered(name, historic(found)).split("\n")[0] if name == "jsonl" else rendered(name, historic(found))
        )
        (one,) = report["findings"] if name == "json" else [report]
        assert (one["first_seen"], one["last_seen"], one["age_days"]) == (CAME, WENT, 1727)
    assert document(found)["findings"][0]["age_days"] is None
    (plain,) = json.loads(rendered("json", historic(finding())))["findings"]
    assert (plain["first_seen"], plain["last_seen"], plain["age_days"]) == ("", "", None)


def test_the_coverage_of_history_has_every_field_of_it() -> None:
    known = json.loads(rendered("json", historic()))["coverage"]["history"]
    assert list(known) == list(HistoryCoverage.__struct_fields__)
    assert (known["commits"], known["refs"], known["shallow"], known["range"]) == (81_966, 812, False, "")
    assert document()["coverage"]["history"] is None


def test_a_name_that_is_not_utf8_can_be_had_exactly() -> None:
    name = b"a\\xff\xff\n.txt"
    report = document(finding(occurrences=(occurrence(name),)), skipped=(Skipped(path=name, reason="vanished"),))
    for place in (report["findings"][0]["occurrences"][0], report["skipped"][0]):
        assert place["path"] == "a\\xff\\xff\n.txt"
        assert base64.b64decode(place["path_base64"]) == name
    assert "path_base64" not in document(finding())["findings"][0]["occurrences"][0]


def test_the_summary_counts_and_lists_what_was_suppressed() -> None:
    summary = document(finding(), finding(severity=Severity.LOW), suppressed=(suppressed(),), placeholders=7)["summary"]
    assert summary["severities"] == {"critical": 1, "high": 0, "medium": 0, "low": 1, "info": 0}
    assert (summary["findings"], summary["occurrences"], summary["failing"]) == (2, 2, 2)
    assert (summary["placeholders"], summary["fail_on"], summary["version"]) == (7, "low", "0.1.0")
    (aside,) = summary["suppressed"]
    assert (aside["by"], aside["marker"], aside["reason"]) == ("inline", "keyguard: allow", "a fixture")
    assert aside["occurrence"]["path"] == "tests/fixture.py"


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_a_gap_is_said(name: str) -> None:
    text = rendered(name, incomplete())
    report = json.loads(text.splitlines()[-1] if name == "jsonl" else text)
    assert report["summary"]["complete"] is False
    assert report["summary"]["gaps"] == 1
    assert report["coverage"]["complete"] is False
    assert report["skipped"] == [
        {"path": "secret.bin", "reason": "unreadable", "detail": "Permission denied", "gap": True}
    ]


def test_jsonl_is_the_same_line_by_line() -> None:
    whole = run(finding(), finding(id="KG-000001"), suppressed=(suppressed(),))
    *findings, last = [json.loads(line) for line in rendered("jsonl", whole).splitlines()]
    report = json.loads(rendered("json", whole))
    assert findings == report.pop("findings")
    assert last == report


def test_lone_surrogates_do_not_make_it_unreadable() -> None:
    report = document(finding(because=("a\udcffb",)), skipped=(Skipped(path=b"x", reason="r", detail="\ud800"),))
    assert report["findings"][0]["because"] == ["a\\udcffb"]
    assert report["skipped"][0]["detail"] == "\\ud800"


def test_how_a_key_is_written_is_told_where_it_does_not_stand_as_it_is() -> None:
    found = finding(occurrences=(occurrence(way="hex in base64"), occurrence()))
    [first, second] = document(found)["findings"][0]["occurrences"]
    assert (first["written"], "written" in second) == ("hex in base64", False)
