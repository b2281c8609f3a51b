"""``keyguard rules``: what is looked for, and that it does what it says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from keyguard.cli import main
from keyguard.hygiene.data import tables
from tests.helpers.calling import Inside, Keyguard
from tests.helpers.seeing import rules

pytest_plugins = ("tests.helpers.commandline",)

PACK = """\
[vendor]
id = "acme"
name = "Acme"

[[rules]]
id = "acme-key"
title = "Acme key"
description = "Opens the door."
pattern = 'acme_(?P<secret>(?P<body>[a-z0-9]{20}))'
severity = {default = "critical"}
remedy = "Change the lock."
examples = ["KEY=acme_{lower:20}"]
"""


def test_every_rule_and_every_check_is_one_line_with_its_worst_severity(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    ids = [rule.id for rule in rules().rules]
    assert [line.split()[0] for line in lines] == [*ids, *tables.checks()]
    rows = {line.split()[0]: line.split()[1:3] for line in lines}
    assert rows["sendmailos-key"] == ["critical", "key"]
    assert rows["key-too-old"] == ["medium", "hygiene"]


@pytest.mark.parametrize("name", ["sendmailos-key", "key-too-old"])
def test_a_rule_is_shown_as_it_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", name]) == 0
    shown = capsys.readouterr().out
    assert main(["explain", name]) == 0
    assert capsys.readouterr().out == shown


def test_the_examples_of_one_rule_can_be_run_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "test", "sendmailos-key"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("of 1 rules: 0 failed")


def test_the_examples_of_a_check_are_repositories(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "test", "key-too-old"]) == 2
    assert "key-too-old is a check: its examples are whole repositories" in capsys.readouterr().err


def test_rules_and_checks_have_one_space_of_names() -> None:
    assert {rule.id for rule in rules().rules}.isdisjoint(tables.checks())


def test_a_pack_of_ones_own_is_listed_tested_and_used(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "acme.toml").write_text(PACK)
    more = ("--rules", "packs")
    assert "acme-key" in inside("rules", "list", *more).out
    assert inside("rules", "test", "acme-key", *more).code == 0
    assert inside("rules", "test", *more, "acme-key").code == 0
    secret = "acme_" + "".join(random.Random(7).choices("abcdefghijkmnpqrstuvwxyz23456789", k=20))
    python = ("--engine", "python")  # is compiled sooner
    assert inside("scan", "--stdin", *more, *python, stdin=secret.encode()).code == 1
    assert inside("scan", "--stdin", stdin=secret.encode()).code == 0


def test_an_example_that_fails_is_named_without_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.toml").write_text(PACK.replace('["KEY=acme_{lower:20}"]', '["KEY=acme_{lower:19}"]'))
    assert main(["rules", "test", "acme-key", "--rules", str(tmp_path / "p.toml")]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] in {f"acme-key: KEY=acme_{{lower:19}}: found as {other}" for other in ("nothing", "generic-secret")}
    assert out[-1].endswith("1 failed")


def test_a_pack_may_not_be_something_that_never_ends(kg: Keyguard) -> None:
    for path in ("/dev/zero", "/dev/tty", "/proc/self/mem"):
        said = kg("rules", "list", "--rules", path)
        assert said.code == 2
        assert said.err.startswith(f"keyguard: error: {path}: ")


def test_a_list_can_be_cut_off(kg: Keyguard) -> None:
    said = kg.shell(f"{kg.line('rules', 'list')} | head -1; echo $?")
    assert said.err == ""
    assert len(said.out.splitlines()) == 2


@pytest.mark.parametrize(
    "command", ["rules list", "rules show sendmailos-key", "explain sendmailos-key", "rules test sendmailos-key"]
)
def test_a_full_disk_is_said(kg: Keyguard, command: str) -> None:
    said = kg.shell(f"{kg.line(*command.split())} > /dev/full")
    assert said.code == 2
    assert "No space left on device" in said.err
    assert "Traceback" not in said.err
