"""Runs to render, as a scan would make them. Masked values only: there is no key in any of them."""

from __future__ import annotations

import io
from typing import Any

import msgspec

from keyguard.model.finding import (
    Certainty,
    Confidence,
    Coverage,
    Environment,
    Finding,
    HistoryCoverage,
    Occurrence,
    Run,
    Severity,
    Skipped,
    Snippet,
    Suppressed,
    Trace,
    Vendor,
    Where,
)
from keyguard.report import Style, load

MASK = "*" * 8
LIVE = "sk_" + "live_" + MASK + "3Q7E"
TEST = "sk_" + "test_" + MASK + "9fKd"


def rendered(name: str, run: Run, style: Style | None = None) -> str:
    """The report in that format."""
    out = io.StringIO()
    load(name)(run, out, style or Style())
    return out.getvalue()


def snippet(before: str = "KEY=", mask: str = LIVE, after: str = "") -> Snippet:
    """A line of source with the mask between two texts."""
    return Snippet(text=before + mask + after, start=len(before), end=len(before) + len(mask))


def occurrence(path: bytes = b"app.env", line: int = 3, column: int = 5, **changes: Any) -> Occurrence:
    """A place in a file."""
    values: dict[str, Any] = {
        "path": path,
        "line": line,
        "column": column,
        "end_line": line,
        "end_column": column + 32,
        "where": Where.TREE,
        "snippet": snippet(),
        "line_hash": "a1b2c3d4e5f60718:1",
    }
    return Occurrence(**{**values, **changes})


def finding(**changes: Any) -> Finding:
    """A live key at one place."""
    values: dict[str, Any] = {
        "id": "KG-7f3a9c",
        "fingerprint": "7f3a9c" + "0" * 26,
        "rule": "sendmailos-key",
        "title": "SendMailOS API key",
        "description": "Whoever has it can send mail in your name and read all subscribers.",
        "vendor": "sendmailos",
        "vendor_name": "SendMailOS",
        "certainty": Certainty.CERTAIN,
        "candidates": (),
        "because": ("the variable SENDMAILOS_API_KEY",),
        "environment": Environment.LIVE,
        "severity": Severity.CRITICAL,
        "confidence": Confidence.HIGH,
        "masked": LIVE,
        "malformed": False,
        "occurrences": (occurrence(),),
        "remedy": "Create a new key, deploy it, then delete this one.",
        "rotation": "https://sendmailos.com/docs/authentication",
        "references": ("https://sendmailos.com/docs/agency",),
    }
    return Finding(**{**values, **changes})


def numbered(count: int, **changes: Any) -> tuple[Finding, ...]:
    """So many findings, each with an id and a file of its own."""
    return tuple(
        finding(
            id=f"KG-{number:06x}",
            fingerprint=f"{number:032x}",
            occurrences=(occurrence(f"src/{number}.py".encode()),),
            **changes,
        )
        for number in range(count)
    )


def suppressed() -> Suppressed:
    """A key with a marker beside it."""
    return Suppressed(
        id="KG-0badf0",
        fingerprint="0badf0" + "0" * 26,
        rule="stripe-key",
        severity=Severity.HIGH,
        occurrence=occurrence(b"tests/fixture.py"),
        by="inline",
        marker="keyguard: allow",
        reason="a fixture",
    )


def run(*findings: Finding, **changes: Any) -> Run:
    """A complete scan of twelve files."""
    values: dict[str, Any] = {
        "version": "0.1.0",
        "findings": findings,
        "suppressed": (),
        "skipped": (),
        "coverage": coverage(),
        "placeholders": 0,
        "fail_on": Severity.LOW,
        "vendors": {name.lower(): Vendor(id=name.lower(), name=name) for name in ("SendMailOS", "Stripe", "Clerk")},
    }
    return Run(**{**values, **changes})


def coverage(**changes: Any) -> Coverage:
    """Twelve files, all read."""
    values: dict[str, Any] = {
        "scope": "working tree",
        "listed": 12,
        "read": 12,
        "skipped": 0,
        "bytes": 41_200_000,
        "rules": 214,
        "engine": "hyperscan",
        "complete": True,
    }
    return Coverage(**{**values, **changes})


def incomplete(*findings: Finding, **changes: Any) -> Run:
    """A scan of twelve files of which one could not be opened."""
    gap = Skipped(path=b"secret.bin", reason="unreadable", detail="Permission denied")
    return run(*findings, skipped=(gap,), coverage=coverage(read=11, skipped=1, complete=False), **changes)


def with_occurrences(base: Finding, *occurrences: Occurrence) -> Finding:
    """The same finding at other places."""
    return msgspec.structs.replace(base, occurrences=occurrences)


#: what the samples of history take for now: 2025-11-25, 1,727 days after ``CAME``
NOW = 1_764_072_000
CAME = "2021-03-04T12:00:00+01:00"
WENT = "2022-01-09T08:30:00Z"
BRINGING = "4f2c1ab990" + "0" * 30
REMOVING = "77aa001122" + "0" * 30


def past(path: bytes = b"app.env", line: int = 3, column: int = 5, **changes: Any) -> Occurrence:
    """A place in history, gone from the files; what belongs to its trace may be given beside what belongs to it."""
    trace: dict[str, Any] = {"kind": "blob", "oid": "b1" * 20, "reach": "head"}
    if not changes.get("at_head") and changes.get("reach", "head") == "head":
        trace |= {"removed": REMOVING, "removed_date": WENT}
    trace |= {name: changes.pop(name) for name in Trace.__struct_fields__ if name in changes}
    dated = {"commit": BRINGING, "author_date": CAME}
    return occurrence(path, line, column, where=Where.HISTORY, trace=Trace(**trace), **{**dated, **changes})


def remembered(*places: Occurrence, **changes: Any) -> Finding:
    """A key at these places, known since ``CAME``."""
    return finding(occurrences=places, **{"first_seen": CAME, **changes})


def history(**changes: Any) -> HistoryCoverage:
    """All of a repository as large as git's own."""
    values: dict[str, Any] = {
        "repositories": 1,
        "listed": 406_066,
        "read": 406_066,
        "commits": 81_966,
        "trees": 162_875,
        "blobs": 161_216,
        "tags": 9,
        "unreachable": 14,
        "refs": 812,
        "reflogs": 30,
        "bytes": 5_500_000_000,
    }
    return HistoryCoverage(**{**values, **changes})


def historic(*findings: Finding, **changes: Any) -> Run:
    """A scan of twelve files and of history."""
    values: dict[str, Any] = {"coverage": coverage(history=history()), "now": NOW}
    return run(*findings, **{**values, **changes})


def shallow(*findings: Finding, **changes: Any) -> Run:
    """A scan of a clone that has only the last commit."""
    gap = Skipped(
        path=b"history",
        reason="shallow",
        detail="shallow clone: the history before 1 commit is not here: fetch-depth: 0, or --allow-incomplete",
    )
    known = history(commits=1, blobs=12, trees=4, tags=0, refs=1, unreachable=0, bytes=48_200, listed=17, read=17)
    cut = coverage(complete=False, history=msgspec.structs.replace(known, shallow=True))
    return run(*findings, **{"skipped": (gap,), "coverage": cut, "now": NOW, **changes})
