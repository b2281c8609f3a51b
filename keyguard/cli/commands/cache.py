"""``keyguard cache``: show what is cached between scans, and clear it."""

from __future__ import annotations

import argparse
import os
import sys

from keyguard.cache import directory, expressions, file_rotation
from keyguard.cache.file_rotation import Holdings
from keyguard.engine import compiled
from keyguard.hygiene.data import tables
from keyguard.report.output import write_stdout
from keyguard.report.phrases import number, size
from keyguard.sources.gitignore import saved
from keyguard.support.sanitize import shown

#: patterns of the cache files with compiled rules, expressions, checks and ignore patterns
_COMPILED = (compiled.FILES, expressions.FILES, tables.FILES, saved.FILES)
#: the number of digits of a stamp that are displayed
_STAMP = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    text = "where it is, how large, and what is in it"
    info = actions.add_parser("info", help=text, description=text[0].upper() + text[1:] + ".")
    info.add_argument("-f", "--format", choices=("text", "json"), default="text", help="text or json (default: text)")
    text = "remove all of it; the next scan reads everything again"
    actions.add_parser("clear", help=text, description=text[0].upper() + text[1:] + ".")


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    if options.action == "clear":
        text = f"removed {size(file_rotation.clear() + _clear_rules())}"
    else:
        found = file_rotation.holdings()
        text = _json(found) if options.format == "json" else _text(found)
    write_stdout(sys.stdout, lambda out: print(text, file=out))
    return 0


def _text(found: Holdings) -> str:
    if found.folder is None:
        return f"no cache: {_why_not()}"
    lines = [
        f"folder  {shown(found.folder)}",
        f"size    {size(found.bytes)} of {size(found.budget)} at most, and {size(_size_of_rules())} of compiled rules",
    ]
    rows = [
        (shown(one.kind), shown(one.stamp[:_STAMP]), number(one.values), number(one.ids), size(one.bytes))
        for one in found.held
    ]
    if rows:
        rows.insert(0, ("kind", "stamp", "values", "ids", "size"))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines += ["", *("  ".join(map(_aligned, range(len(row)), row, widths)) for row in rows)]
    return "\n".join(lines)


def _aligned(column: int, text: str, width: int) -> str:
    """Return text aligned to the left, numbers to the right."""
    return text.ljust(width) if column < 2 else text.rjust(width)


def _json(found: Holdings) -> str:
    from keyguard.report.json_objects import to_json

    document = {
        "folder": None if found.folder is None else shown(found.folder),
        "bytes": found.bytes,
        "budget": found.budget,
        "rules_bytes": _size_of_rules(),
        "held": [one._asdict() for one in found.held],
    }
    return to_json(document, indent=2)


def _why_not() -> str:
    path = directory.cache_dir()
    if path is None:
        return "neither KEYGUARD_CACHE_DIR, HOME nor the password database names an absolute path"
    if os.path.lexists(path):
        return f"{shown(path)} is not a folder that only you can write to"
    return f"{shown(path)} is not there yet"


def _size_of_rules() -> int:
    folder = directory.folder() or ""
    names = [name for pattern in _COMPILED for name in directory.listed(pattern)]
    return sum(directory.size(os.path.join(folder, name)) for name in names)


def _clear_rules() -> int:
    taken = _size_of_rules()
    for pattern in _COMPILED:
        directory.prune(pattern, 0)
    return taken - _size_of_rules()
