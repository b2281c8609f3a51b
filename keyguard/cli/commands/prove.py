"""``keyguard prove``: say whether a key is gone, and on what evidence."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

import msgspec

from keyguard.cli.shared import key_options, key_status, scan_command
from keyguard.engine import compiled
from keyguard.model.finding import Run
from keyguard.model.verdict import Verdict
from keyguard.remote import journal
from keyguard.remote.journal import Journal
from keyguard.report.json_objects import to_json
from keyguard.report.output import write_stdout
from keyguard.report.phrases import prose
from keyguard.response import proof
from keyguard.response.proof import Claim
from keyguard.response.proof_limits import NotCovered, lines_of, not_covered, partial_history
from keyguard.response.vendor_requests import UserClaims
from keyguard.response.verification import Verifier
from keyguard.support.errors import UsageError
from keyguard.support.sanitize import shown

_EPILOG = """\
Everything is read anew: no cache is used. That the vendor takes it no more rests on the journal, or is asked with
--stdin, which reads the key from standard input, since it is nowhere here any more. Only the word of the key's own
vendor counts. What was not read is listed, and nothing is said of it.

exit code: 0 gone from everything that was read, and dead; 1 it is not gone; 2 it cannot be told, or an error
"""
_PROVEN = "proven: it is gone from everything that was read, and dead at its vendor"
_WORDS = {True: "yes", False: "NO", None: "not known"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("id", metavar="ID", help="the key's fingerprint, or its id where something here still knows it")
    parser.add_argument("--stdin", action="store_true", help="ask the vendor, with the key on standard input")
    parser.add_argument("--all-files", action="store_true", help="read files that git ignores, too")
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text", help="text or json (default: text)")
    key_options.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Scan, and print which claims hold."""
    if (options.vendor or options.host) and not options.stdin:
        raise UsageError("--vendor and --host say whom to ask: they go with --stdin")
    said = key_options.user_claims(options)
    options.no_cache = True
    asked = key_options.request(options)
    if options.all_files:
        asked = msgspec.structs.replace(asked, ask=msgspec.structs.replace(asked.ask, all_files=True))
    return scan_command.run(asked, partial(_prove, said=said, options=options))


def _prove(found: Run, said: UserClaims, options: argparse.Namespace) -> int:
    kept = Journal(journal.folder(os.environ))
    entries = list(kept.entries())
    fingerprint = proof.fingerprint_of(options.id, found, entries)
    asked = _asked(fingerprint, kept, found, said, options) if options.stdin else None
    paths, engine = tuple(options.path) or (".",), compiled.load(tuple(options.rules))
    unseen = "--no-history" if options.no_history else partial_history(paths)
    claims = proof.prove(fingerprint, found, entries, key_status.journal_evidence(options.rules), asked, unseen=unseen)
    left = not_covered(found, paths, engine, all_files=options.all_files)
    name = proof.name(fingerprint, found.findings)
    held = [one.holds for one in claims]
    if options.format == "json":
        document = {
            "schema": "keyguard-proof/1",
            "id": name,
            "fingerprint": fingerprint,
            "proven": all(held),
            "claims": [msgspec.to_builtins(one) for one in claims],
            "not_read": [msgspec.to_builtins(one) for one in left],
        }
        lines = [to_json(document, indent=2)]
    else:
        lines = _text(name, fingerprint, claims, left)
    write_stdout(sys.stdout, lambda out: out.writelines(f"{line}\n" for line in lines))
    return 1 if False in held else 2 if None in held else 0


def _asked(
    fingerprint: str, kept: Journal, found: Run, said: UserClaims, options: argparse.Namespace
) -> Verdict | None:
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("standard input is closed")
    verifier = Verifier(tuple(options.rules), key_options.user_config(options), kept)
    text, known = sys.stdin.buffer.read(64 << 10), proof.finding_of(fingerprint, found)
    for one in verifier.verify_text(text, said, wanted=fingerprint, known=known):
        return one.verdict
    return None


def _text(name: str, fingerprint: str, claims: list[Claim], left: list[NotCovered]) -> list[str]:
    lines = [f"{shown(name)}  {fingerprint}"]
    for one in claims:
        lines.append(f"  {_WORDS[one.holds]:<9}  {prose(one.claim)}")
        lines += [f"             {shown(reason)}" for reason in one.because]
    lines += ["  not read, and not covered by any of this:"]
    lines += [f"    {shown(line)}" for one in left for line in lines_of(one)]
    proven = all(one.holds for one in claims)
    return [*lines, _PROVEN if proven else "not proven"]
