"""``keyguard accept``: what a project knows of and lives with. It is not reported any more, and nothing else is."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

import msgspec

from keyguard.acceptance import PATH
from keyguard.acceptance.entry import Entry
from keyguard.acceptance.matching import Accepted, Relative, entries_for, without_covered
from keyguard.cli.shared import configuration, scan_command
from keyguard.fix.accepted_file import AcceptedFile
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Finding, Run, Severity
from keyguard.policy.accepted_findings import top_of
from keyguard.report.blocks import blocks_of
from keyguard.report.output import write_stdout
from keyguard.report.phrases import counted, prose
from keyguard.response.key_selection import among
from keyguard.scan.acceptance import from_top
from keyguard.scan.run import ScanRequest
from keyguard.sources.listing import Ask, Folder
from keyguard.support import dates
from keyguard.support.errors import UsageError
from keyguard.support.sanitize import shown, shown_path

_ACTIONS = ("list", "prune", "audit")
#: before the digest of a file that cannot be read whole, as reports show it
_DIGEST = "sha256:"
_EPILOG = """\
examples:
  keyguard accept --init --reason "before keyguard"      the first day: all that is there
  keyguard accept KG-7f3a9c --reason "test account" --until 2027-01-31 --owner payments
  keyguard accept audit                                  one finding after the other, in a terminal
  keyguard accept list                                   what is accepted, and why
  keyguard accept prune                                  forget what is not there any more

Entries name values, and no place: a key stays accepted where it moves, and another key at its place is new. They are
kept in .keyguard/accepted.toml. Commit that file: a change is judged by the file of its base, so that none accepts its
own keys. A finding whose day is over is reported again.

exit code: 0 done; 1 some findings are left (audit); 2 an error, or something could not be read
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "ids",
        nargs="*",
        metavar="ID",
        help="findings, as a scan names them; sha256:… of a file that takes too much to open; or list, prune, audit",
    )
    parser.add_argument("--init", action="store_true", help="accept all that a scan finds now")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; required")
    parser.add_argument("--until", default="", metavar="DATE", help="the last day on which it counts, as 2027-01-31")
    parser.add_argument("--owner", default="", metavar="WHO", help="who looks after it")
    parser.add_argument("--path", default=".", metavar="PATH", help="the project (default: this folder)")
    parser.add_argument("--no-history", action="store_true", help="only what is in files")
    scan_command.add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Do what is asked for; see the epilog for the exit code."""
    action = options.ids[0] if options.ids[:1] and options.ids[0] in _ACTIONS else ""
    if action and (len(options.ids) > 1 or options.init):
        raise UsageError(f"accept {action} takes no ID and no --init")
    if not action and bool(options.ids) == options.init:
        raise UsageError("name the findings, or say --init, list, prune or audit")
    file = AcceptedFile(top_of(options.path))
    if action == "list":
        return _list(file.entries(), dates.now(os.environ))
    if action == "prune":
        return scan_command.run(_request(options), partial(_prune, file=file, options=options))
    if action == "audit":
        from keyguard.cli.shared.auditing import audit

        return scan_command.run(
            _request(options), partial(audit, file=file, relative=project_paths(options), options=options)
        )
    said = _said(options)
    return scan_command.run(_request(options), partial(_accept, file=file, said=said, options=options))


def _said(options: argparse.Namespace) -> dict[str, str]:
    """Return the fields of every new entry. Raise ``UsageError`` if one is invalid."""
    if not options.reason.strip():
        raise UsageError("--reason is required: say why this may stay")
    if options.until and (not dates.day(options.until) or len(options.until) != len("2027-01-31")):
        raise UsageError(f"--until {options.until!r} is no date: write 2027-01-31")
    if options.until and dates.day(options.until) < dates.day_of(dates.now(os.environ)):
        raise UsageError(f"--until {options.until} is over")
    return {"reason": options.reason.strip(), "until": options.until, "owner": options.owner.strip()}


def _request(options: argparse.Namespace) -> ScanRequest:
    """Return the scan of everything that ``keyguard scan`` would report here if nothing was accepted."""
    options.select, options.ignore, options.no_inline_ignore, options.fail_on = [], [], False, ""
    options.allow_incomplete = options.exit_zero = False
    options.config_from = None
    with configuration.of_work_tree(options, options.path) as chosen:
        asked = scan_command.request(options, chosen.settings, "tree", Ask(paths=(options.path,)))
    history = "no" if options.no_history else "auto"
    return msgspec.structs.replace(asked, history=history, hygiene=True)


def _accept(found: Run, file: AcceptedFile, said: dict[str, str], options: argparse.Namespace) -> int:
    ids = [one for one in options.ids if not one.startswith(_DIGEST)]
    chosen = [*found.findings] if options.init else among(found.findings, ids) if ids else []
    before = file.entries()
    salts, relative = _salts(before), project_paths(options)
    new = {entry for one in without_covered(chosen) for entry in entries_for(one, salts, relative, **said)}
    files = {Entry(digest=one, file=name, **said) for one, name in _not_whole(found, options.ids)}
    again = {one.digest for one in files}
    after = [*(one for one in _without(before, chosen, options) if one.digest not in again), *new, *files]
    if new or files:
        file.write(after)
    _say(_accepted(chosen, files) if new or files else ["nothing to accept"])
    _say(_left(found, chosen, Accepted(after, relative, found.now)))
    return _ended(found)


def _accepted(chosen: Iterable[Finding], files: Collection[Entry]) -> Iterator[str]:
    """Yield what was accepted, in words."""
    parts = [counted(count, "finding") for count in [len(blocks_of(chosen))] if count]
    parts += [f"{counted(len(files), 'file')} that cannot be read whole"] if files else []
    yield f"{' and '.join(parts)} accepted in {PATH}: commit it"


def _not_whole(found: Run, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield digest and name of the files that are named by their digests. Raise ``UsageError`` for one that is none."""
    # the name of a file, if it is in one, rather than that of its object
    listed = sorted((one for one in found.skipped if one.digest), key=lambda one: not one.path.startswith(b"object:"))
    names = {one.digest: shown_path(one.path) for one in listed}
    for digest in (one.removeprefix(_DIGEST).lower() for one in ids if one.startswith(_DIGEST)):
        if digest not in names:
            raise UsageError(f"no file with the digest {shown(digest)} is left unread for its size")
        yield digest, names[digest]


