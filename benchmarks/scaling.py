"""How time and memory grow with the history: made-up repositories of 1,000, 10,000 and 100,000 commits.

    python -m benchmarks.scaling                                      keyguard and its peers
    python -m benchmarks.scaling --only none                          keyguard alone
    python -m benchmarks.scaling --only gitleaks --only kingfisher    some of them

Prints a table, and draws it into benchmarks/scaling.svg. The repositories stay in the cache folder for the next time.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.plot import Panel, draw
from benchmarks.repositories import make
from benchmarks.turns import Field, Taken, add_arguments, take_turns

#: stands in the names of the folders: a change of what is made up must not meet what was made before it
_EDITION = 1

Results = Sequence[tuple[int, Sequence[Taken]]]


def repository(folder: Path, commits: int) -> Path:
    """The repository of that size, made now if it is not there yet."""
    path = folder / f"{_EDITION}-{commits}.git"
    if not path.exists():
        print(f"making {commits:,} commits", file=sys.stderr)
        part = path.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        make(part, commits)
        part.rename(path)
    return path


def picture(results: Results) -> str:
    """Time and memory, side by side, a curve for each tool."""
    seconds: dict[str, list[tuple[float, float]]] = {}
    memory: dict[str, list[tuple[float, float]]] = {}
    for commits, taken in results:
        for one in taken:
            middle = one.middle()
            seconds.setdefault(one.tool.name, []).append((commits, middle.wall))
            memory.setdefault(one.tool.name, []).append((commits, middle.total))
    return draw([Panel("Seconds", "commits", seconds), Panel("MB, all processes together", "commits", memory)])


def table(results: Results) -> str:
    """A Markdown table, a row for each size and tool."""
    rows = ["| commits | | runs | median | for 1,000 | CPU | peak | all | findings |", "|---" * 9 + "|"]
    for commits, taken in results:
        for one in taken:
            wall, cpu, peak, total = one.middle()
            rows.append(
                f"| {commits:,} | {one.tool.name} | {len(one.samples)} | {wall:.3f} s | {wall / commits * 1e3:.3f} s "
                f"| {cpu:.2f} s | {peak:.0f} MB | {total:.0f} MB | {one.found} |"
            )
    return "\n".join(rows)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add, drawn = parser.add_argument, Path(__file__).parent / "scaling.svg"
    sizes = [1_000, 10_000, 100_000]
    add("--commits", type=int, nargs="+", default=sizes, metavar="N", help="how large (1000 10000 100000)")
    add("--plot", type=Path, default=drawn, metavar="FILE", help="where to draw it (benchmarks/scaling.svg)")
    add_arguments(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Makes, measures, prints and draws; 0, or argparse's 2."""
    asked = arguments(argv)
    field = Field(asked)
    results = []
    for commits in sorted(asked.commits):
        folder = repository(asked.cache.absolute() / "scaling", commits)
        results.append((commits, take_turns(field.tools("history"), folder, asked.rounds, asked.patience, field.env)))
    print(table(results))
    asked.plot.write_text(picture(results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
