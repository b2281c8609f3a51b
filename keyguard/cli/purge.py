"""``keyguard purge``: takes keys out of history, in a mirror clone."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from functools import partial

import msgspec

from keyguard import scan
from keyguard.cli import finish, keys
from keyguard.engine import compiled
from keyguard.errors import UsageError
from keyguard.git.repository import discover
from keyguard.model import Finding, Run, Where
from keyguard.remote import journal
from keyguard.remote.journal import Entry, Journal
from keyguard.report.output import write_stdout
from keyguard.report.phrases import counted
from keyguard.response import choosing, purging
from keyguard.response.purging import Change, Mirror
from keyguard.response.retrieval import secret_of
from keyguard.sanitize import shown
from keyguard.secrets import Secret
from keyguard.sources.listing import Ask

_EPILOG = """\
Your repository and its remotes are not touched: a mirror clone is made beside it, rewritten with git-filter-repo, and
scanned again. What is left to do is said at the end: pushing it, telling others, asking the host's support.

Revoke the key first. A dead key does no harm in history, and every clone keeps what it has.

exit code: 0 prepared, or done and the keys are gone from the clone; 1 a key is still in it; 2 an error
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.epilog = _EPILOG
    parser.add_argument("ids", nargs="+", metavar="ID", help="keys, as a scan names them")
    parser.add_argument("--execute", action="store_true", help="rewrite the clone; without this it is only prepared")
    parser.add_argument(
        "--into", default="", metavar="DIR", help="where the clone goes (default: beside the repository)"
    )
    keys.add_arguments(parser, network=False)


def run(options: argparse.Namespace) -> int:
    """Prepare, or do."""
    if not purging.available():
        raise UsageError("git-filter-repo is not installed: install keyguard with its extra 'purge'")
    if len(options.path) > 1:
        raise UsageError("history is that of one repository: give one --path")
    return finish.run(keys.request(options), partial(_purge, options=options))


def _purge(found: Run, options: argparse.Namespace) -> int:
    source = (tuple(options.path) or (".",))[0]
    chosen = choosing.chosen(found, options.ids)
    secrets = _secrets(chosen, source, options)
    home = discover(source)
    top = (home.top or home.git_dir) if home else source
    mirror = Mirror(top, options.into or purging.default_folder(top))
    commits = sorted(
        {one.commit for key in chosen for one in key.occurrences if one.where is Where.HISTORY and one.commit}
    )
    mirror.clone()
    holding = mirror.holding(commits)
    brought = f"{counted(len(commits), 'commit')} brought {'the key' if len(chosen) == 1 else 'the keys'}"
    lines = [
        f"a mirror clone is at {shown(mirror.path)}",
        f"{brought}; what leads there will be moved, {counted(len(holding), 'ref')}:",
        *(f"  {shown(name)}" for name in holding),
    ]
    if not options.execute:
        lines += ["", "what --execute runs in the clone:", f"  {shown(shlex.join(mirror.command()))}"]
        lines += ["its callbacks replace each key by REMOVED-ID; they and the keys are removed afterwards"]
        write_stdout(sys.stdout, lambda out: out.writelines(f"{line}\n" for line in lines))
        return 0
    try:
        mirror.prepare(secrets)
        change = mirror.rewrite()
    finally:
        mirror.forget()
    left = _left(mirror, chosen, [secret for _, secret in secrets], tuple(options.rules))
    lines += ["", *_result(mirror, change, left)]
    _note(chosen, left, mirror)
    write_stdout(sys.stdout, lambda out: out.writelines(f"{line}\n" for line in lines))
    return 1 if left else 0


def _secrets(chosen: list[Finding], source: str, options: argparse.Namespace) -> list[tuple[str, Secret]]:
    engine = compiled.load(tuple(options.rules))
    found = []
    for one in chosen:
        secret = secret_of(one, (source,), engine)
        if secret is None:
            raise UsageError(f"{one.id} cannot be read again where it was found: gone, or only in the name of a file")
        found.append((one.id, secret))
    return found


def _left(mirror: Mirror, chosen: list[Finding], secrets: list[Secret], rules: tuple[str, ...]) -> list[str]:
    """The ids of the keys that are still in the clone: by a scan of all that it holds, and byte by byte."""
    bare = mirror.holds(secrets)
    request = scan.Request(ask=Ask(paths=(mirror.path,)), history="only", cached=False, rules=rules)
    found = scan.run(request)
    if not found.coverage.complete:
        return [one.id for one in chosen]
    there = {one.fingerprint for one in found.findings} | {one.fingerprint for one in found.suppressed}
    return [one.id for number, one in enumerate(chosen) if one.fingerprint in there or number in bare]


def _result(mirror: Mirror, change: Change, left: list[str]) -> list[str]:
    lines = [f"rewritten: {counted(change.commits, 'commit')} of {change.of:,}, {counted(len(change.refs), 'ref')}"]
    if left:
        return [
            *lines,
            f"still in the clone: {', '.join(map(shown, left))}: scan it (keyguard scan {shown(mirror.path)})",
        ]
    return [*lines, "scanned again: no object of the clone holds it any more", "", *purging.afterwards(mirror, change)]


def _note(chosen: list[Finding], left: list[str], mirror: Mirror) -> None:
    kept = Journal(journal.folder(os.environ))
    for one in chosen:
        entry = Entry(action="purge", fingerprint=one.fingerprint, id=one.id, vendor=one.vendor, outcome="purged")
        outcome = "still-there" if one.id in left else "purged"
        kept.append(msgspec.structs.replace(entry, outcome=outcome, detail=mirror.path))
