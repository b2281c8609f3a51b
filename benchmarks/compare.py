"""Times keyguard and its peers in turn on the same tree, clean staged change and histories, and prints tables.

    python -m benchmarks.compare --tree ../linux --staged ../flask --history ../git ../redis

The peers' wheels go into an environment of their own in a cache folder; a peer that cannot be had is said and left out.
Nothing is validated and nothing is sent. The repositories named are only read: the staged change is made in a clone.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.turns import Field, Taken, add_arguments, take_turns


class Question(NamedTuple):
    """Something that every tool is asked."""

    kind: str
    """``tree``, ``staged`` or ``history``."""
    title: str
    folder: Path
    names: tuple[str, ...] = ()
    """What is staged."""


def table(taken: Sequence[Taken]) -> str:
    """A Markdown table: medians, the best wall time, and how many times the first tool's time and memory each took."""
    rows = [
        "| | version | runs | median | best | CPU | peak | all | findings | median/ours | best/ours | memory/ours |"
    ]
    rows.append("|---" * 12 + "|")
    ours, our_best = taken[0].middle(), min(sample.wall for sample in taken[0].samples)
    for one in taken:
        middle, best = one.middle(), min(sample.wall for sample in one.samples)
        rows.append(
            f"| {one.tool.name} | {one.tool.version} | {len(one.samples)} | {middle.wall:.3f} s | {best:.3f} s "
            f"| {middle.cpu:.2f} s | {middle.peak:.0f} MB | {middle.total:.0f} MB | {one.found} "
            f"| {middle.wall / ours.wall:.1f} | {best / our_best:.1f} | {middle.total / ours.total:.1f} |"
        )
    return "\n".join(rows)


def git(*arguments: str, folder: Path) -> str:
    """What git says; CalledProcessError when it fails."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def staged_clone(repository: Path, folder: Path) -> tuple[str, ...]:
    """Clones into ``folder`` and stages one harmless line at the end of a file; the names of what is staged."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    git("clone", "--quiet", "--no-hardlinks", str(repository.absolute()), str(folder), folder=folder.parent)
    names = git("ls-files", "-z", folder=folder).split("\0")
    name = next(name for name in names if name.endswith((".md", ".rst", ".txt", ".py")) and (folder / name).is_file())
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\nNothing to see here.\n")
    git("add", "--", name, folder=folder)
    return (name,)


def history_title(repository: Path) -> str:
    """The name of a repository, and how much there is in it."""
    counts = dict(line.split(": ") for line in git("count-objects", "-v", folder=repository).splitlines())
    objects, kilobytes = (int(counts[a]) + int(counts[b]) for a, b in (("count", "in-pack"), ("size", "size-pack")))
    commits = int(git("rev-list", "--all", "--count", folder=repository))
    return f"History: {repository} ({commits:,} commits, {objects:,} objects, {kilobytes * 1024 / 1e6:,.0f} MB)"


def questions(asked: argparse.Namespace) -> Iterator[Question]:
    """What is to be asked, one after another."""
    if asked.tree:
        yield Question("tree", f"Tree: {asked.tree}", asked.tree)
    if asked.staged:
        clone = asked.cache / "staged"
        yield Question("staged", f"Clean staged change: {asked.staged}", clone, staged_clone(asked.staged, clone))
    for repository in asked.history:
        yield Question("history", history_title(repository), repository)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was typed, checked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--tree", type=Path, metavar="PATH", help="a folder to scan whole")
    add("--staged", type=Path, metavar="PATH", help="a repository, in a clone of which a line is staged")
    add("--history", type=Path, metavar="REPO", nargs="+", default=[], help="repositories to scan with all their past")
    add_arguments(parser)
    asked = parser.parse_args(argv)
    if not (asked.tree or asked.staged or asked.history):
        parser.error("nothing to measure: give --tree, --staged, --history or several of them")
    return asked


def main(argv: Sequence[str] | None = None) -> int:
    """Fetches, measures and prints; 0, or argparse's 2."""
    asked = arguments(argv)
    field = Field(asked)
    for question in questions(asked):
        tools = field.tools(question.kind, question.names)
        taken = take_turns(tools, question.folder, asked.rounds, asked.patience, field.env)
        print(f"\n{question.title}\n\n{table(taken)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
