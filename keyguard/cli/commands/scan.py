"""``keyguard scan``: what to scan, how to report it, and what counts as failure."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from keyguard.cli.shared import configuration, option_defaults, scan_command
from keyguard.cli.shared.configuration import ChosenSettings
from keyguard.config.project_config import Settings
from keyguard.config.rotation import Rotation
from keyguard.scan.run import ScanRequest, scan_stream
from keyguard.sources.listing import Ask
from keyguard.support import dates, userdirs
from keyguard.support.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyguard.history.ranges.request import Range
    from keyguard.model.finding import Run
    from keyguard.report.output import Destination

_PIECE = 1 << 20
_EXAMPLES = """\
examples:
  keyguard scan                              this folder
  keyguard scan src tests/data .env          some folders and files
  keyguard scan --staged                     what the next commit adds
  keyguard scan --changes                    everything since the last commit: staged, unstaged and untracked
  keyguard scan --built                      what a build wrote for browsers, ignored or not
  keyguard scan --range origin/main..HEAD    what a pull request brings
  git log -p | keyguard scan --stdin         anything else
  keyguard scan -f text -f sarif=out.sarif   two reports at once
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder; -: stdin)")
    what = parser.add_argument_group("what to scan").add_mutually_exclusive_group()
    what.add_argument("--staged", action="store_true", help="what the next commit adds, read from the index")
    what.add_argument("--changes", action="store_true", help="staged, unstaged and untracked changes together")
    what.add_argument("--built", action="store_true", help="build output that browsers download, ignored or not")
    what.add_argument("--stdin", action="store_true", help="standard input")
    what.add_argument("--all-files", action="store_true", help="also what git ignores")
    past = parser.add_argument_group("history, of a repository whose top is PATH")
    which = past.add_mutually_exclusive_group()
    which.add_argument("--no-history", action="store_true", help="only the files")
    which.add_argument("--history-only", action="store_true", help="only what git holds: all objects, reachable or not")
    past.add_argument(
        "--range", action="append", default=[], metavar="A..B", help="only what is new in these commits; repeatable"
    )
    past.add_argument("--since", default="", metavar="DATE|COMMIT", help="only commits that are newer")
    past.add_argument("--not-remotes", action="store_true", help="only commits on HEAD and branches that no remote has")
    past.add_argument("--show-authors", action="store_true", help="name who wrote the commit that brought a key")
    kept = parser.add_argument_group("hygiene: how keys are kept in the folders at PATH").add_mutually_exclusive_group()
    kept.add_argument("--no-hygiene", action="store_true", help="only keys, and not how they are kept")
    kept.add_argument("--only", choices=("keys", "hygiene"), default="", help="report only these")
    asks = parser.add_argument_group("asking vendors, over the network")
    asks.add_argument("--verify", action="store_true", help="ask whether the keys that are found are active")
    narrow = parser.add_argument_group("what to leave out")
    narrow.add_argument("--exclude", action="append", default=[], metavar="GLOB", help="as in .gitignore; repeatable")
    narrow.add_argument("--max-size", default="", metavar="SIZE", help="leave out files larger than this, as 20M")
    scan_command.add_arguments(parser, paged=True)


def run(options: argparse.Namespace) -> int:
    """Scan and report; see ``keyguard.cli.main`` for the exit code."""
    paths = tuple(options.paths)
    stdin = options.stdin or paths == ("-",)
    if options.stdin and paths:
        raise UsageError("--stdin reads standard input and no PATH")
    if "-" in paths and not stdin:
        raise UsageError("'-' (standard input) cannot be scanned together with other paths")
    if (options.staged or options.changes) and len(paths) > 1:
        raise UsageError("--staged and --changes look at one repository: give one PATH at most")
    if options.history_only and (stdin or options.staged or options.changes or options.all_files or options.built):
        raise UsageError(
            "--history-only looks at no files: leave out --staged, --changes, --built, --stdin and --all-files"
        )
    if _range_of(options):
        _check_range(options, stdin=stdin)
    start = paths[0] if paths and not stdin else "."
    reports = scan_command.destinations(options)
    with _chosen(options, start) as chosen:
        reports = option_defaults.with_settings(options, chosen.settings, reports)
        request = chosen.applied(_request(options, chosen.settings, paths or (".",)))
        return _scanned(options, request, reports, stdin=stdin)


def _scanned(options: argparse.Namespace, request: ScanRequest, reports: list[Destination], *, stdin: bool) -> int:
    if options.verify and (stdin or options.staged or options.changes):
        raise UsageError("--verify reads keys again where they stand: in files and history (keyguard verify --stdin)")
    if stdin:
        return scan_command.report(scan_stream(request, _stdin, b"<stdin>"), reports, options)
    respond = partial(scan_command.report, reports=reports, options=options)
    return scan_command.run(
        request, partial(_verified, respond=respond, options=options) if options.verify else respond
    )


