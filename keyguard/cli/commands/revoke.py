"""``keyguard revoke``: make keys inactive at their vendors. Without ``--execute`` it only shows what it would do."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TextIO

from keyguard.cli.shared import key_options, scan_command
from keyguard.engine import compiled
from keyguard.engine.compiled import Engine
from keyguard.model.finding import Finding, Run
from keyguard.remote import journal
from keyguard.remote.http import Client
from keyguard.remote.journal import Journal
from keyguard.report.output import write_stdout
from keyguard.report.phrases import headline, place_text, prose, steps
from keyguard.response import key_selection
from keyguard.response.account_keys import AccountKeys, needs_credential
from keyguard.response.admin_credentials import Credentials
from keyguard.response.revocation import DONE, OUTCOMES, Outcome, Plan, Revoker
from keyguard.response.vendor_requests import RequestSelector, UserClaims
from keyguard.response.verification import source_of
from keyguard.support.errors import UsageError
from keyguard.support.sanitize import shown

_EPILOG = """\
examples:
  keyguard revoke KG-7f3a9c                                        show what would be done
  keyguard revoke KG-7f3a9c --execute                              do it, once the id was typed
  keyguard revoke KG-7f3a9c --execute --yes --expect KG-7f3a9c     do it where nobody can type

Some vendors have a key revoked by another credential of the account: admin-variable under [vendors.NAME] in your own
configuration names the variable that holds it; else it is asked for. It is never an argument, and never shown.

Deploy the new key first: what uses this one stops working. A request is sent once, and never again by itself. What was
done is written into the journal (keyguard journal), without the secret.

exit code: 0 done, or only shown; 1 a key is not revoked, or has to be revoked by hand; 2 it is not known, or an error
"""
_RIGHTS = {
    "self": "with the key itself",
    "report": "by a report that anybody can make, without any login: be sure that the key is yours",
    "admin": "with another credential of the account",
}
_MOST_PLACES = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("ids", nargs="+", metavar="ID", help="keys, as a scan names them")
    parser.add_argument("--execute", action="store_true", help="do it; without this it is only shown")
    parser.add_argument(
        "--rehearse", action="store_true", help="have the vendor say what it would do, where it offers that"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask; needs --expect")
    parser.add_argument("--expect", default="", metavar="ID", help="the id of the one key that is meant, once more")
    parser.add_argument(
        "--key-id", default="", metavar="ID", help="how the vendor calls the one key, where several look like it"
    )
    key_options.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Show the plans, and carry them out with ``--execute``."""
    if (options.vendor or options.host or options.key_id) and len(options.ids) != 1:
        raise UsageError("--vendor, --host and --key-id are about one key: name that key")
    if options.yes and not options.expect:
        raise UsageError("--yes needs --expect ID: which key you mean, once more")
    if options.yes and len(options.ids) != 1:
        raise UsageError("--yes is for one key at a time")
    claims = key_options.user_claims(options)
    return scan_command.run(key_options.request(options), partial(_revoke, claims=claims, options=options))


def _revoke(found: Run, claims: UserClaims, options: argparse.Namespace) -> int:
    chosen = key_selection.select_keys(found, options.ids)
    if options.expect and [one.fingerprint for one in key_selection.select_keys(found, [options.expect])] != [
        one.fingerprint for one in chosen
    ]:
        raise UsageError(f"--expect {options.expect} is not the key that is named")
    engine, paths = compiled.load(tuple(options.rules)), tuple(options.path) or (".",)
    revoker, credentials = _revoker(options, engine)
    plans = [revoker.plan(one, source_of(one, paths, engine), claims) for one in chosen]
    lines = [line for one in plans for line in _plan_lines(one, credentials)]
    write_stdout(sys.stdout, lambda out: out.writelines(f"{line}\n" for line in lines))
    if not options.execute:
        _rehearsed(plans, revoker, options)
        return 0
    wanted = [one for one in plans if one.request is None or options.yes or _confirmed(one.finding)]
    unwanted = [Outcome(one.finding, "not-sent", "it was not confirmed") for one in plans if one not in wanted]
    outcomes = [*revoker.execute(wanted), *unwanted]
    write_stdout(sys.stdout, lambda out: _say(outcomes, out))
    results = {one.outcome for one in outcomes}
    if results <= DONE:
        return 0
    return 2 if results & {"unknown", "accepted"} else 1


