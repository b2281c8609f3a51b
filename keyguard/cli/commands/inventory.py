"""``keyguard inventory``: list all keys of a project, one row each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from typing import TextIO

import msgspec

from keyguard.cli.shared import key_status, scan_command
from keyguard.config import project_config
from keyguard.inventory.file_facts import FileFacts
from keyguard.inventory.formats import FORMATS
from keyguard.inventory.rows import rows
from keyguard.model.finding import Run
from keyguard.report.output import Destination, parse_formats, write_each
from keyguard.scan.exit_code import exit_code
from keyguard.sources.listing import Ask

_EPILOG = """\
examples:
  keyguard inventory                         the keys of the repository we are in
  keyguard inventory -f csv=keys.csv         for a spreadsheet
  keyguard inventory --no-history            only what is there now

exit code: 0 all was read, whatever was found; 2 something was not, or an error
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    names = f"{', '.join(FORMATS)}; repeatable (default: text)"
    parser.add_argument("-f", "--format", action="append", default=[], metavar="NAME[=FILE]", help=names)
    parser.add_argument("--no-history", action="store_true", help="only the files, without ages")
    parser.add_argument(
        "--allow-incomplete", action="store_true", help="what could not be read does not fail the command"
    )
    scan_command.add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Scan everything, including environment files that git ignores, and list the keys."""
    options.select, options.ignore, options.no_inline_ignore, options.fail_on = [], [], False, ""
    destinations = parse_formats(options.format, FORMATS)
    paths = tuple(options.paths) or (".",)
    settings = project_config.find(paths[0], options.config, isolated=options.isolated)
    census, known = FileFacts(), key_status.known_status(settings, options.rules)
    asked = msgspec.structs.replace(
        scan_command.request(options, settings, "tree", Ask(paths=paths)),
        history="no" if options.no_history else "auto",
        also=census.look,
    )

    def respond(found: Run) -> int:
        return _report(found, census, known, destinations)

    return scan_command.run(asked, respond)


def _report(found: Run, census: FileFacts, known: key_status.KnownStatus, destinations: list[Destination]) -> int:
    listed = rows(found, census, key_status.key_endings(found, known))

    def rendered(name: str, *, plain: bool) -> Callable[[TextIO], None]:
        return partial(FORMATS[name], listed, found)

    write_each(destinations, rendered, sys.stdout)
    return 2 if exit_code(found) == 2 else 0
