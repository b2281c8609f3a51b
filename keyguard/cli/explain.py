"""``keyguard explain ID``: what a rule finds, why that matters and what to do about it, for people."""

from __future__ import annotations

import argparse
import difflib
import sys
import textwrap

from keyguard import rules
from keyguard.errors import UsageError
from keyguard.model import Rule
from keyguard.report.output import write_stdout
from keyguard.rules import RuleSet

_WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("id", metavar="ID", help="a rule's id, as in the square brackets of a report")
    parser.add_argument("--rules", action="append", default=[], metavar="PATH", help="further rule packs")


def run(options: argparse.Namespace) -> int:
    """Print the explanation."""
    ruleset = rules.parse(rules.read_packs(options.rules))
    text = describe(find_rule(ruleset, options.id), ruleset)
    write_stdout(sys.stdout, lambda out: print(text, file=out))
    return 0


def find_rule(ruleset: RuleSet, name: str) -> Rule:
    """The rule of that id. Raises ``UsageError`` with a suggestion."""
    known = ruleset.by_id()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f", did you mean {near[0]!r}?" if near else " (keyguard rules list shows them)"
        raise UsageError(f"no rule is called {name!r}{hint}")
    return known[name]


def describe(rule: Rule, ruleset: RuleSet) -> str:
    """All that a rule says, wrapped for reading; no example is filled, so nothing in it looks like a key."""
    vendor = ruleset.vendors[rule.vendor]
    severity = ", ".join(f"{label} ({name})" for name, label in rule.severity.items()) or "high"
    prefixes = ", ".join(f"{prefix}… ({name})" for name, all in rule.environments.items() for prefix in all)
    facts = {
        "vendor": f"{vendor.name} {vendor.url}".strip(),
        "severity": severity,
        "confidence": rule.confidence.value,
        "prefixes": prefixes,
        "checksum": rule.checksum,
        "recognised": f"\n{'':14}".join(textwrap.wrap(_recognised(rule, ruleset), _WIDTH - 14, break_on_hyphens=False)),
        "rotation": vendor.rotation,
        "pattern": rule.pattern,
    }
    lines = [f"{rule.id}: {rule.title}", "", *_wrapped(rule.description), ""]
    lines += [f"  {name:<11} {text}" for name, text in facts.items() if text]
    lines += ["", "What to do", *(f"  {line}" for step in rule.remedy.splitlines() for line in _wrapped(step))]
    if rule.references:
        lines += ["", "Read more", *(f"  {reference}" for reference in rule.references)]
    ignore = f"Not a secret? Write 'keyguard: allow[{rule.id}] why' beside it, or --ignore {rule.id}."
    return "\n".join([*lines, "", ignore])


def _recognised(rule: Rule, ruleset: RuleSet) -> str:
    vendor = ruleset.vendors[rule.vendor]
    words = dict.fromkeys((*vendor.names, *vendor.hosts, *vendor.imports))
    return ", ".join(words) if rule.needs_context and words else ""


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), _WIDTH, subsequent_indent="   " if text[:1].isdigit() else "")
