"""Parse the command line; only the requested command is imported."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from itertools import islice
from typing import Any, NoReturn

from keyguard import __version__
from keyguard.cli.command_table import COMMANDS
from keyguard.support.errors import UsageError

_DESCRIPTION = "Finds API keys, says whose they are and how bad it is. Works offline; secrets are never printed."
_EPILOG = """\
exit code: 0 all was read and nothing found; 1 findings; 2 usage or configuration error, or something was not read whole
"""


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal. argparse imports ``shutil`` for the width at every start; this avoids that."""

    def __init__(self, prog: str, **options: Any) -> None:
        options.setdefault("width", _columns() - 2)
        super().__init__(prog, **options)


class Parser(argparse.ArgumentParser):
    """``argparse`` with full option names only, and error messages of our own."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("allow_abbrev", False)
        options.setdefault("formatter_class", Formatter)
        super().__init__(**options)

    def error(self, message: str) -> NoReturn:
        """Raise ``UsageError`` with the message and how to learn more."""
        raise UsageError(f"{message}\nTry: {self.prog} --help")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options of a command line, with ``command`` set. Raise ``UsageError`` if it is invalid; help exits."""
    arguments = _without_help_command(arguments)
    start = next((at for at, word in enumerate(arguments) if not word.startswith("-")), len(arguments))
    command = "".join(arguments[start : start + 1])
    parser = build(command, alone=not start)
    if not arguments:
        parser.print_help(sys.stderr)
        parser.exit(2)
    if command and command not in COMMANDS:
        parser.error(f"unknown command {command!r}{_meant(command)}")
    child = _child(parser, command)
    known = {name: action for one in (parser, child) for action in one._actions for name in action.option_strings}
    words = [*arguments[: start + 1], *_ordered(arguments[start + 1 :], known, child)]
    options, unknown = parser.parse_known_args(words)
    if unknown:
        _refuse(child, unknown[0], known)
    return options


def _without_help_command(arguments: list[str]) -> list[str]:
    """Return the call that ``help`` or ``help COMMAND`` stands for."""
    return [*arguments[1:], "--help"] if arguments[:1] == ["help"] else arguments


def _child(parser: argparse.ArgumentParser, command: str) -> argparse.ArgumentParser:
    """Return the parser of a command, which argparse keeps in a private table only."""
    found = (
        action.choices.get(command) for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    )
    return next(filter(None, found), parser)


def _ordered(words: list[str], known: dict[str, argparse.Action], parser: argparse.ArgumentParser) -> list[str]:
    """Return the options first, then the file names, which argparse accepts only in one piece.

    Raise ``UsageError`` if a word is both an option and a file: hooks get names that others chose, and a file called
    ``--exit-zero`` must not disable the check.
    """
    options: list[str] = []
    names: list[str] = []
    rest = iter(words)
    for word in rest:
        is_file = len(word) > 1 and word.startswith("-") and os.path.lexists(word)
        if is_file and (word == "--" or word.partition("=")[0] in known):
            parser.error(f"{word!r} is an option, and a file here: rename it, or call keyguard from another folder")
        if word == "--":
            names += rest
        elif is_file or word == "-" or not word.startswith("-"):
            names.append(word)
        else:
            takes_value = word in known and known[word].nargs != 0
            options += [word, *islice(rest, takes_value)]
    if any(action.nargs == argparse.PARSER for action in parser._actions):
        return words
    return [*options, "--", *names] if names else options


@cache  # argparse creates a formatter for every option
def _columns() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and 0 < len(columns.strip("0")) <= 4:
        return int(columns)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


def _meant(command: str) -> str:
    from keyguard.support.tomlfile import suggestion

    if os.path.lexists(command):
        return f", did you mean 'keyguard scan {command}'?"
    return suggestion(command, tuple(COMMANDS)) or f": choose from {', '.join(COMMANDS)}"


def _refuse(parser: argparse.ArgumentParser, word: str, known: Iterable[str]) -> NoReturn:
    """Raise ``UsageError`` for an unknown argument, with the option that was probably meant."""
    from keyguard.support.tomlfile import suggestion

    name = word.partition("=")[0]
    options = tuple(sorted(option for option in known if option.startswith("--")))
    parser.error(f"unknown argument {name!r}{suggestion(name, options) if name.startswith('-') else ''}")


def build(*commands: str, alone: bool = False) -> argparse.ArgumentParser:
    """Return the parser, with the options of these commands.

    It knows the names of all commands or, with ``alone``, which is faster, only that of the first one.
    """
    parser = Parser(prog="keyguard", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"keyguard {__version__}")
    children = parser.add_subparsers(
        prog="keyguard", dest="command", metavar="COMMAND", required=True, parser_class=Parser
    )
    for name in commands[:1] if alone and commands[0] in COMMANDS else COMMANDS:
        module, text = COMMANDS[name]
        child = children.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name in commands:
            import_module(module).add_arguments(child)
    return parser
