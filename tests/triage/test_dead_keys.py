"""A dead key is less severe, by whose word, and where."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from keyguard.config.rotation import Rotation
from keyguard.model.finding import Certainty, Finding, Severity, Where
from keyguard.model.verdict import State, Verdict
from keyguard.triage.dead_keys import lower_by_verdict, lower_dead
from keyguard.triage.findings import TriageResult
from tests.helpers.calling import Inside
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo
from tests.helpers.seeing import engine
from tests.report.samples import finding, occurrence, past

pytest_plugins = ("tests.helpers.commandline",)

RULES = engine().ruleset.by_id()
THERE, GONE = (occurrence(),), (past(),)
RECORD = Rotation(revoked={"f" * 12: "2026-01-31"})
SAID = Rotation(dead={"f" * 32: {"stripe": "2026-02-01"}})


def key(places: Any, **changes: Any) -> Finding:
    one = finding(rule="stripe-key", vendor="stripe", certainty=Certainty.CERTAIN, severity=Severity.CRITICAL)
    return msgspec.structs.replace(one, fingerprint="f" * 32, occurrences=places, **changes)


def lowered(one: Finding, rotation: Rotation) -> tuple[Severity, str]:
    (found,) = lower_dead(TriageResult((one,)), rotation, RULES).findings
    return found.severity, found.ended


@pytest.mark.parametrize(
    ("places", "rotation", "severity", "ended"),
    [
        (GONE, RECORD, Severity.INFO, "revoked 2026-01-31"),
        (THERE, RECORD, Severity.CRITICAL, "revoked 2026-01-31"),
        ((*THERE, *GONE), RECORD, Severity.CRITICAL, "revoked 2026-01-31"),
        ((past(at_head=True),), RECORD, Severity.CRITICAL, "revoked 2026-01-31"),
        ((past(reach="index"),), RECORD, Severity.CRITICAL, "revoked 2026-01-31"),
        ((past(kind="file", reach=""),), RECORD, Severity.CRITICAL, "revoked 2026-01-31"),
        ((occurrence(where=Where.INDEX),), RECORD, Severity.CRITICAL, "revoked 2026-01-31"),
        (GONE, SAID, Severity.INFO, "inactive 2026-02-01"),
        (THERE, SAID, Severity.LOW, "inactive 2026-02-01"),
        (THERE, Rotation(), Severity.CRITICAL, ""),
    ],
)
def test_by_whose_word_and_where(places: Any, rotation: Rotation, severity: Severity, ended: str) -> None:
    assert lowered(key(places), rotation) == (severity, ended)


def test_the_word_of_another_vendor_or_about_a_key_of_nobody_for_certain_counts_nothing() -> None:
    assert lowered(key(GONE, vendor="clerk"), SAID)[1] == ""
    assert lowered(key(GONE, certainty=Certainty.LIKELY), SAID)[1] == ""


def test_answers_from_memory_and_of_software_that_runs_anywhere_prove_nothing() -> None:
    unproven = [one for one in RULES.values() if one.verify and (one.verify.evidence == "memory" or one.verify.hosted)]
    assert len(unproven) > 10
    for one in unproven:
        said = Rotation(dead={"f" * 32: {one.vendor: "2026-02-01"}})
        assert lowered(key(GONE, rule=one.id, vendor=one.vendor), said)[1] == ""


def test_severity_is_never_raised() -> None:
    assert lowered(key(THERE, severity=Severity.INFO), SAID)[0] is Severity.INFO


def test_a_verdict_of_the_vendor_lowers_as_well() -> None:
    refused = Verdict(state=State.INACTIVE, reason="refused")
    assert lower_by_verdict(key(THERE, verdict=refused), RULES, "2026-03-01").severity is Severity.LOW
    assert lower_by_verdict(key(GONE, verdict=refused), RULES, "2026-03-01").ended == "inactive 2026-03-01"
    active = Verdict(state=State.ACTIVE, reason="active")
    assert lower_by_verdict(key(GONE, verdict=active), RULES, "2026-03-01").severity is Severity.CRITICAL


def test_a_recorded_key_that_is_only_in_history_fails_no_scan(inside: Inside, tmp_path: Any) -> None:
    repo = Repo(tmp_path / "repo").write("a.ini", leaking_line(1)).add().commit("first")
    repo.write("a.ini", "").add().commit("second")
    (found,) = inside("scan", "-f", "json", "--no-hygiene", cwd=repo.path).document["findings"]
    repo.write(".keyguard.toml", f'[revoked]\n"{found["id"]}" = 2026-01-03\n')
    said = inside("scan", "-f", "json", cwd=repo.path)
    assert (said.code, [one["severity"] for one in said.document["findings"] if one["kind"] == "key"]) == (0, ["info"])
    text = inside("scan", "--verbose", cwd=repo.path).out
    assert "revoked on 2026-01-03, as recorded" in text
    assert "Revoke it first" not in text
    repo.write("a.ini", leaking_line(1))
    said = inside("scan", "--no-hygiene", cwd=repo.path)
    assert (said.code, "still in the files, and so as severe as before" in said.out) == (1, True)
    assert f"Take it out of the files; keyguard verify {found['id']} asks its vendor" in said.out
