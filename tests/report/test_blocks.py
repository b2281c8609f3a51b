"""One key, one block: everything about a key is said together, once, headed by the worst."""

from __future__ import annotations

import json
from typing import Any

from keyguard.model.finding import Finding, Run, Severity, Where
from keyguard.report import Style
from tests.report.samples import LIVE, finding, historic, occurrence, past, remembered, rendered, run

KEY = finding(remedy="1. Create a new key.\n2. Take the key out of the file, and out of the repository's history.")


def problem(check: str, severity: Severity, nth: int, **changes: Any) -> Finding:
    """What hygiene reports about the key."""
    values: dict[str, Any] = {
        "kind": "hygiene",
        "id": f"KG-{nth:06x}",
        "fingerprint": f"{nth:032x}",
        "rule": check,
        "severity": severity,
        "message": f"This is {check}",
        "key": KEY.fingerprint,
        "because": (),
        "remedy": "1. Replace every key in it.\n2. Stop doing it.",
        "rotation": "",
    }
    return finding(**{**values, **changes})


TRACKED = problem("env-tracked", Severity.CRITICAL, 1)
OLD = problem("key-too-old", Severity.MEDIUM, 2)
ALONE = problem("hook-missing", Severity.LOW, 3, key="", masked="", vendor="", vendor_name="")


def blocks(one: Run, style: Style | None = None) -> list[str]:
    return rendered("text", one, style).split("\n\n")


def test_a_key_and_what_hygiene_says_of_it_is_one_block() -> None:
    first, second, summary = blocks(run(TRACKED, KEY, OLD, ALONE))
    assert (
        first
        == f"""\
critical[sendmailos-key]: SendMailOS API key, live
 --> app.env:3:5
  |
3 | KEY={LIVE}
  |     ^^^^^^^^^^^^^^^^^^^^ live key
  |
  = note:  critical[env-tracked]: This is env-tracked (KG-000001)
  = note:  medium[key-too-old]: This is key-too-old (KG-000002)
  = whose: SendMailOS, certain: the variable SENDMAILOS_API_KEY
  = why:   Whoever has it can send mail in your name and read all subscribers.
  = fix:   1. Create a new key.
           2. Take the key out of the file, and out of the repository's history.
           3. Stop doing it.
           https://sendmailos.com/docs/authentication
  = id:    KG-7f3a9c  {LIVE}"""
    )
    assert second.startswith("low[hook-missing]: ")
    assert summary.startswith("2 findings: 1 critical, 1 low; ")


def test_the_worst_heads_the_block_and_the_key_is_named_in_it() -> None:
    weak = finding(severity=Severity.LOW, masked="test")
    text = blocks(run(TRACKED, weak, OLD))[0]
    assert text.startswith("critical[env-tracked]: This is env-tracked\n")
    assert "  = note:  low[sendmailos-key]: SendMailOS API key, live (KG-7f3a9c)\n" in text
    assert text.index("medium[key-too-old]") < text.index("low[sendmailos-key]")
    assert "= whose: SendMailOS, certain: the variable SENDMAILOS_API_KEY\n" in text
    # the steps of the check come first, then those of the key
    assert "= fix:   1. Replace every key in it.\n           2. Stop doing it.\n           3. Create a new key" in text


def test_two_problems_of_a_key_that_is_not_reported_itself_are_one_block() -> None:
    text = rendered("text", run(TRACKED, OLD))
    assert text.count("[env-tracked]") == 1
    assert "= note:  medium[key-too-old]: This is key-too-old (KG-000002)\n" in text
    assert "\n1 finding: 1 critical; " in text


def test_information_about_a_key_is_hidden_only_with_all_of_its_block() -> None:
    public = finding(severity=Severity.INFO)
    assert rendered("text", run(public)).startswith("1 finding: 1 info (shown with --verbose); ")
    text = rendered("text", run(OLD, public))
    assert "= note:  info[sendmailos-key]: " in text
    assert "\n1 finding: 1 medium; " in text


