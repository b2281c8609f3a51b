"""``keyguard hook``: the git hooks, also under pre-commit. A clean commit must not be delayed."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from keyguard.cli.shared import configuration, option_defaults, scan_command
from keyguard.sources.listing import Ask
from keyguard.support.errors import UsageError

if TYPE_CHECKING:
    from keyguard.history.ranges.request import Range
    from keyguard.model.finding import Run
    from keyguard.report.output import Destination

_HOOKS = ("pre-commit", "hygiene", "pre-push", "pre-receive", "update")
_EPILOG = """\
pre-commit   what is staged, or the files that pre-commit names
hygiene      how keys are kept in the work tree: before a commit, or before a push that pre-commit tells us of
pre-push     the commits that a push would send; in .git/hooks/pre-push: exec keyguard hook pre-push "$@"
pre-receive  on a server: the commits that a push has brought; refuses it as a whole
update       the same for each ref by itself: exec keyguard hook update "$@"

configuration and markers are those of the index before a commit, and of what is pushed before a push; on a server only
a file counts that --config or KEYGUARD_CONFIG names, and HEAD where that file says trust-head = true
"""
#: the number of refs that a message lists
_MOST_REFS = 5
#: variables that GitLab sets for its hooks
_GITLAB = ("GL_ID", "GL_REPOSITORY")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("hook", choices=_HOOKS, help="which hook this is")
    parser.add_argument(
        "files",
        nargs="*",
        default=[],
        metavar="ARGUMENT",
        help="what git gives the hook; names of files from pre-commit",
    )
    scan_command.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Scan what the commit adds, or the named files if they are not staged; or what a push contains."""
    if options.hook == "hygiene":
        return _kept(options)
    if options.hook != "pre-commit":
        return _pushed(options)
    reports = scan_command.destinations(options)
    index = os.environ.get("GIT_INDEX_FILE", "")
    source, paths = ("named", tuple(options.files)) if options.files else ("staged", (".",))
    with configuration.of_index(options, ".", index).for_hooks() as chosen:
        reports = option_defaults.with_settings(options, chosen.settings, reports)
        asked = scan_command.request(options, chosen.settings, source, Ask(paths=paths, index=index))
        return scan_command.run(chosen.applied(asked), partial(_committed, reports=reports, options=options))


def _committed(found: Run, reports: list[Destination], options: argparse.Namespace) -> int:
    """Report on what a commit would add."""
    hook = "" if options.exit_zero or not found.failing else "commit" if _has_commits() else "first commit"
    if hook and not options.no_cache:
        from keyguard.cli.shared import refused_commit

        refused_commit.remember(found)
    return scan_command.report(found, reports, options, hook)


def _has_commits() -> bool:
    from keyguard.git.layout import head, repository

    here = repository.discover(".")
    return here is None or bool((found := head.read_head(here)).oid or found.problem)


def _kept(options: argparse.Namespace) -> int:
    """Check how keys are kept in the work tree, by the configuration of what is committed or pushed."""
    from keyguard.cli.shared import key_status

    if options.files:
        raise UsageError("hook hygiene looks at a project as a whole: it takes no files (pass_filenames: false)")
    reports = scan_command.destinations(options)
    with _for_hygiene(options).for_hooks() as chosen:
        reports = option_defaults.with_settings(options, chosen.settings, reports)
        asked = scan_command.request(options, chosen.settings, "tree", Ask())
        asked = msgspec.structs.replace(
            chosen.applied(asked),
            history="no",
            hygiene=True,
            rotation=key_status.rotation(chosen.settings, options.rules),
            terms=msgspec.structs.replace(asked.terms, keys=False),
        )
        return scan_command.run(asked, partial(scan_command.report, reports=reports, options=options))


def _for_hygiene(options: argparse.Namespace) -> configuration.ChosenSettings:
    if os.environ.get("PRE_COMMIT_TO_REF") and os.environ.get("PRE_COMMIT_REMOTE_NAME"):
        from keyguard.cli.shared import hook_input

        asked = hook_input.before_push((), os.environ)
        if asked is not None:
            return configuration.of_push(options, asked)
    return configuration.of_index(options, ".", os.environ.get("GIT_INDEX_FILE", ""))


def _pushed(options: argparse.Namespace) -> int:
    reports = scan_command.destinations(options)
    asked = _range(options)
    if asked is None:
        print("keyguard: nothing to scan: the push only deletes", file=sys.stderr)
        return 0
    if options.hook == "pre-push":
        _tell_of_others()
    hook = "" if options.exit_zero else "push" if options.hook == "pre-push" else "receive"
    in_gitlab = options.hook != "pre-push" and not options.format and any(os.environ.get(name) for name in _GITLAB)
    decide = configuration.of_push if options.hook == "pre-push" else configuration.on_server
    with decide(options, asked).for_hooks() as chosen:
        reports = option_defaults.with_settings(options, chosen.settings, reports)
        respond = partial(scan_command.report, reports=reports, options=options, hook=hook)
        if in_gitlab:
            respond = partial(_refused, options=options)
        request = scan_command.request(options, chosen.settings, "tree", Ask())
        request = msgspec.structs.replace(request, history="only", range=asked)
        return scan_command.run(chosen.applied(request), respond)


def _tell_of_others() -> None:
    """Under pre-commit, report what a push may send besides the ref that we are given."""
    from keyguard.cli.shared import hook_input

    found = hook_input.not_named(os.environ)
    if not found or not found[0]:
        return
    from keyguard.inspection.filenames import mask_message
    from keyguard.support.sanitize import shown

    refs, remote = found
    more = f" and {len(refs) - _MOST_REFS:,} more" if len(refs) > _MOST_REFS else ""
    print(
        f"keyguard: pre-commit names only the first ref of a push: not looked at, though {remote or 'no remote'} has"
        f" not all of it: {shown(mask_message(', '.join(refs[:_MOST_REFS])))}{more}."
        " If they are pushed as well: keyguard scan --not-remotes",
        file=sys.stderr,
    )


def _range(options: argparse.Namespace) -> Range | None:
    from keyguard.cli.shared import hook_input

    if options.hook == "pre-push":
        return hook_input.before_push(options.files, os.environ)
    asked = hook_input.on_receive() if options.hook == "pre-receive" else hook_input.on_update(options.files)
    if asked is None:
        return None
    from keyguard.history.ranges.quarantine import quarantine
    from keyguard.history.ranges.run import repository_of

    return msgspec.structs.replace(asked, borrowed=quarantine(repository_of("."), os.environ))


def _refused(found: Run, options: argparse.Namespace) -> int:
    """Print a refusal in the form that GitLab displays, if no other report is requested."""
    from keyguard.report.output import write_stdout
    from keyguard.report.refusals import push_lines

    write_stdout(sys.stdout, lambda out: out.writelines(f"{line}\n" for line in push_lines(found)))
    return scan_command.exit_code_of(found, options)