def _chosen(options: argparse.Namespace, start: str) -> ChosenSettings:
    """Return the settings: the base's for a part of history, the index's for staged changes, else those on disk."""
    asked, now = _range_of(options), dates.now(os.environ)
    if asked is not None and not _is_audit(asked, now):
        return configuration.of_range(options, start, asked, now)
    if options.staged:
        return configuration.of_index(options, start, os.environ.get("GIT_INDEX_FILE", ""))
    return configuration.of_work_tree(options, start)


def _is_audit(asked: Range, now: int) -> bool:
    """Whether only a date limits the range: recent commits on all branches are no change that needs approval."""
    return not asked.specs and not asked.heads and dates.parse_moment(asked.since, now) is not None


def _verified(found: Run, respond: Callable[[Run], int], options: argparse.Namespace) -> int:
    """Verify the keys, then report."""
    from keyguard.config import user_config
    from keyguard.remote import journal
    from keyguard.remote.journal import Journal
    from keyguard.response.verification import Verifier

    own = user_config.load(user_config.path(os.environ))
    verifier = Verifier(tuple(options.rules), own, Journal(journal.folder(os.environ)))
    return respond(verifier.with_verdicts(found, tuple(options.paths) or (".",)))


def _request(options: argparse.Namespace, settings: Settings, paths: tuple[str, ...]) -> ScanRequest:
    source = next((one for one in ("staged", "changes", "built") if getattr(options, one)), "tree")
    ask = Ask(paths=paths, all_files=options.all_files, index=os.environ.get("GIT_INDEX_FILE", ""))
    request = scan_command.request(options, settings, source, ask)
    history = "only" if options.history_only else "no" if options.no_history or settings.config.no_history else "auto"
    whole = source == "tree" and history != "only" and not _range_of(options)
    if options.only == "hygiene" and not whole:
        raise UsageError("--only hygiene looks at files and folders as they are: leave out what asks for less")
    only = option_defaults.only(options, settings, whole=whole)
    hygiene = (whole or source == "built") and only != "keys"
    # what is staged, or in a range, does not wait for the journal to be read
    kept = source == "tree" and not _range_of(options)
    rotation = _rotation(settings, options) if kept else settings.rotation()
    return msgspec.structs.replace(
        request,
        history=history,
        range=_range_of(options),
        authors=options.show_authors,
        hygiene=hygiene,
        rotation=rotation if hygiene else request.rotation,
        terms=msgspec.structs.replace(
            request.terms,
            rotation=rotation,
            keys=only != "hygiene",
            audit=request.terms.audit and not _range_of(options),
            whole=whole and hygiene and history == "auto" and _is_whole(request),
        ),
    )


def _is_whole(request: ScanRequest) -> bool:
    """Whether one whole project is scanned, and nothing of it left out."""
    from keyguard.policy.accepted_findings import top_of

    path, policy = request.ask.paths[0], request.terms.policy
    if len(request.ask.paths) > 1 or request.exclude or policy.select or policy.ignore or request.max_size:
        return False
    return os.path.realpath(path) == os.path.realpath(top_of(path))


def _rotation(settings: Settings, options: argparse.Namespace) -> Rotation:
    folder = userdirs.state_folder(os.environ)
    if not (folder and os.path.isdir(folder)):
        return settings.rotation()  # there is no journal, and all that reads one need not be loaded
    from keyguard.cli.shared import key_status

    return key_status.rotation(settings, options.rules)


def _range_of(options: argparse.Namespace) -> Range | None:
    """Return the requested part of history; None for no particular part."""
    if not (options.range or options.since or options.not_remotes):
        return None
    from keyguard.history.ranges.request import Range

    return Range(
        specs=tuple(options.range),
        since=options.since,
        heads=options.not_remotes,
        remotes=("*",) if options.not_remotes else (),
    )


def _check_range(options: argparse.Namespace, *, stdin: bool) -> None:
    files = options.staged or options.changes or options.built or options.all_files or options.no_history or stdin
    if files:
        raise UsageError(
            "--range, --since and --not-remotes look at no files: leave out"
            " --staged, --changes, --built, --all-files, --no-history and standard input"
        )
    if len(options.paths) > 1:
        raise UsageError("--range, --since and --not-remotes look at one repository: give one PATH at most")


def _stdin() -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("standard input is closed")
    return os.read(sys.stdin.fileno(), _PIECE)
