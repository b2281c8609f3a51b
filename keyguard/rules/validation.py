"""What is wrong with a rule that somebody else wrote: its fields, and how long its pattern may take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from keyguard.model import endpoint
from keyguard.model.finding import Environment, Rule, Severity, Vendor
from keyguard.rules import backtracking, checksums, literals
from keyguard.support.errors import RuleError

BOUNDARIES = ("token", "strict", "isolated", "right", "none")
#: the most steps of ``re`` that one literal in a text may cause: 0.2 ms
_MAX_STEPS = 20_000
_ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def check(rules: Iterable[Rule], vendors: Mapping[str, Vendor]) -> None:
    """Raise ``RuleError`` for a rule that makes no sense: what is built in is not checked when it is loaded."""
    for rule in rules:
        if found := problem(rule, vendors[rule.vendor]):
            raise RuleError(f"rule {rule.id!r}: {found[0]}: {found[1]}")


def problem(rule: Rule, vendor: Vendor) -> tuple[str, str] | None:
    """Return what is wrong with a well-typed rule, as (key, sentence); None if nothing is."""
    if not re.fullmatch(_ID, rule.id):
        return "id", "an id is lower-case words joined by '-'"
    if rule.vendor != vendor.id:
        return "vendor", f"unknown vendor {rule.vendor!r}: this pack is about {vendor.id!r}"
    if rule.boundary not in BOUNDARIES:
        return "boundary", f"{rule.boundary!r} is not one of {', '.join(BOUNDARIES)}"
    unknown = set(rule.environments) - {environment.value for environment in Environment}
    if unknown:
        return "environments", f"unknown environment {sorted(unknown)[0]!r}"
    labels = {severity.label for severity in Severity}
    for environment, label in rule.severity.items():
        if environment not in {"default", *(known.value for known in Environment)}:
            return "severity", f"unknown environment {environment!r}"
        if label not in labels:
            return "severity", f"{label!r} is not one of {', '.join(sorted(labels))}"
    for key, request in (("verify", rule.verify), ("revoke", rule.revoke)):
        text = endpoint.problem(request, asks=key == "verify") if request else ""
        if text:
            return key, text
    if bool(rule.pattern) == bool(rule.detector):
        return "pattern", "a rule has a pattern" if not rule.pattern else "a rule has a pattern or a detector, not both"
    return _pattern_problem(rule) if rule.pattern else None


def of_users(rule: Rule) -> tuple[str, str] | None:
    """Return what a rule may not have that is not built in: a finder, or a pattern that could delay a scan."""
    if rule.detector:
        return "detector", "only built-in packs have detectors"
    count = backtracking.steps_a_hit(rule.pattern, named=not literals.anchors(rule.pattern))
    if count <= _MAX_STEPS:
        return None
    often = "countless" if count >= backtracking.ENDLESS else f"{count:,}"
    advice = "no repeat inside or before another that takes the same bytes, and a literal near its start"
    return "pattern", f"may backtrack over {often} steps wherever a literal of it stands: {advice}"


def _pattern_problem(rule: Rule) -> tuple[str, str] | None:
    try:
        compiled = re.compile(rule.pattern.encode())
        width, choices = literals.max_width(rule.pattern), literals.choices(rule.pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return "pattern", f"not a pattern: {error}"
    if literals.has_flags(rule.pattern):
        return "pattern", "flags for the whole pattern, as (?i), do not work here: write (?i:…) around a part"
    if "secret" not in compiled.groupindex:
        return "pattern", "the group (?P<secret>…) is missing"
    if compiled.match(b""):
        return "pattern", "matches the empty string"
    if width > literals.MAX_WIDTH:
        return "pattern", f"may match more than {literals.MAX_WIDTH} bytes: bound its repeats ({{1,200}}, not +)"
    if choices > literals.MAX_CHOICES:
        return "pattern", "may backtrack without end: repeats inside repeats, or too many of them in a row"
    if not rule.literals and not literals.anchors(rule.pattern):
        return "pattern", "no literal of 3 characters can be derived from it: give some in 'literals'"
    if any(len(literal.encode()) < literals.MIN_LITERAL for literal in rule.literals):
        return "literals", f"a literal has at least {literals.MIN_LITERAL} characters"
    if rule.checksum and rule.checksum not in checksums.CHECKSUMS:
        return "checksum", f"there is no check {rule.checksum!r}: {', '.join(sorted(checksums.CHECKSUMS))}"
    return None
