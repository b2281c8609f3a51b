"""Every check speaks in its examples, and in none of those that only look alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.hygiene.data import tables
from keyguard.model.finding import Severity
from keyguard.model.violation import Check, Example
from tests.helpers.calling import Inside
from tests.hygiene.projects import NOW, build, examples

pytest_plugins = ("tests.helpers.commandline",)

EXAMPLES = examples()


@pytest.mark.parametrize(("check", "example"), [(a, c) for a, _, c in EXAMPLES], ids=[b for _, b, _ in EXAMPLES])
def test_examples(check: str, example: Example, tmp_path: Path, inside: Inside) -> None:
    repo = build(example, tmp_path / "project")
    what = ("--built",) if example.built else ("--only", "hygiene")
    said = inside("scan", "-f", "json", *what, "--select", check, cwd=repo.path, SOURCE_DATE_EPOCH=str(NOW)).document
    places = [one["occurrences"][0]["path"] for one in said["findings"]]
    assert not [one for one in said["skipped"] if one["gap"]]
    if example.at:
        assert example.at in places
        assert {one["rule"] for one in said["findings"]} == {check}
        assert all(one["kind"] == "hygiene" and one["message"] for one in said["findings"])
    else:
        assert not places


@pytest.mark.parametrize("check", list(tables.checks().values()), ids=lambda one: one.id)
def test_texts(check: Check) -> None:
    assert check.examples, "nothing proves it"
    assert check.non_examples, "nothing proves that it can be silent"
    assert all(one.at in one.files or one.at.startswith(".git/") for one in check.examples)
    assert not any(one.at for one in check.non_examples)
    assert all((check.title, check.description, check.remedy))
    assert not check.title.endswith(".")
    assert check.severity.upper() in Severity.__members__
