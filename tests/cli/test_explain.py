"""``keyguard explain``: for a person who has just been stopped by a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.cli import main
from keyguard.cli.commands.explain import describe
from keyguard.hygiene.data import tables
from keyguard.model.finding import Rule
from keyguard.model.violation import Check
from tests.helpers.calling import Inside
from tests.helpers.each import each
from tests.helpers.seeing import key as a_key
from tests.helpers.seeing import rules, see

pytest_plugins = ("tests.helpers.commandline",)

RULES = rules()


@each(RULES.rules, lambda rule: rule.id)
def test_every_rule_says_what_why_and_what_to_do(rule: Rule) -> None:
    said = describe(rule, RULES)
    lines = said.splitlines()
    assert lines[0] == f"{rule.id}: {rule.title}"
    assert "What to do" in lines
    assert RULES.vendors[rule.vendor].name in said
    assert f"keyguard: allow[{rule.id}]" in lines[-1]
    assert all(reference in said for reference in rule.references)


@each(tables.checks().values(), lambda check: check.id)
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
    known: list[Rule | Check] = [*RULES.rules, *tables.checks().values()]
    assert see("\n".join(describe(one, RULES) for one in known), b"x") == []


VALUE = "k3J" + "h9sLq2" * 2 + "MxZ8"


def test_why_a_line_is_a_secret_or_none(inside: Inside, tmp_path: Path) -> None:
    key = a_key("sk_live_{alnum:24}", "explained")
    lines = [f"LOGIN_PASSWORD={VALUE}", "token = os.environ['TOKEN']", f'stripe = "{key}"', "x = 1", "API_KEY=changeme"]
    (tmp_path / "a.cfg").write_text("\n".join(lines) + "\n")
    said = [inside("explain", "--why", f"a.cfg:{number}", cwd=tmp_path) for number in range(1, 6)]
    assert [one.code for one in said] == [0] * 5
    password, reference, stripe, nothing, default = (one.out for one in said)
    assert "generic-password: secret, confidence high" in password
    assert "score" in password
    assert "no secret" in reference
    assert "stripe" in stripe
    assert nothing == "a.cfg:4: no secret: no value here has the form of a key, or a name that says that it is one\n"
    assert "no secret" in default or "informational" in default
    assert not any(value in one.out for one in said for value in (VALUE, key))


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("a.cfg", "not FILE:LINE"),
        ("a.cfg:0", "not FILE:LINE"),
        ("a.cfg:x", "not FILE:LINE"),
        ("a.cfg:2", "a.cfg has 1 line, so there is no line 2"),
        ("b.cfg:1", "No such file"),
        (".:1", "Is a directory"),
    ],
)
def test_a_line_that_is_not_there(place: str, wrong: str, inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "a.cfg").write_text("x = 1\n")
    said = inside("explain", "--why", place, cwd=tmp_path)
    assert said.code == 2
    assert wrong in said.err


def test_either_a_rule_or_a_line(inside: Inside) -> None:
    assert inside("explain").code == 2
    assert inside("explain", "sendmailos-key", "--why", "a:1").code == 2
