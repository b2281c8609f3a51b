"""``keyguard explain``: for a person who has just been stopped by a finding."""

from __future__ import annotations

import pytest

from keyguard.cli import main
from keyguard.cli.commands.explain import describe
from keyguard.hygiene.data import tables
from keyguard.model.finding import Rule
from keyguard.model.violation import Check
from keyguard.rules import loader

RULES = loader.parse(loader.read_packs())


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_every_rule_says_what_why_and_what_to_do(rule: Rule) -> None:
    said = describe(rule, RULES)
    lines = said.splitlines()
    assert lines[0] == f"{rule.id}: {rule.title}"
    assert "What to do" in lines
    assert RULES.vendors[rule.vendor].name in said
    assert f"keyguard: allow[{rule.id}]" in lines[-1]
    assert all(reference in said for reference in rule.references)


@pytest.mark.parametrize("check", tables.checks().values(), ids=lambda check: check.id)
def test_every_check_says_what_why_and_what_to_do(check: Check) -> None:
    said = describe(check, RULES)
    lines = said.splitlines()
    assert lines[0] == f"{check.id}: {check.title}"
    assert "What to do" in lines
    assert f"keyguard: allow[{check.id}]" in lines[-1]
    assert all(reference in said for reference in check.references)
    assert all(example.why in " ".join(said.split()) for example in (*check.examples, *check.non_examples))


def test_a_name_that_is_nearly_one_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "key-to-old"]) == 2
    assert "did you mean 'key-too-old'?" in capsys.readouterr().err


def test_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "sendmailos-key"]) == 0
    assert capsys.readouterr() == (describe(RULES.by_id()["sendmailos-key"], RULES) + "\n", "")


def test_lines_are_of_a_length_to_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "sendmailos-key"])
    prose = [
        line for line in capsys.readouterr().out.splitlines() if not line.startswith("  ") or line[2] in "123456789"
    ]
    assert max(map(len, prose)) <= 104


def test_what_a_vendor_is_recognised_by_is_listed_once_and_within_the_line() -> None:
    lines = describe(RULES.by_id()["stripe-key"], RULES).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("  recognised"))
    words = [
        word for line in lines[start:] if line.startswith(" " * 14) or "recognised" in line for word in line.split()
    ]
    assert len(words) == len(set(words)) > 10
    assert max(map(len, lines[start : start + 4])) <= 100


def test_an_explanation_holds_nothing_that_looks_like_a_key() -> None:
    from keyguard.engine import compiled
    from keyguard.inspection.inspector import Inspector
    from keyguard.model.finding import Blob, Where

    known: list[Rule | Check] = [*RULES.rules, *tables.checks().values()]
    text = "\n".join(describe(one, RULES) for one in known).encode()
    assert Inspector(compiled.load(cached=False)).inspect(Blob(b"x", Where.STDIN), text).sightings == []
