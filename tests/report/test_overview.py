"""A long report is read in ninety seconds: an overview, the worst in full, and the others in a line each."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from rich.cells import cell_len

from keyguard.model.finding import Certainty, Confidence, Finding, Run, Severity, Where
from keyguard.report import Style
from tests.report.samples import CAME, LIVE, finding, historic, occurrence, past, rendered, run, suppressed
from tests.report.test_blocks import problem

VENDORS = ("SendMailOS", "Stripe", "Clerk", "npm", "Resend", "OpenAI", "GitLab", "Slack", "AWS", "Twilio", "日本銀行")
LEVELS = (Severity.CRITICAL, Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
FOLDERS = (b"services/a", b"services/b", b"web", "日本語/設定".encode(), b"legacy")


def made(nth: int, **changes: Any) -> Finding:
    """One of many findings, of several vendors, folders and ages; the worst first."""
    vendor = VENDORS[nth % len(VENDORS)]
    folder = FOLDERS[nth % len(FOLDERS)]
    there = occurrence(folder + b"/%d.env" % nth, nth + 1)
    place = past(there.path, there.line) if folder == b"legacy" else there
    values: dict[str, Any] = {
        "id": f"KG-{nth:06x}",
        "fingerprint": f"{nth:032x}",
        "rule": f"{vendor.lower()}-key",
        "vendor_name": vendor,
        "severity": LEVELS[nth * len(LEVELS) // 50],
        "occurrences": (place,),
        "first_seen": ("", CAME, "2025-08-01T00:00:00Z", "2025-11-20T00:00:00Z")[nth % 4],
    }
    return finding(**{**values, **changes})


FIFTY = [made(nth) for nth in range(50)]


def parts(one: Run, style: Style | None = None) -> tuple[list[str], list[str], list[str]]:
    """The overview, the heads of the blocks in full, and the lines of the others."""
    text = rendered("text", one, style)
    overview, _, rest = text.partition("Begin with these")
    lines = rest.splitlines()
    rows = rest.rpartition("\n\n")[0].rpartition("\n\n")[2].splitlines()
    return overview.splitlines(), [line for line in lines if "]: " in line and line[0].isalpha()], rows


def test_fifty_findings_begin_with_an_overview() -> None:
    overview, full, rows = parts(historic(*FIFTY))
    assert overview == [
        "50 findings  critical      high    medium       low",
        "SendMailOS          2         1         1         1",
        "Stripe              2         1         1         1",
        "Clerk               2         1         1         1",
        "npm                 2         1         1         1",
        "OpenAI              2         1         1         1",
        "Resend              2         1         1         1",
        "GitLab              2         1         1         -",
        "4 others            6         3         3         4",
        "",
        "folder:  services/ 20, web/ 10, 日本語/ 10, legacy/ 10",
        "where:   in the files 40, only in history 10",
        "age:     over a year 13, over 90 days 12, newer 12, not in history 13",
        "",
    ]
    assert (len(full), len(rows)) == (6, 44)
    assert rows[0] == f"critical  KG-000007  slack-key       Slack       {LIVE}  web/7.env:8:5"
    assert rows[11].endswith("legacy/9.env:10:5 in commit 4f2c1ab990")


def test_every_finding_is_there_once_in_full_or_in_a_line() -> None:
    text = rendered("text", historic(*FIFTY))
    for one in FIFTY:
        assert text.count(one.id) == 1
    assert text.endswith("14 unreachable objects\n")
    assert "\n50 findings: 20 critical, 10 high, 10 medium, 10 low; " in text


def test_ten_findings_are_shown_in_full_and_more_if_that_is_asked_for() -> None:
    assert "Begin with" not in rendered("text", historic(*FIFTY[:10]))
    assert "Begin with" in rendered("text", historic(*FIFTY[:11]))
    text = rendered("text", historic(*FIFTY), Style(full=True))
    assert "Begin with" not in text
    assert text.count("\n  = id: ") + text.count("\n   = id: ") == 50


def test_what_hygiene_says_of_a_key_makes_no_further_line() -> None:
    about = [problem("key-too-old", Severity.LOW, 100 + nth, key=one.fingerprint) for nth, one in enumerate(FIFTY)]
    overview, _, rows = parts(historic(*FIFTY, *about))
    assert overview[0].startswith("50 findings ")
    assert len(rows) == 44
    assert all("  also key-too-old" in row for row in rows)


def test_of_the_worst_each_kind_is_shown_in_full_before_one_twice() -> None:
    many = [made(nth, rule="a-key", severity=Severity.CRITICAL) for nth in range(20)]
    many += [made(20, rule="b-key", severity=Severity.CRITICAL), made(21, rule="c-key", severity=Severity.LOW)]
    _, full, _ = parts(run(*many))
    assert [line.partition("]")[0].partition("[")[2] for line in full] == ["a-key", "b-key", "a-key", "a-key", "a-key"]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_overview_fits_a_terminal(width: int) -> None:
    overview, _, rows = parts(historic(*FIFTY), Style(width=width))
    assert len(overview) <= 19
    assert max(map(cell_len, [*overview, *rows])) <= max(width, 60)
    assert len(rows) == 44
    assert all(row.rpartition(":")[2] for row in rows)
    wide = rows[0].split()
    assert ("Slack" in wide) is (width == 200)
    # columns stand under each other, whatever the script
    assert len({cell_len(row[: row.index("KG-")]) for row in rows}) == 1


def test_a_long_path_is_cut_at_its_front() -> None:
    deep = made(49, occurrences=(occurrence(b"folder/" * 30 + b"last.env", 7),))
    _, _, rows = parts(run(*FIFTY[:20], deep), Style(width=80))
    assert "  ..." in rows[-1]
    assert rows[-1].endswith("/last.env:7:5")
    assert cell_len(rows[-1]) == 80


def test_folders_are_told_below_the_one_that_has_them_all() -> None:
    many = [made(nth, occurrences=(occurrence(b"src/app/%d/x.py" % (nth % 8)),)) for nth in range(40)]
    top = [made(40 + nth, occurrences=(occurrence(b"src/app/main.py"),)) for nth in range(2)]
    message = made(42, occurrences=(past(b"commit:" + b"a" * 40, kind="commit"),))
    folder = next(line for line in parts(run(*many, *top, message))[0] if line.startswith("folder:"))
    assert folder == (
        "folder:  src/app/0/ 5, src/app/1/ 5, src/app/2/ 5, src/app/3/ 5, src/app/4/ 5, src/app/5/ 5 and 13 in 4 more"
    )


def test_without_history_there_are_no_ages() -> None:
    many = [msgspec.structs.replace(one, first_seen="", occurrences=(occurrence(),)) for one in FIFTY]
    overview, _, _ = parts(run(*many))
    assert not any(line.startswith("age:") for line in overview)
    assert "where:   in the files 50" in overview


def test_keys_of_nobody_in_particular_have_rows_too() -> None:
    staged = occurrence(where=Where.INDEX)
    many = [made(nth, certainty=Certainty.AMBIGUOUS, candidates=("a", "b")) for nth in range(10)]
    many += [problem("hook-missing", Severity.LOW, 99, key="", masked="", vendor="", vendor_name="")]
    many += [made(12, occurrences=(staged,))]
    overview, _, _ = parts(run(*many, suppressed=(suppressed(),)))
    assert [line.split("  ")[0].strip() for line in overview[1:4]] == ["vendor unclear", "Stripe", "hook-missing"]
    assert "where:   in the files 9, only in history 2, staged 1" in overview


def test_colour_changes_nothing_but_colour() -> None:
    import re

    plain = rendered("text", historic(*FIFTY))
    styled = rendered("text", historic(*FIFTY), Style(color=True))
    assert "\x1b[" in styled
    assert re.sub(r"\x1b\[[0-9;]*m", "", styled) == plain


def test_secrets_that_no_vendor_issues_are_counted_by_what_they_are() -> None:
    none = {"vendor": "generic-secret", "vendor_name": "no vendor", "title": "Password in a file"}
    many = [made(nth, certainty=Certainty.AMBIGUOUS, confidence=Confidence.MEDIUM, **none) for nth in range(8)]
    many += [made(nth, severity=Severity.CRITICAL) for nth in range(20, 24)]
    overview, full, rows = parts(run(*many))
    assert overview[1].startswith("Password in a file ")
    assert not any("unclear" in line for line in overview)
    assert all(row.endswith("  medium confidence") for row in rows)
    # what is certain comes first
    assert full[0].startswith("critical[twilio-key]")
    text = rendered("text", run(*many))
    assert text.count("medium confidence: this may be no key at all") == len(full) - 4
