"""Code that all scanning commands share: their options, the scan request, progress, reports and the exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import TextIO

from keyguard.cli.shared import option_defaults
from keyguard.config.project_config import Settings
from keyguard.config.values import parse_confidence, parse_severity, parse_size
from keyguard.model.finding import Run
from keyguard.report import REPORTERS, Style
from keyguard.report.output import Destination, Shows, parse_formats, write_reports
from keyguard.rules.loader import AddedPack, read_added
from keyguard.scan.coverage import Terms
from keyguard.scan.exit_code import exit_code
from keyguard.scan.run import Interrupted, ScanRequest, run_scan
from keyguard.sources.excludes import Exclude
from keyguard.sources.listing import Ask
from keyguard.support import dates, globs
from keyguard.support.errors import ConfigError, RuleError, UnknownRuleError, UsageError
from keyguard.triage.policy import Policy

_OWN_WORD = (
    "keyguard: configuration and markers are those of the {}:"
    " judge a change by its base (scan --range BASE..HEAD), or say --config-from REF"
)
#: columns of what a hook prints where it cannot be known who shows it: a framework, or git on the other side
_HOOK_WIDTH = 80
_COLORS = ("auto", "always", "never")


def add_arguments(parser: argparse.ArgumentParser, *, paged: bool = False) -> None:
    """Add the options of every command that scans; ``paged`` if a person may read the report in a pager."""
    out = parser.add_argument_group("reports")
    names = f"{', '.join(REPORTERS)}; repeatable (default: text)"
    out.add_argument("-f", "--format", action="append", default=[], metavar="NAME[=FILE]", help=names)
    out.add_argument("-v", "--verbose", action="store_true", help="also show what is only informational")
    out.add_argument("--full", action="store_true", help="show all findings in full, however many there are")
    if paged:
        out.add_argument("--no-pager", action="store_true", help="do not page the report on a terminal")
    out.add_argument("--color", choices=_COLORS, help="when to use colour (default: auto)")
    decide = parser.add_argument_group("what counts")
    decide.add_argument("--select", action="append", default=[], metavar="ID", help="report only these rules")
    decide.add_argument("--ignore", action="append", default=[], metavar="ID", help="do not report these rules")
    decide.add_argument(
        "--fail-on", default="", metavar="SEVERITY", help="info, low, medium, high or critical (default: low)"
    )
    decide.add_argument(
        "--confidence",
        default="",
        metavar="LEVEL",
        help="high or medium: how sure a secret without a vendor's format has to be to fail the run (default: high)",
    )
    decide.add_argument("--exit-zero", action="store_true", help="findings do not fail the run; errors and gaps do")
    decide.add_argument("--allow-incomplete", action="store_true", help="what could not be read does not fail the run")
    decide.add_argument(
        "--fail-on-unread", action="store_true", help="what a scan cannot open fails the run: encrypted archives, PDF"
    )
    decide.add_argument(
        "--no-inline-ignore", action="store_true", help="take no notice of comments like 'keyguard: allow'"
    )
    decide.add_argument("--no-accepted", action="store_true", help="also report what .keyguard/accepted.toml accepts")
    how = add_reading_arguments(parser)
    how.add_argument(
        "--config-from",
        type=given,
        metavar="REF|worktree",
        help="configuration and markers of this commit, or of the work tree",
    )


def add_reading_arguments(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add the options of every command that reads what a scan reads; return the group."""
    how = parser.add_argument_group("how")
    how.add_argument("--config", type=given, metavar="FILE", help="this configuration instead of the nearest one")
    how.add_argument("--isolated", action="store_true", help="no configuration that is found, only what is said here")
    how.add_argument("--rules", action="append", default=[], metavar="PATH", help="further rule packs; repeatable")
    how.add_argument("--no-containers", action="store_true", help="do not open archives, databases and their like")
    how.add_argument("--no-cache", action="store_true", help="read everything again, and remember nothing")
    how.add_argument("--jobs", type=count, default=0, metavar="N", help="processes (default: one a processor)")
    how.add_argument("--engine", choices=("auto", "hyperscan", "python"), default="auto", help=argparse.SUPPRESS)
    return how


def request(options: argparse.Namespace, settings: Settings, source: str, ask: Ask) -> ScanRequest:
    """Return the scan that options and configuration request; an option takes precedence."""
    return ScanRequest(
        source=source,
        ask=ask,
        terms=_terms(options, settings, "." if source == "named" else ask.paths[0], audit=source == "tree"),
        exclude=_excludes(options, settings),
        max_size=_max_size(options, settings),
        jobs=options.jobs or option_defaults.jobs(settings),
        engine=options.engine,
        rules=(*settings.rule_paths(), *options.rules),
        added=_added(options, settings),
        cached=not options.no_cache,
        containers=not (getattr(options, "no_containers", False) or settings.config.no_containers),
    )


def _added(options: argparse.Namespace, settings: Settings) -> tuple[AddedPack, ...]:
    """Return the packs that the scanned repository's own configuration names."""
    try:
        found = read_added(*settings.added_packs(), trusted=options.rules)
    except RuleError as error:
        raise ConfigError(f"{settings.path}:{settings.rules_line}: rules: {error}") from error
    return *found, *(AddedPack(*pack) for pack in settings.packs)


