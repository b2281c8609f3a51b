"""The table of commands: each is one module, imported when it is asked for."""

from __future__ import annotations

from argparse import Namespace
from importlib import import_module
from typing import NamedTuple


class Command(NamedTuple):
    """A row of the table of commands; the module has ``add_arguments(parser)`` and ``run(options) -> int``."""

    module: str
    help: str


COMMANDS: dict[str, Command] = {
    "scan": Command("keyguard.cli.scan", "find keys in files, folders, staged changes or standard input"),
    "hook": Command("keyguard.cli.hook", "run as a git hook"),
    "rules": Command("keyguard.cli.rules", "list, show and test the rules"),
    "explain": Command("keyguard.cli.explain", "say what a rule finds, why it matters and what to do"),
}


def run(options: Namespace) -> int:
    """Run the command that was parsed; its exit code."""
    return int(import_module(COMMANDS[options.command].module).run(options))
