"""``keyguard explain ID``: describe what a rule or a check finds, why that matters and what to do about it.

``keyguard explain --why FILE:LINE`` says what everything on a line that could be a secret is taken for, and why.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterable

from keyguard.engine import compiled
from keyguard.hygiene.data import tables
from keyguard.model.finding import Rule
from keyguard.model.violation import Check
from keyguard.report.output import write_stdout
from keyguard.rules.loader import RuleSet
from keyguard.support.errors import UsageError

_WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "id", metavar="ID", nargs="?", help="the id of a rule or a check, as in the square brackets of a report"
    )
    what.add_argument(
        "--why", metavar="FILE:LINE", help="say what each value on this line is taken for, and what decided it"
    )
    parser.add_argument("--rules", action="append", default=[], metavar="PATH", help="further rule packs")


def run(options: argparse.Namespace) -> int:
    """Print the explanation."""
    if options.why is not None:
        from keyguard.cli.shared.line_reasons import line_reasons

        text = line_reasons(options.why, compiled.load(options.rules))
    else:
        ruleset = compiled.rules(options.rules)
        text = describe(find(ruleset, options.id), ruleset)
    write_stdout(sys.stdout, lambda out: print(text, file=out))
    return 0


def find(ruleset: RuleSet, name: str) -> Rule | Check:
    """Return the rule or check with that id. Raise ``UsageError`` with a suggestion if there is none."""
    known: dict[str, Rule | Check] = {**tables.checks(), **ruleset.by_id()}
    if name not in known:
        import difflib

        near = difflib.get_close_matches(name, known, n=1)
        hint = f", did you mean {near[0]!r}?" if near else " (keyguard rules list shows them)"
        raise UsageError(f"no rule is called {name!r}{hint}")
    return known[name]


def describe(one: Rule | Check, ruleset: RuleSet) -> str:
    """Return the whole description, wrapped; no example is expanded, so nothing in it looks like a key."""
    facts = _of_rule(one, ruleset) if isinstance(one, Rule) else _of_check(one)
    lines = [f"{one.id}: {one.title}", "", *_wrapped(one.description), ""]
    lines += [f"  {name:<11} {text}" for name, text in facts.items() if text]
    lines += ["", "What to do", *(f"  {line}" for step in one.remedy.splitlines() for line in _wrapped(step))]
    if one.references:
        lines += ["", "Read more", *(f"  {reference}" for reference in one.references)]
    doubt = "Not a secret?" if isinstance(one, Rule) else "Meant to be so?"
    return "\n".join([*lines, "", f"{doubt} Write 'keyguard: allow[{one.id}] why' beside it, or --ignore {one.id}."])


def _of_rule(rule: Rule, ruleset: RuleSet) -> dict[str, str]:
    vendor = ruleset.vendors[rule.vendor]
    return {
        "vendor": f"{vendor.name} {vendor.url}".strip(),
        "severity": ", ".join(f"{label} ({name})" for name, label in rule.severity.items()) or "high",
        "confidence": rule.confidence.value,
        "prefixes": ", ".join(f"{prefix}… ({name})" for name, all in rule.environments.items() for prefix in all),
        "checksum": rule.checksum,
        "recognised": _hanging(_recognised(rule, ruleset)),
        "rotation": rule.rotation or vendor.rotation,
        "pattern": rule.pattern,
        "detector": rule.detector,
    }


def _of_check(check: Check) -> dict[str, str]:
    return {
        "kind": "hygiene: how keys are kept",
        "severity": check.severity,
        "confidence": check.confidence.value,
        "speaks of": _reasons(one.why for one in check.examples),
        "and not of": _reasons(one.why for one in check.non_examples),
    }


def _reasons(reasons: Iterable[str]) -> str:
    """Return the purposes of examples, one per line."""
    return f"\n{'':14}".join(map(_hanging, dict.fromkeys(filter(None, reasons))))


def _hanging(text: str) -> str:
    return f"\n{'':14}".join(textwrap.wrap(text, _WIDTH - 14, break_on_hyphens=False))


def _recognised(rule: Rule, ruleset: RuleSet) -> str:
    vendor = ruleset.vendors[rule.vendor]
    words = dict.fromkeys((*vendor.names, *vendor.hosts, *vendor.imports))
    return ", ".join(words) if rule.needs_context and words else ""


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), _WIDTH, subsequent_indent="   " if text[:1].isdigit() else "")