def _terms(options: argparse.Namespace, settings: Settings, start: str, *, audit: bool) -> Terms:
    own = settings.config
    return Terms(
        policy=Policy(
            select=_names(options.select) or own.select,
            ignore=(*own.ignore, *_names(options.ignore)),
            inline=not (options.no_inline_ignore or own.no_inline_ignore),
            levels=option_defaults.levels(settings),
        ),
        paths=option_defaults.paths(settings),
        start=start,
        fail_on=parse_severity(options.fail_on or own.fail_on),
        confidence=parse_confidence(getattr(options, "confidence", "") or own.confidence),
        audit=audit,
        allow_incomplete=options.allow_incomplete or own.allow_incomplete,
        fail_on_unread=getattr(options, "fail_on_unread", False) or own.fail_on_unread,
        now=dates.now(os.environ),
        configuration=settings.origin,
        rotation=settings.rotation(),
        accepted=None if getattr(options, "no_accepted", True) else settings.accepted,
    )


def destinations(options: argparse.Namespace) -> list[Destination]:
    """Return where the reports go. Raise ``UsageError`` before anything is scanned."""
    return parse_formats(options.format)


def run(asked: ScanRequest, respond: Callable[[Run], int]) -> int:
    """Scan, with a progress bar if a person watches; return the exit code that ``respond`` makes of the result.

    ^C calls ``respond`` with the findings until then, and is raised again.
    """
    try:
        found = _scanned(asked)
    except Interrupted as interrupted:
        respond(interrupted.run)
        raise KeyboardInterrupt from None
    return respond(found)


def _scanned(asked: ScanRequest) -> Run:
    try:
        return _watched_scan(asked)
    except UnknownRuleError as error:
        raise option_defaults.with_place(error, asked.terms.configuration) from error
    except RuleError as error:
        said = asked.terms.configuration
        if said.commit and any(str(error).startswith(f"{pack.name}:") for pack in asked.added):
            raise RuleError(f"{error} (in {said.ref}, {said.commit[:10]})") from error
        raise


def _watched_scan(asked: ScanRequest) -> Run:
    if not _watched(sys.stderr):
        return run_scan(asked)
    from keyguard.cli.shared.progress_bar import ProgressBar
    from keyguard.support.progress import Progress

    with ProgressBar(sys.stderr) as bar:
        return run_scan(asked, Progress(bar.show))


def report(found: Run, reports: list[Destination], options: argparse.Namespace, hook: str = "") -> int:
    """Write all reports and return the exit code; ``hook`` is what it refuses, as in ``keyguard.report.Style``."""
    _tell_whose_word(found, options)
    write_reports(found, reports, _style(options, hook), sys.stdout, _pager(found, options))
    return exit_code_of(found, options)


def _pager(found: Run, options: argparse.Namespace) -> Shows | None:
    """Return what pages a report for a person at a terminal; None in CI, in hooks, and where it is not wanted."""
    if any(one.reason == "interrupted" for one in found.skipped):
        return None  # who pressed ^C wants the prompt
    if getattr(options, "no_pager", True) or _in_ci() or os.environ.get("TERM") == "dumb":
        return None
    if not (is_terminal(sys.stdout) and is_terminal(sys.stdin)):
        return None
    from keyguard.cli.shared import pager

    return pager.show


def _tell_whose_word(found: Run, options: argparse.Namespace) -> None:
    """In CI, warn if the scanned content's own configuration or markers counted: it may be what is under review."""
    said = found.configuration
    had_a_say = said.path or any(one.by == "inline" for one in found.suppressed)
    if os.environ.get("CI") and said.source in ("work tree", "index") and had_a_say and not options.config_from:
        print(_OWN_WORD.format(said.source), file=sys.stderr)


def exit_code_of(found: Run, options: argparse.Namespace) -> int:
    """Return the exit code of a scan, with ``--exit-zero`` applied."""
    ended = exit_code(found)
    return 0 if ended == 1 and options.exit_zero else ended


def _style(options: argparse.Namespace, hook: str) -> Style:
    color = _colored(options.color or "auto", sys.stdout)
    terminal = is_terminal(sys.stdout) and not _in_ci()
    width = os.get_terminal_size(sys.stdout.fileno()).columns if terminal else _HOOK_WIDTH if hook else 0
    return Style(
        color=color, links=color and terminal, width=width, verbose=options.verbose, full=options.full, hook=hook
    )


def _colored(choice: str, out: TextIO | None) -> bool:
    """Whether to use colour: an explicit choice, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name) not in (None, "", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal(out) and os.environ.get("TERM") != "dumb"


def _watched(out: TextIO | None) -> bool:
    return is_terminal(out) and not _in_ci() and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _in_ci() -> bool:
    return bool(os.environ.get("CI") or os.environ.get("PRE_COMMIT"))


def _excludes(options: argparse.Namespace, settings: Settings) -> tuple[Exclude, ...]:
    own = [Exclude(base=folder, patterns=patterns) for folder, patterns in settings.excludes() if patterns]
    # file names are bytes, and so are patterns for them, whatever encoding the locale has
    for pattern in getattr(options, "exclude", ()):
        if text := globs.problem(pattern):
            raise UsageError(f"--exclude {pattern!r} matches nothing: {text}")
    typed = [os.fsencode(pattern).decode("utf-8", "surrogateescape") for pattern in getattr(options, "exclude", ())]
    return *own, *([Exclude(base=".", patterns=tuple(typed))] if typed else ())


def _max_size(options: argparse.Namespace, settings: Settings) -> int | None:
    size = parse_size(getattr(options, "max_size", "") or settings.config.max_size)
    if size == 0:
        raise UsageError("--max-size 0 would leave out every file; leave it away for no limit")
    return size


def _names(values: list[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def given(word: str) -> str:
    """Return the word; an empty one, as from an unset variable, must not pass for an omitted option."""
    if not word.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return word


def count(text: str) -> int:
    """Return a number of processes, from an argument."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)
