"""The report for people: what stands where, and that the carets stand under the key."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from keyguard.model.finding import Certainty, Confidence, Environment, Severity, Skipped
from keyguard.report import Style
from tests.report.samples import (
    LIVE,
    TEST,
    coverage,
    finding,
    incomplete,
    numbered,
    occurrence,
    rendered,
    run,
    snippet,
    suppressed,
)
from tests.report.test_blocks import problem


def test_a_finding_reads_like_this() -> None:
    found = finding(occurrences=(occurrence(b"config/dev.env", 12, 20, snippet=snippet("SENDMAILOS_API_KEY=")),))
    expected = f"""\
critical[sendmailos-key]: SendMailOS API key, live
  --> config/dev.env:12:20
   |
12 | SENDMAILOS_API_KEY={LIVE}
   |                    ^^^^^^^^^^^^^^^^^^^^ live key
   |
   = whose: SendMailOS, certain: the variable SENDMAILOS_API_KEY
   = why:   Whoever has it can send mail in your name and read all subscribers.
   = fix:   Create a new key, deploy it, then delete this one.
            https://sendmailos.com/docs/authentication
   = id:    KG-7f3a9c  {LIVE}

1 finding: 1 critical; working tree: 12 files, 41.2 MB, 214 rules
"""
    assert rendered("text", run(found)) == expected


def test_a_clean_run_is_one_short_line() -> None:
    assert rendered("text", run()) == "no keys found; working tree: 12 files, 41.2 MB, 214 rules\n"


def test_a_gap_stands_before_the_summary_and_is_never_called_clean() -> None:
    assert rendered("text", incomplete()) == (
        "incomplete: 1 of 12 files was not read\n"
        "  --> secret.bin: unreadable (Permission denied)\n"
        "\n"
        "no keys found in what was read; working tree: 11 of 12 files, 41.2 MB, 214 rules\n"
    )


def test_an_allowed_gap_is_still_said() -> None:
    first = rendered("text", incomplete(allow_incomplete=True)).splitlines()[0]
    assert first == "incomplete: 1 of 12 files was not read, which is allowed"


def test_a_scan_that_only_says_it_is_incomplete_is_reported_so() -> None:
    text = rendered("text", run(coverage=coverage(complete=False)))
    assert text.startswith("incomplete: not everything was read\n")


def test_of_many_gaps_twenty_are_listed_and_the_rest_counted() -> None:
    gaps = tuple(Skipped(path=f"{number}".encode(), reason="vanished") for number in range(25))
    many = run(skipped=gaps, coverage=coverage(listed=25, read=0, skipped=25, complete=False))
    lines = rendered("text", many).splitlines()
    assert lines[0] == "incomplete: 25 of 25 files were not read"
    assert lines[21] == "      and 5 more: --verbose lists them all"
    assert len(rendered("text", many, Style(verbose=True)).splitlines()) == 28


def test_more_gaps_than_files_are_not_called_files() -> None:
    gaps = tuple(Skipped(path=f"{number}".encode(), reason="unreadable") for number in range(3))
    text = rendered("text", run(skipped=gaps, coverage=coverage(listed=1, read=0, skipped=3, complete=False)))
    assert text.startswith("incomplete: 3 places were not read\n")


def test_what_was_set_aside_is_counted() -> None:
    chosen = Skipped(path=b"big.iso", reason="too-large", gap=False)
    text = rendered("text", run(skipped=(chosen,), suppressed=(suppressed(),), placeholders=1204))
    assert text.endswith("214 rules, 1 left out by choice, 1 suppressed, 1,204 placeholders\n")
    assert "incomplete" not in text


def test_the_first_five_other_places_are_listed() -> None:
    places = tuple(occurrence(f"{number}.py".encode(), number + 1) for number in range(8))
    lines = rendered("text", run(finding(occurrences=places))).splitlines()
    also = next(number for number, line in enumerate(lines) if "= also:" in line)
    assert lines[also] == "  = also:  1.py:2:5"
    assert lines[also + 4 : also + 6] == ["           5.py:6:5", "           and 2 more places"]


def test_places_in_history_name_their_commit() -> None:
    place = occurrence(commit="4f2c1ab99087fe12", author_date="2024-01-02T03:04:05Z")
    assert " --> app.env:3:5 in commit 4f2c1ab990\n" in rendered("text", run(finding(occurrences=(place,))))


def test_a_key_of_unknown_vendor_lists_the_candidates() -> None:
    found = finding(certainty=Certainty.AMBIGUOUS, candidates=("stripe", "clerk", "workos"), because=())
    assert "= whose: cannot be told: Stripe, Clerk or workos\n" in rendered("text", run(found))
    many = finding(certainty=Certainty.AMBIGUOUS, candidates=tuple("abcdefgh"), because=("no name beside it",))
    assert "cannot be told: a, b, c, d, e, f or 2 more (no name beside it)\n" in rendered("text", run(many))


def test_advice_is_given_once_for_each_rule() -> None:
    text = rendered("text", run(*numbered(2)))
    assert text.count("Whoever has it") == 1
    assert "= fix:   as for KG-000000 above\n" in text


def test_findings_that_are_only_information_are_counted_but_not_shown() -> None:
    public = finding(severity=Severity.INFO, environment=Environment.PUBLISHABLE)
    text = rendered("text", run(public))
    assert text == ("1 finding: 1 info (shown with --verbose); working tree: 12 files, 41.2 MB, 214 rules\n")
    assert rendered("text", run(public), Style(verbose=True)).startswith("info[sendmailos-key]: ")


def test_doubts_are_said() -> None:
    text = rendered("text", run(finding(malformed=True, confidence=Confidence.LOW)))
    assert "^ live key, but its checksum is wrong\n" in text
    assert (
        "= note:  low confidence: this may be no key at all; if it is none: keyguard accept KG-7f3a9c --reason TEXT\n"
        in text
    )


def test_of_a_key_whose_vendor_cannot_be_told_nobody_says_that_it_may_be_none() -> None:
    ambiguous = finding(certainty=Certainty.AMBIGUOUS, candidates=("stripe", "clerk"), confidence=Confidence.MEDIUM)
    text = rendered("text", run(ambiguous))
    assert "= whose: cannot be told: Stripe or Clerk" in text
    assert "confidence" not in text
    assert "no key at all" not in text
    assert "no key at all" in rendered("text", run(finding(confidence=Confidence.MEDIUM)))


def test_a_finding_without_source_or_advice_has_no_empty_lines() -> None:
    bare = finding(description="", remedy="", rotation="", occurrences=(occurrence(snippet=snippet("", "", "")),))
    block = rendered("text", run(bare)).split("\n\n")[0]
    assert block.splitlines()[1:3] == [
        " --> app.env:3:5",
        "  = whose: SendMailOS, certain: the variable SENDMAILOS_API_KEY",
    ]
    assert "why:" not in block
    assert "fix:" not in block


@pytest.mark.parametrize("width", [0, 40, 60, 80])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("KEY=", ""),
        ("\t\tkey = '", "' # \t and more"),
        ("説明 = '日本語 🎉'; key = '", "'; // 続きはこちら、とても長い行です、とても長い行です"),
        ("e\u0301te\u0301 ", " fin"),
        ("\x1b[31m\u202e ##[error]", "\r\n"),
        ("x" * 300 + " ", " " + "y" * 300),
    ],
)
def test_carets_stand_under_the_key(before: str, after: str, width: int) -> None:
    found = finding(occurrences=(occurrence(snippet=snippet(before, TEST, after)),))
    lines = rendered("text", run(found), Style(width=width)).splitlines()
    carets = next(line for line in lines if "^" in line)
    source = lines[lines.index(carets) - 1]
    assert cell_len(source[: source.index(TEST)]) == carets.index("^")
    assert carets.count("^") == len(TEST)
    assert not width or cell_len(source) <= width


def test_long_prose_is_wrapped_under_itself() -> None:
    found = finding(description="word " * 40)
    lines = [line for line in rendered("text", run(found), Style(width=60)).splitlines() if "word" in line]
    assert len(lines) > 3
    assert all(len(line) <= 60 for line in lines)
    assert {line.index("word") for line in lines} == {11}


def test_steps_stand_each_on_a_line_and_wrap_under_their_text() -> None:
    found = finding(remedy="\n1. Create a new key,\n   soon.\n2. " + "Deploy it. " * 5 + "\n", rotation="")
    lines = rendered("text", run(found), Style(width=60)).splitlines()
    first = next(number for number, line in enumerate(lines) if "= fix:" in line)
    assert lines[first : first + 4] == [
        "  = fix:   1. Create a new key,",
        "           soon.",
        "           2. Deploy it. Deploy it. Deploy it. Deploy",
        "              it. Deploy it.",
    ]


def test_colour_and_links_appear_only_when_asked_for() -> None:
    plain = rendered("text", incomplete(finding()))
    styled = rendered("text", incomplete(finding()), Style(color=True, links=True))
    assert "\x1b" not in plain
    assert "\x1b[1;97;41mcritical\x1b[0m" in styled
    assert "\x1b[1;97;41mincomplete\x1b[0m" in styled
    url = "https://sendmailos.com/docs/authentication"
    assert f"\x1b]8;;{url}\x1b\\sendmailos-key\x1b]8;;\x1b\\" in styled
    assert "\x1b]8" not in rendered("text", run(finding()), Style(color=True))


@pytest.mark.parametrize("url", ["javascript:x", "https://a\x1b\\b", "https://a b", "https://é", ""])
def test_only_a_plain_web_address_becomes_a_link(url: str) -> None:
    assert "\x1b]8" not in rendered("text", run(finding(rotation=url)), Style(links=True))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (3 * 10**18, "3000.0 PB"),
    ],
)
def test_sizes_are_for_people(size: int, expected: str) -> None:
    assert f" {expected}, " in rendered("text", run(coverage=coverage(bytes=size)))


def test_how_to_accept_what_is_no_longer_accepted_is_said_once() -> None:
    key = finding(accepted_until="2026-01-01")
    about = problem("key-too-old", Severity.LOW, 9, key=key.fingerprint, accepted_until="2026-01-01")
    text = rendered("text", run(key, about))
    assert text.count("was accepted until 2026-01-01") == 1
    assert f"again: keyguard accept {key.id} {about.id} --reason TEXT\n" in text


def test_how_a_key_is_written_is_said_at_each_of_its_places() -> None:
    places = occurrence(b"a.yaml", 1, 5, way="base64"), occurrence(b"b.txt", 2, 1, way="hex in base64"), occurrence()
    lines = rendered("text", run(finding(occurrences=places))).splitlines()
    assert ["=", "how:", "written", "in", "base64"] in [line.split() for line in lines]
    also = next(number for number, line in enumerate(lines) if "= also:" in line)
    assert lines[also].endswith("b.txt:2:1, in hex in base64")
    assert "in" not in lines[also + 1].split()
