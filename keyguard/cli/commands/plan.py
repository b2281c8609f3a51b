"""``keyguard plan``: print the remediation of keys, step by step."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import msgspec

from keyguard.cli.shared import key_options, key_status, scan_command
from keyguard.config import user_config
from keyguard.engine import compiled
from keyguard.model.endpoint import Revocation
from keyguard.model.finding import Finding, Run
from keyguard.model.verdict import State
from keyguard.remote import journal
from keyguard.remote.journal import Entry, Journal, is_dead
from keyguard.report.json_objects import to_json
from keyguard.report.output import write_stdout
from keyguard.response import key_selection, remediation_plan
from keyguard.response.journal_evidence import JournalEvidence
from keyguard.response.remediation_plan import AvailableRequests, Plan, Step
from keyguard.response.vendor_requests import request_of
from keyguard.support.errors import UsageError
from keyguard.support.sanitize import shown

_MOST_PLACES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="keys, as a scan names them")
    parser.add_argument("--all", action="store_true", help="all keys that a scan finds")
    formats = ("text", "markdown", "json")
    parser.add_argument(
        "-f", "--format", choices=formats, default="text", help="text, markdown or json (default: text)"
    )
    key_options.add_arguments(parser, network=False)


def run(options: argparse.Namespace) -> int:
    """Print the plans."""
    if bool(options.ids) == options.all:
        raise UsageError("name the keys, or say --all")
    return scan_command.run(key_options.request(options), partial(_plan, options=options))


def _plan(found: Run, options: argparse.Namespace) -> int:
    chosen = key_selection.keys_of(found) if options.all else key_selection.select_keys(found, options.ids)
    means = _means(options)
    entries = list(Journal(journal.folder(os.environ)).entries())
    evidence = key_status.journal_evidence(options.rules) if entries else None
    plans = [remediation_plan.plan(one, means(one), _state(one, entries, evidence)) for one in chosen]
    if options.format == "json":
        document = {"schema": "keyguard-plan/1", "plans": [msgspec.to_builtins(one) for one in plans]}
        lines = [to_json(document, indent=2)]
    else:
        lines = list(_markdown(plans) if options.format == "markdown" else _text(plans))
    write_stdout(sys.stdout, lambda out: out.writelines(f"{line}\n" for line in lines or ["no keys"]))
    return 0


def _state(finding: Finding, entries: Sequence[Entry], evidence: JournalEvidence | None) -> State | None:
    """Return the state of a key according to its own vendor; None if nobody was asked."""
    found = evidence.deciding_entry(entries, finding.fingerprint, finding) if evidence else None
    if found is not None:
        return State.INACTIVE if is_dead(found) else State.ACTIVE
    asked = any(one.fingerprint == finding.fingerprint and one.action == "verify" for one in entries)
    return State.UNKNOWN if asked else None


def _means(options: argparse.Namespace) -> Callable[[Finding], AvailableRequests]:
    """Return a function from a finding to its requests, by the rules and the user's own settings."""
    rules = compiled.load(tuple(options.rules)).ruleset.by_id()
    own = user_config.load(user_config.path(os.environ)).vendors

    def of(finding: Finding) -> AvailableRequests:
        rule = rules.get(finding.rule)
        asked, revoked = (rule and request_of(rule, own, name) for name in ("verify", "revoke"))
        admin = isinstance(revoked, Revocation) and revoked.right == "admin"
        return AvailableRequests(verify=asked is not None, revoke=revoked is not None, admin=admin)

    return of


def _text(plans: Sequence[Plan]) -> Iterator[str]:
    for plan in plans:
        yield f"{plan.severity}: {shown(plan.title)}  {shown(plan.masked)}  ({shown(plan.id)})"
        yield from (f"  {shown(line)}" for line in plan.why)
        yield "  at"
        yield from (f"    {line}" for line in _places(plan))
        for number, step in enumerate(plan.steps, 1):
            yield f"  {number}. {shown(step.title)}"
            yield from (f"       {shown(line)}" for line in step.detail)
            yield from (f"       $ {shown(line)}" for line in step.commands)
        yield ""


def _markdown(plans: Sequence[Plan]) -> Iterator[str]:
    for plan in plans:
        yield f"## {_md(plan.title)} `{_code(plan.masked)}` ({_md(plan.id)}): {plan.severity}"
        yield ""
        yield from (f"{_md(line)}  " for line in plan.why)
        yield ""
        yield from (f"- `{_code(line)}`" for line in _places(plan))
        yield ""
        for number, step in enumerate(plan.steps, 1):
            yield from _markdown_step(number, step)
        yield ""


def _markdown_step(number: int, step: Step) -> Iterator[str]:
    yield f"{number}. [ ] **{_md(step.title)}**"
    yield from (f"   {_md(line)}  " for line in step.detail)
    if step.commands:
        yield from ("", "   ```", *(f"   {_code(line)}" for line in step.commands), "   ```")


def _places(plan: Plan) -> list[str]:
    more = len(plan.places) - _MOST_PLACES
    return [*plan.places[:_MOST_PLACES], *([f"and {more} more"] if more > 0 else [])]


def _md(text: str) -> str:
    """Return the text escaped for Markdown."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in shown(text))


def _code(text: str) -> str:
    return shown(text).replace("`", "'")
