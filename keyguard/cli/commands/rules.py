"""``keyguard rules``: list rules and checks, show one, or run every rule's examples against all rules."""

from __future__ import annotations

import argparse
import sys

from keyguard.cli.commands.explain import describe, find
from keyguard.engine import compiled
from keyguard.hygiene.data import tables
from keyguard.model.finding import Rule
from keyguard.model.violation import Check
from keyguard.report.output import write_stdout
from keyguard.rules import loader
from keyguard.rules.loader import RuleSet
from keyguard.support.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in (
        ("list", "one line for each rule and each check of hygiene: id, severity, kind, title"),
        ("show", "all that a rule or a check says"),
        ("test", "run every rule's examples against all rules"),
    ):
        action = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        action.add_argument("--rules", action="append", default=[], metavar="PATH", help="further rule packs")
        if name == "show":
            action.add_argument("id", metavar="ID")
        if name == "test":
            action.add_argument("ids", nargs="*", metavar="ID", help="only these (default: all)")


def run(options: argparse.Namespace) -> int:
    """Run the action; ``test`` returns 1 if an example fails."""
    if options.action == "test":
        return _test(loader.parse(loader.read_packs(options.rules)), options.ids)
    ruleset = compiled.rules(options.rules)
    text = _list(ruleset) if options.action == "list" else describe(find(ruleset, options.id), ruleset)
    write_stdout(sys.stdout, lambda out: print(text, file=out))
    return 0


def _list(ruleset: RuleSet) -> str:
    rows = [(one.id, _severities(one), "key", one.title) for one in ruleset.rules]
    rows += [(one.id, one.severity, "hygiene", one.title) for one in tables.checks().values()]
    width = max(len(id) for id, *_ in rows)
    return "\n".join(f"{id:<{width}}  {severity:<8}  {kind:<7}  {title}" for id, severity, kind, title in rows)


def _severities(rule: Rule) -> str:
    """Return the worst severity that the rule assigns."""
    from keyguard.model.finding import Severity

    labels = list(rule.severity.values()) or ["high"]
    return max(labels, key=lambda label: Severity[label.upper()])


def _provable(one: Rule | Check) -> Rule:
    if isinstance(one, Check):
        raise UsageError(f"{one.id} is a check: its examples are whole repositories, which keyguard's own tests run")
    return one


def _test(ruleset: RuleSet, ids: list[str]) -> int:
    from keyguard.inspection.rule_selftest import run_examples
    from keyguard.rules import validation

    validation.check(ruleset.rules, ruleset.vendors)
    wanted = [_provable(find(ruleset, name)) for name in ids] or list(ruleset.rules)
    proof = run_examples(ruleset, wanted)
    lines = [f"{failure.rule}: {failure.example}: {failure.what}" for failure in proof.failures]
    lines.append(f"{proof.examples} examples of {len(wanted)} rules: {len(proof.failures)} failed")
    write_stdout(sys.stdout, lambda out: print("\n".join(lines), file=out))
    return 1 if proof.failures else 0