def _rehearsed(plans: Sequence[Plan], revoker: Revoker, options: argparse.Namespace) -> None:
    """With ``--rehearse``, print what the vendor says that it would do."""
    if not options.rehearse:
        able = any(one.request for one in plans)
        sys.stderr.write(f"nothing was sent: {'--execute does it' if able else 'there is no request for it'}\n")
        return
    for plan in plans:
        said = revoker.rehearse(plan)
        text = (
            f"{prose(said.reason)} ({shown(said.host)})" if said else "the vendor offers no rehearsal: nothing was sent"
        )
        sys.stderr.write(f"{shown(plan.finding.id)}: {text}\n")


def _revoker(options: argparse.Namespace, engine: Engine) -> tuple[Revoker, Credentials]:
    own = key_options.user_config(options)
    revokes, asks = (RequestSelector(engine.ruleset, own.vendors, purpose) for purpose in ("revoke", "verify"))
    typing = sys.stdin is not None and sys.stdin.isatty()
    credentials = Credentials(engine, own.vendors, os.environ, getpass.getpass if typing else None)
    client = Client(own.network)
    account_keys = AccountKeys(client, credentials, options.key_id)
    return Revoker(revokes, asks, client, Journal(journal.folder(os.environ)), account_keys), credentials


def _confirmed(finding: Finding) -> bool:
    """Whether the user has typed the id. Raise ``UsageError`` if nobody can type."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(f"nobody is here to confirm: --yes --expect {finding.id}")
    sys.stderr.write(f"Type {finding.id} to revoke it: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() == finding.id.lower()


def _say(outcomes: Sequence[Outcome], out: TextIO) -> None:
    for one in outcomes:
        detail = f" ({prose(one.detail)})" if one.detail else ""
        out.write(f"{shown(one.finding.id)}  {one.outcome}: {OUTCOMES[one.outcome]}{detail}\n")
        out.writelines(f"  {shown(line)}\n" for line in one.found)


def _plan_lines(plan: Plan, credentials: Credentials) -> Iterator[str]:
    finding, request = plan.finding, plan.request
    yield f"{shown(finding.id)}  {shown(finding.masked)}  {headline(finding)}"
    yield f"  fingerprint  {shown(finding.fingerprint)}"
    if request and plan.prepared:
        first, *rest = plan.prepared.lines()
        yield f"  request      {shown(first)}"
        yield from (f"               {shown(line)}" for line in rest if line)
        if request.find:
            yield f"  {{key_id}}     is told by GET {shown(request.find.url)}, from the parts of the key that it shows"
        whence = f": {credentials.origin_of(plan.vendor)}" if needs_credential(request) else ""
        yield f"  right        {_RIGHTS[request.right]}{whence}"
        yield f"  undone       {'can be undone' if request.reversible else 'cannot be undone'}"
        if request.effect:
            yield f"  effect       {prose(request.effect)}"
        yield "  afterwards   " + (
            "the vendor is asked whether it still takes the key" if plan.check else "look yourself"
        )
    else:
        yield f"  by hand      {prose(plan.why_not)}"
        remedy, page = plan.by_hand if plan.by_hand[0] else (finding.remedy, finding.rotation)
        yield from (f"               {line}" for line in steps(remedy))
        yield from (f"               {prose(one)}" for one in [page] if one)
    used = [place_text(one) for one in finding.occurrences]
    yield from (f"  {'used at' if not at else '':<11}  {one}" for at, one in enumerate(used[:_MOST_PLACES]))
    if len(used) > _MOST_PLACES:
        yield f"               and {len(used) - _MOST_PLACES} more"
