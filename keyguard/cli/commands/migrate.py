"""``keyguard migrate``: takes over what other secret scanners were told to accept."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import NamedTuple

import msgspec

from keyguard.acceptance import PATH
from keyguard.acceptance.entry import Entry
from keyguard.acceptance.identity import new_salt
from keyguard.acceptance.matching import Accepted, entries_for
from keyguard.cli.commands.accept import project_paths
from keyguard.cli.shared import configuration, scan_command
from keyguard.engine import compiled
from keyguard.fix.accepted_file import AcceptedFile
from keyguard.masking.known_values import KNOWN
from keyguard.migration import FILES, TOOLS
from keyguard.migration.claims import Claim, Key, Reading
from keyguard.model.finding import Finding, Run
from keyguard.policy.accepted_findings import top_of
from keyguard.report.output import write_stdout
from keyguard.report.phrases import counted
from keyguard.response.key_selection import keys_of
from keyguard.response.secret_retrieval import secret_of
from keyguard.scan.run import ScanRequest
from keyguard.sources.listing import Ask
from keyguard.support.errors import UsageError
from keyguard.support.sanitize import shown

_LIMIT = 256 << 20
_EPILOG = """\
Without FILE, the files that other scanners keep at the top of a project are read: .gitleaks.toml, .gitleaksignore,
.betterleaks.toml, .betterleaksignore, .secrets.baseline, .gitguardian.yaml. Name others, with --from where their name
does not tell: reports that serve as a baseline, kingfisher's baseline, trufflehog's excluded paths, exported alerts.

  keyguard migrate --dry-run
  keyguard migrate --from gitleaks baseline.json
  gh api --paginate /repos/OWNER/NAME/secret-scanning/alerts > alerts.json && keyguard migrate --from github alerts.json

The project is scanned, and each key that a file covers is accepted by its value in .keyguard/accepted.toml; patterns of
paths are shown as lines for exclude. What covers nothing, and what cannot be taken over, is listed.

exit code: 0 all was taken over; 1 something was not; 2 an error, or something could not be read
"""


class _Source(NamedTuple):
    """A file, and what its tool says in it."""

    name: str
    reading: Reading


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.epilog = _EPILOG
    parser.add_argument("files", nargs="*", metavar="FILE", help="files of other scanners (default: those at the top)")
    parser.add_argument("--from", dest="tool", choices=tuple(TOOLS), default="", help="whose files they are")
    parser.add_argument("--path", default=".", metavar="PATH", help="the project (default: this folder)")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be taken over")
    parser.add_argument("--no-history", action="store_true", help="only keys in files")
    scan_command.add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Read the files, scan, and write what they cover."""
    top = top_of(options.path)
    sources = [*_sources(options, top)]
    if not sources:
        raise UsageError(f"no file of another scanner at the top of {shown(top)}: name it, with --from")
    options.select, options.ignore, options.no_inline_ignore, options.fail_on = [], [], False, ""
    options.allow_incomplete = options.exit_zero = False
    options.config_from = None
    with configuration.of_work_tree(options, options.path) as chosen:
        asked = scan_command.request(options, chosen.settings, "tree", Ask(paths=(options.path,)))
    asked = msgspec.structs.replace(asked, history="no" if options.no_history else "auto")
    return scan_command.run(asked, partial(_migrate, sources=sources, request=asked, options=options))


def _sources(options: argparse.Namespace, top: str) -> Iterator[_Source]:
    listed = options.files or [name for name in FILES if os.path.isfile(os.path.join(top, name))]
    for path in listed:
        name = os.path.basename(path)
        tool = options.tool or FILES.get(name, "")
        if not tool:
            raise UsageError(f"{shown(path)}: say whose file it is, with --from {'|'.join(TOOLS)}")
        place = path if options.files else os.path.join(top, path)
        yield _Source(name, import_module(TOOLS[tool]).read(name, _content(place)))


def _content(path: str) -> bytes:
    try:
        if not os.path.isfile(path):
            why = "not a regular file" if os.path.lexists(path) else "no such file"
            raise UsageError(f"{shown(path)}: {why}")
        with open(path, "rb") as file:
            data = file.read(_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{shown(path)}: cannot be read: {error.strerror}") from None
    if len(data) > _LIMIT:
        raise UsageError(f"{shown(path)}: larger than {_LIMIT >> 20} MiB")
    return data


def _migrate(found: Run, sources: Sequence[_Source], request: ScanRequest, options: argparse.Namespace) -> int:
    engine = compiled.load(request.rules, request.engine, added=request.added)
    keys = [Key(one, partial(secret_of, paths=(options.path,), engine=engine)) for one in keys_of(found)]
    claims = [one for source in sources for one in source.reading.claims]
    left = [line for source in sources for line in source.reading.left]
    covered: dict[str, tuple[Finding, Claim]] = {}
    idle = []
    for claim in claims:
        mine = [key for key in keys if claim.covers(key)]
        for key in mine:
            covered.setdefault(key.finding.fingerprint, (key.finding, claim))
        if not mine:
            idle.append(claim)
    if covered and not options.dry_run:
        _write([*covered.values()], options)
    globs = [*dict.fromkeys(claim.glob for claim in claims if claim.glob)]
    _say([*_told([*covered.values()], globs, idle, left, options), *_unread(found)])
    return 2 if not found.coverage.complete else 1 if left or idle else 0


def _write(covered: Sequence[tuple[Finding, Claim]], options: argparse.Namespace) -> None:
    file, relative = AcceptedFile(top_of(options.path)), project_paths(options)
    before = file.entries()
    accepted = Accepted(before, relative, None)
    salts = sorted({one.salt for one in before if one.salt}) or [new_salt()]
    new: list[Entry] = []
    for finding, claim in covered:
        if not accepted.find(finding):
            new += entries_for(finding, salts, relative, reason=KNOWN.mask(claim.reason))
    if new:
        file.write([*before, *new])


def _told(
    covered: Sequence[tuple[Finding, Claim]],
    globs: Sequence[str],
    idle: Sequence[Claim],
    left: Sequence[str],
    options: argparse.Namespace,
) -> Iterator[str]:
    for finding, claim in covered:
        yield _shown(f"{finding.id} {finding.masked}: {claim.reason} ({claim.place})")
    yield from (_shown(f"covers no key here: {claim.place}") for claim in idle)
    yield from (_shown(f"not taken over: {line}") for line in left)
    if globs:
        yield "files that others leave out; to leave them out here as well, in .keyguard.toml:"
        yield _shown(f"  exclude = [{', '.join(_quoted(one) for one in globs)}]")
    how = "would be accepted" if options.dry_run else f"accepted in {PATH}"
    yield f"{counted(len(covered), 'key')} {how}" + (": commit it" if covered and not options.dry_run else "")


def _unread(found: Run) -> list[str]:
    return [] if found.coverage.complete else ["not all was read: keyguard scan says what was not"]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shown(text: str) -> str:
    return shown(KNOWN.mask(text))


def _say(lines: Sequence[str]) -> None:
    write_stdout(sys.stdout, lambda out: out.writelines(f"{line}\n" for line in lines))
