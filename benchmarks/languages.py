"""What a scan costs for a megabyte of source text, by language.

    python -m benchmarks.languages trees.txt --before ../before/.venv/bin/keyguard

A list names a folder a line, after a tab its language (``benchmarks.noise`` reads the same). Each tree is scanned for
keys alone, without a cache and without history, by this checkout and, in turn with it, by another keyguard.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.noise import Listed, listed
from benchmarks.texts import text_files
from benchmarks.turns import Field, Tool, add_arguments, take_turns

_ASKED = ("scan", "--no-history", "--no-hygiene", "--no-cache", "--isolated", "--exit-zero", "--allow-incomplete")


class Cost(NamedTuple):
    """What the text files of one language cost: one row of the table."""

    language: str
    size: int
    """Bytes."""
    now: float
    """Seconds of CPU time, the start of the program included."""
    before: float
    """The same of the other keyguard; 0 without one."""


def table(costs: Sequence[Cost]) -> Iterator[str]:
    """Yield a Markdown table, a row a language and one for all."""
    yield "| language | MB | CPU, ms a MB | before, ms a MB | now/before |"
    yield "|---|---|---|---|---|"
    languages = list(dict.fromkeys(one.language for one in costs))
    for language in [*languages, "all"]:
        rows = [one for one in costs if language in (one.language, "all")]
        size, now, before = (sum(values) for values in zip(*(one[1:] for one in rows), strict=True))
        compared = (f"{before / size * 1e9:.1f}", f"{now / before:.2f}") if before else ("", "")
        yield f"| {language} | {size / 1e6:.1f} | {now / size * 1e9:.1f} | {compared[0]} | {compared[1]} |"


def cost(field: Field, one: Listed, before: str | None, rounds: int, patience: float) -> Cost:
    """Scan one tree in turn with each keyguard; medians."""
    commands = [field.tools("tree")[0].command[0], *([before] if before else [])]
    tools = [Tool(command, "", (command, *_ASKED), len) for command in commands]
    now, *other = (taken.middle().cpu for taken in take_turns(tools, one.folder, rounds, patience, field.env))
    return Cost(one.language, sum(path.stat().st_size for path in text_files(one.folder)), now, sum(other))


def main(arguments: Sequence[str] | None = None) -> None:
    """Scan and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.languages", description=__doc__.partition("\n")[0])
    parser.add_argument("list", type=Path, help="folders and their languages")
    parser.add_argument("--before", metavar="COMMAND", help="another keyguard to compare with")
    add_arguments(parser)
    asked = parser.parse_args(arguments)
    asked.only = ["none"]
    field, before = Field(asked), asked.before and str(Path(asked.before).absolute())
    costs = [cost(field, one, before, asked.rounds, asked.patience) for one in listed(asked.list)]
    print(*table(sorted(costs, key=lambda one: one.language)), sep="\n")


if __name__ == "__main__":
    main()
