"""``keyguard hook``: what git or pre-commit runs. A clean commit must not be kept waiting."""

from __future__ import annotations

import argparse
import os

from keyguard import config
from keyguard.cli import finish
from keyguard.sources.listing import Ask


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("hook", choices=("pre-commit",), help="which hook this is")
    parser.add_argument("files", nargs="*", metavar="FILE", help="names from pre-commit (default: all that is staged)")
    finish.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Scan what the commit adds, or the named files where they are not staged."""
    reports = finish.destinations(options)
    settings = config.find(".", options.config, isolated=options.isolated)
    index = os.environ.get("GIT_INDEX_FILE", "")
    source, paths = ("named", tuple(options.files)) if options.files else ("staged", (".",))
    return finish.run(finish.request(options, settings, source, Ask(paths=paths, index=index)), reports, options)
