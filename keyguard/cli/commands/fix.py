"""``keyguard fix``: change the user's own files so that keys are stored safely, after showing how."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

import msgspec

from keyguard.cli.shared import scan_command
from keyguard.config import project_config
from keyguard.engine import compiled
from keyguard.fix.apply import Outcome, apply
from keyguard.fix.diffs import described
from keyguard.fix.draft import Draft
from keyguard.fix.files.site import Site
from keyguard.fix.hygiene import plan_keeping
from keyguard.fix.literals import plan_literals
from keyguard.fix.plan import Left, Plan, Restrict, Step
from keyguard.hygiene.envfiles.names import holds_keys
from keyguard.model.finding import Finding, Run
from keyguard.report.output import write_stdout
from keyguard.report.phrases import counted
from keyguard.scan.run import ScanRequest, run_scan
from keyguard.sources.listing import Ask
from keyguard.support.errors import UsageError
from keyguard.support.sanitize import shown

#: what was done may give the checks something new to say, and to run this again is to change nothing
_ROUNDS = 4
_EPILOG = """\
Safe, and done without --unsafe: rules for .gitignore and .dockerignore, git rm --cached of environment files (they stay
on disk), examples with names only, permissions. With --unsafe keys in Python, JavaScript, TypeScript, Ruby, PHP, Go,
Java and YAML (compose, Spring, GitHub workflows) are read from the environment instead, and their values move to .env.

Nothing is changed that was not shown. History is not touched: a key that was committed has to be replaced.

exit code: 0 nothing is left to do; 1 something is, or was not done; 2 an error, or something could not be read
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="file or folder (default: this folder)")
    parser.add_argument("--unsafe", action="store_true", help="also replace keys in code by look-ups")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--yes", action="store_true", help="do it without a question")
    how.add_argument("--dry-run", action="store_true", help="only show what would be done")
    parser.add_argument("--select", action="append", default=[], metavar="ID", help="only for these checks and rules")
    parser.add_argument("--ignore", action="append", default=[], metavar="ID", help="not for these")
    parser.add_argument(
        "--config", type=scan_command.given, metavar="FILE", help="this configuration instead of the nearest one"
    )
    parser.add_argument("--isolated", action="store_true", help="no configuration that is found")
    parser.add_argument("--rules", action="append", default=[], metavar="PATH", help="further rule packs; repeatable")
    parser.add_argument("--no-cache", action="store_true", help="read everything again, and remember nothing")
    parser.add_argument(
        "--jobs", type=scan_command.count, default=0, metavar="N", help="processes (default: one a processor)"
    )


def run(options: argparse.Namespace) -> int:
    """Show, ask, change; repeat while there is more to do."""
    if os.rename not in os.supports_dir_fd:
        raise UsageError("files cannot be changed safely on this system: there is no way to stay clear of links")
    asked = _request(options)
    site = Site(options.path, compiled.load(asked.rules, added=asked.added))
    try:
        return _rounds(asked, site, options)
    finally:
        site.files.close()


def _rounds(asked: ScanRequest, site: Site, options: argparse.Namespace) -> int:
    done: list[Step] = []
    lasting: set[Left] = set()
    for _ in range(_ROUNDS):
        try:
            found = _scanned(asked, site)
        except UsageError:
            if not done:
                raise
            # everything there is ignored now
            return _end(Plan(left=tuple(sorted(lasting))), site, done)
        plan = _planned(found, site, unsafe=options.unsafe)
        lasting |= {one for one in plan.left if one.lasting}
        plan = msgspec.structs.replace(plan, left=tuple(sorted({*plan.left, *lasting})))
        if not plan.steps:
            break
        _say(_shown(plan, site))
        if not _agreed(options):
            _say(_left(plan, site))
            return 1 if found.coverage.complete else 2
        outcome = apply(plan, site)
        _say(_result(outcome, plan, site))
        if outcome.failed:
            _say(_left(plan, site))
            return 2
        done += outcome.done
    return _end(plan, site, done, whole=found.coverage.complete)