def test_a_problem_at_another_place_says_where() -> None:
    elsewhere = problem("live-key-in-dev", Severity.HIGH, 4, occurrences=(occurrence(b".env", 1, 9),))
    text = blocks(run(KEY, elsewhere))[0]
    assert "= note:  high[live-key-in-dev]: This is live-key-in-dev at .env:1:9 (KG-000004)" in text


def test_steps_speak_of_history_only_where_the_key_may_be_in_it() -> None:
    staged = finding(remedy=KEY.remedy, occurrences=(occurrence(where=Where.INDEX),))
    assert "2. Take the key out of the file.\n" in rendered("text", run(staged))
    assert "2. Take the key out of the file.\n" in rendered("text", historic(KEY))
    for one in (run(KEY), historic(remembered(occurrence(), past(at_head=True), remedy=KEY.remedy))):
        assert "2. Take the key out of the file, and out of the repository's history.\n" in rendered("text", one)


def test_the_same_steps_are_listed_once_and_others_are_not_passed_over() -> None:
    second = finding(id="KG-2", fingerprint="2" * 32, remedy=KEY.remedy, occurrences=(occurrence(b"b.env"),))
    first, again, _ = blocks(run(KEY, second))
    assert "= fix:   as for KG-7f3a9c above" in again
    first, again, _ = blocks(run(KEY, TRACKED, second))
    assert "3. Stop doing it." in first
    assert "3. Stop doing it." not in again
    assert "= fix:   as for KG-7f3a9c above\n" in again
    first, again, _ = blocks(run(KEY, second, problem("env-tracked", Severity.HIGH, 1, key="2" * 32)))
    assert "= fix:   as for KG-7f3a9c above, and:\n           - Stop doing it.\n" in again


# --- other formats ----------------------------------------------------------------------------------------------------


def test_programs_get_every_finding_with_the_ids_of_the_others_about_its_key() -> None:
    one = run(TRACKED, KEY, OLD, ALONE)
    found = json.loads(rendered("json", one))["findings"]
    assert {each["id"]: each["related"] for each in found} == {
        "KG-000001": ["KG-7f3a9c", "KG-000002"],
        "KG-7f3a9c": ["KG-000001", "KG-000002"],
        "KG-000002": ["KG-7f3a9c", "KG-000001"],
        "KG-000003": [],
    }
    lines = [json.loads(line) for line in rendered("jsonl", one).splitlines()[:-1]]
    assert lines == found
    results = json.loads(rendered("sarif", one))["runs"][0]["results"]
    linked = {each["properties"]["id"]: each["properties"].get("related", []) for each in results}
    assert linked == {each["id"]: each["related"] for each in found}


def test_concise_has_one_line_for_a_key_at_one_place() -> None:
    kept = remembered(occurrence(), past(at_head=True))
    text = rendered("concise", historic(TRACKED, kept, OLD))
    assert text.splitlines()[0] == (
        f"app.env:3:5: critical: SendMailOS API key, live: {LIVE}, also critical env-tracked, medium key-too-old "
        "(KG-7f3a9c) [sendmailos-key]"
    )
    assert len(text.splitlines()) == 2


def test_concise_lists_a_place_that_only_hygiene_knows() -> None:
    elsewhere = problem("live-key-in-dev", Severity.HIGH, 4, occurrences=(occurrence(b".env", 1, 9),))
    lines = rendered("concise", run(KEY, elsewhere)).splitlines()
    assert [line.split(":")[0] for line in lines[:2]] == ["app.env", ".env"]


def test_a_key_is_annotated_once_with_all_that_is_wrong() -> None:
    text = rendered("github", run(TRACKED, KEY, OLD))
    assert text.count("::error ") == 1
    assert "%0Aalso: critical[env-tracked]: This is env-tracked (KG-000001)%0Amedium[key-too-old]: " in text
