"""``keyguard verify``: ask vendors whether their keys are active, over the network."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from functools import partial
from typing import TextIO

from keyguard.cli.shared import key_options, scan_command
from keyguard.model.finding import Finding, Run
from keyguard.model.verdict import State
from keyguard.remote import journal
from keyguard.remote.journal import Journal
from keyguard.report.json_objects import finding_object, to_json
from keyguard.report.output import write_stdout
from keyguard.report.phrases import headline, place_text, prose
from keyguard.response import key_selection
from keyguard.response.vendor_requests import UserClaims
from keyguard.response.verification import VerificationResult, Verifier
from keyguard.scan.exit_code import exit_code
from keyguard.support.errors import UsageError
from keyguard.support.sanitize import shown

_EPILOG = """\
examples:
  keyguard verify --all --dry-run            what would be asked of whom, and nothing is sent
  keyguard verify KG-7f3a9c                  one key of the repository we are in
  keyguard verify --vendor stripe --stdin    a key that is typed or piped

A key is sent to its own vendor and to nobody else: where it cannot be told whose it is, it is sent to nobody. The
vendor's logs will show the request. To try keys that are not yours can be against the law.

exit code: 0 no key is active; 1 one is; 2 one could not be told, or an error
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("ids", nargs="*", metavar="ID", help="keys, as a scan names them")
    parser.add_argument("--all", action="store_true", help="all keys that a scan finds")
    parser.add_argument("--stdin", action="store_true", help="a key on standard input")
    parser.add_argument("--dry-run", action="store_true", help="show the requests, secrets masked, and send nothing")
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text", help="text or json (default: text)")
    key_options.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Verify the keys, and print the verdicts."""
    if sum((bool(options.ids), options.all, options.stdin)) != 1:
        raise UsageError("name the keys, or say --all or --stdin: one of the three")
    if (options.vendor or options.host) and len(options.ids) != 1 and not options.stdin:
        raise UsageError("--vendor and --host are about one key: name that key")
    claims = key_options.user_claims(options)
    verifier = Verifier(tuple(options.rules), key_options.user_config(options), Journal(journal.folder(os.environ)))
    if options.stdin:
        return _say(verifier.verify_text(_read_key(), claims, dry=options.dry_run), options)
    return scan_command.run(
        key_options.request(options), partial(_verify, verifier=verifier, claims=claims, options=options)
    )


def _verify(found: Run, verifier: Verifier, claims: UserClaims, options: argparse.Namespace) -> int:
    chosen = key_selection.keys_of(found) if options.all else key_selection.select_keys(found, options.ids)
    paths = tuple(options.path) or (".",)
    code = _say(verifier.verify_findings(chosen, paths, claims, dry=options.dry_run), options)
    if code != 1 and options.all and exit_code(found) == 2:
        print(
            "keyguard: not everything could be read: there may be more keys (keyguard scan says what)", file=sys.stderr
        )
        return 2
    return code


def _read_key() -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("standard input is closed")
    return sys.stdin.buffer.read(64 << 10)


def _say(answered: Iterator[VerificationResult], options: argparse.Namespace) -> int:
    done: list[VerificationResult] = []
    if options.format == "json":
        done = list(answered)
        write_stdout(sys.stdout, lambda out: print(to_json(_document(done), indent=2), file=out))
    else:
        write_stdout(sys.stdout, lambda out: _as_text(answered, done, out))
    states = {one.verdict.state for one in done if one.verdict}
    if State.ACTIVE in states:
        return 1
    return 2 if State.UNKNOWN in states else 0


def _as_text(answered: Iterator[VerificationResult], done: list[VerificationResult], out: TextIO) -> None:
    """Write each verdict as it arrives: vendors can be slow."""
    for one in answered:
        done.append(one)
        out.writelines(line + "\n" for line in _lines(one))
        out.flush()
    if not done:
        out.write("no keys\n")


def _lines(one: VerificationResult) -> Iterator[str]:
    finding, verdict = one.finding, one.verdict
    yield f"{shown(finding.id)}  {shown(finding.masked)}  {headline(finding)}  {place_text(finding.occurrences[0])}"
    if verdict is not None:
        asked = f" ({verdict.host})" if verdict.host else ""
        yield f"  {verdict.state.value}: {prose(verdict.reason)}{asked}"
    for line in one.lines:
        yield f"    {shown(line)}".rstrip()


def _document(done: list[VerificationResult]) -> dict[str, object]:
    return {
        "schema": "keyguard-verify/1",
        "keys": [
            {
                **_named(one.finding),
                "verdict": one.verdict.state.value if one.verdict else None,
                "reason": one.verdict.reason if one.verdict else "",
                "host": one.verdict.host if one.verdict else "",
                "status": one.verdict.status if one.verdict else 0,
                "request": list(one.lines),
            }
            for one in done
        ],
    }


def _named(finding: Finding) -> dict[str, object]:
    names = ("id", "fingerprint", "rule", "vendor", "certainty", "environment", "masked")
    whole = finding_object(finding, None)
    return {name: whole[name] for name in names}