def _request(options: argparse.Namespace) -> ScanRequest:
    options.no_inline_ignore = options.allow_incomplete = False
    options.fail_on, options.engine = "", "auto"
    settings = project_config.find(options.path, options.config, isolated=options.isolated)
    request = scan_command.request(options, settings, "tree", Ask(paths=(options.path,)))
    return msgspec.structs.replace(request, history="no", hygiene=True)


def _scanned(asked: ScanRequest, site: Site) -> Run:
    """Return the run for the path; for a file that stores keys, with the hygiene violations of its folder."""
    found = run_scan(asked)
    if not (site.file and holds_keys(site.file)):
        return found
    folder = os.path.dirname(os.path.realpath(asked.ask.paths[0]))
    try:
        around = run_scan(
            msgspec.structs.replace(
                asked, ask=Ask(paths=(folder,)), terms=msgspec.structs.replace(asked.terms, keys=False)
            )
        )
    except UsageError:
        return found  # the folder contains nothing that git could track
    kept = [one for finding in around.findings if (one := _about(finding, site)) is not None]
    keys = [one for one in found.findings if one.kind == "key"]
    return msgspec.structs.replace(found, findings=(*keys, *kept))


def _about(finding: Finding, site: Site) -> Finding | None:
    """Return the finding restricted to the requested file; None if it does not concern it."""
    files = [path for path in finding.files if site.place(path) == site.file]
    if not files:
        return None
    # the first file is the .dockerignore
    first = finding.files[:1] if finding.rule == "env-in-docker-context" else ()
    return msgspec.structs.replace(finding, files=(*first, *files))


def _planned(found: Run, site: Site, *, unsafe: bool) -> Plan:
    draft = Draft(site)
    plan_keeping(found, draft)
    if unsafe:
        plan_literals(found, draft)
    return draft.plan()


def _agreed(options: argparse.Namespace) -> bool:
    if options.yes or options.dry_run:
        return bool(options.yes)
    if not (scan_command.is_terminal(sys.stdin) and scan_command.is_terminal(sys.stdout)):
        _say(["nothing was changed: there is nobody to ask; --yes does it, --dry-run only shows it"])
        return False
    print("Do this? [y/N] ", end="", flush=True)
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    _say(["nothing was changed"])
    return False


# --- words ------------------------------------------------------------------------------------------------------------


def _say(lines: Iterator[str] | list[str]) -> None:
    text = [f"{line}\n" for line in lines]
    write_stdout(sys.stdout, lambda out: out.writelines(text))


def _shown(plan: Plan, site: Site) -> Iterator[str]:
    for step in plan.steps:
        yield from described(step, site)
        yield ""


def _left(plan: Plan, site: Site) -> Iterator[str]:
    for one in plan.left:
        line = f":{one.line}" if one.line else ""
        yield f"{site.name(one.path)}{line} left as it is: {shown(site.names.masked_text(one.reason))}"


def _result(outcome: Outcome, plan: Plan, site: Site) -> Iterator[str]:
    yield f"done: {counted(len(outcome.done), 'step')} of {len(plan.steps)}"
    if outcome.failed:
        yield f"{site.name(outcome.failed.path)} left as it is: {shown(site.names.masked_text(outcome.reason))}"
        for step in plan.steps[len(outcome.done) + 1 :]:
            yield f"{site.name(step.path)} left as it is, too"


def _end(plan: Plan, site: Site, done: list[Step], *, whole: bool = True) -> int:
    _say(_left(plan, site))
    if any(not isinstance(step, Restrict) for step in done):  # git does not record these permissions
        _say(["commit what was changed; what was committed before stays in history, so replace keys that were"])
    elif not done and not plan.left:
        _say(["nothing to do"])
    if not whole:
        _say(["something could not be read: keyguard scan says what"])
        return 2
    return 1 if plan.left else 0