def _left(found: Run, chosen: Iterable[Finding], accepted: Accepted) -> Iterator[str]:
    """Yield what is still reported of the keys of the chosen findings, each with the id by which it is accepted."""
    keys = {one.key or one.fingerprint for one in chosen}
    for one in found.findings:
        if (one.key or one.fingerprint) in keys and one.severity > Severity.INFO and not accepted.find(one):
            yield f"still reported of the same key: {one.severity.label}[{prose(one.rule)}] ({shown(one.id)})"


def _without(before: Sequence[Entry], chosen: Iterable[Finding], options: argparse.Namespace) -> Iterator[Entry]:
    """Return the entries without those of the findings, which are accepted anew."""
    accepted = Accepted(before, project_paths(options), None)
    again = {entry for one in chosen for entry in accepted.find(one)}
    return (one for one in before if one not in again)


def _salts(entries: Iterable[Entry]) -> list[str]:
    found = sorted({one.salt for one in entries if one.salt})
    if not found:
        from keyguard.acceptance.identity import new_salt

        found = [new_salt()]
    return found


def project_paths(options: argparse.Namespace) -> Relative:
    """Return how paths of a scan of the one project count from its top."""
    from keyguard.sources.tree import shown_root

    root = os.fsencode(os.path.realpath(options.path))
    return from_top([Folder(root, shown_root(options.path, alone=True), [])])


def _prune(found: Run, file: AcceptedFile, options: argparse.Namespace) -> int:
    if options.no_history or any(one.gap and not one.digest for one in found.skipped):
        raise UsageError("not all was read, so nobody knows what is not there any more: nothing was changed")
    before = file.entries()
    accepted = Accepted(before, project_paths(options), None)
    used = {entry for one in found.findings for entry in accepted.find(one)}
    digests = {one.digest for one in found.skipped} - {""}
    used |= {entry for entry in before if entry.digest in digests}
    gone = [one for one in before if one not in used]
    if gone:
        file.write(used)
    _say([*(f"removed: {_entry(one)}" for one in gone), f"{counted(len(gone), 'entry', 'entries')} removed"])
    return 0


def _list(entries: Sequence[Entry], now: int) -> int:
    today = dates.day_of(now)
    lines = []
    for one in entries:
        over = " (over: reported again)" if one.until and one.until < today else ""
        lines.append(f"{_entry(one)}{over}")
    _say([*lines, f"{counted(len(entries), 'entry', 'entries')} in {PATH}"])
    return 0


def _entry(one: Entry) -> str:
    """``stripe-key 8f0c21d4e7…: test account, until 2027-01-31, payments``."""
    what = one.check or one.rule or "file not read whole"
    about = one.id[:10] or " ".join(filter(None, [one.digest[:10], one.file, one.subject]))
    about += f" {one.name}" if one.name else ""
    rest = ", ".join(filter(None, [one.reason, f"until {one.until}" if one.until else "", one.owner]))
    return shown(KNOWN.mask(f"{what} {about}: {rest}"))


def _ended(found: Run) -> int:
    if found.coverage.complete:
        return 0
    _say(["not all was read: what is in the rest is not accepted (keyguard scan says what was not read)"])
    return 2


def _say(lines: Iterable[str]) -> None:
    text = [f"{line}\n" for line in lines]
    write_stdout(sys.stdout, lambda out: out.writelines(text))
