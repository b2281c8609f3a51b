"""``keyguard journal``: list what was done about keys, and when."""

from __future__ import annotations

import argparse
import os
import sys

import msgspec

from keyguard.remote import journal
from keyguard.remote.journal import Entry, Journal
from keyguard.report.output import write_stdout
from keyguard.report.phrases import prose
from keyguard.support.sanitize import shown, visible_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="only these keys (default: all)")
    parser.add_argument(
        "-f", "--format", choices=("text", "jsonl"), default="text", help="text or jsonl (default: text)"
    )


def run(options: argparse.Namespace) -> int:
    """Print the entries, oldest first."""
    found = Journal(journal.folder(os.environ))
    wanted = [one.lower().removeprefix("kg-") for one in options.ids]
    entries = [one for one in found.entries() if not wanted or one.fingerprint.startswith(tuple(wanted))]
    show = _line if options.format == "text" else _json
    lines = [show(one) for one in entries] or (
        [f"nothing yet: {shown(found.path) or 'there is no place for it'}"] if options.format == "text" else []
    )
    write_stdout(sys.stdout, lambda out: out.writelines(f"{line}\n" for line in lines))
    return 0


def _line(one: Entry) -> str:
    host = f" {'to' if one.outcome == 'sent' else 'by'} {shown(one.vendor)}" if one.vendor else ""
    host += f" at {shown(one.host)}" if one.host else ""
    detail = f" ({prose(one.detail)})" if one.detail else ""
    what = f"{shown(one.action)}: {shown(one.outcome)}"
    return f"{shown(one.time)}  {shown(one.id)}  {what}{host}{detail}  {shown(one.actor)}"


def _json(one: Entry) -> str:
    return visible_json(msgspec.json.encode(one).decode())
