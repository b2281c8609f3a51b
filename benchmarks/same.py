"""Do two versions of keyguard say the same of repositories, and of the projects that the tests make up?

    python -m benchmarks.same --before ../before/.venv/bin/keyguard ../redis ../flask
    python -m benchmarks.same --before ../before/.venv/bin/keyguard --tests tests/hygiene tests/attribution

Each repository is scanned in the ways that ``--list`` prints: whole, its history alone, ranges, what is staged. So is
every project that the tests named leave. Both versions start with an empty cache, and are asked in the same order.
Compared are the exit code, standard error, and the text, JSON and SARIF reports, all but the version that stands in
them. Prints a table, and what differs, with keys masked. The repositories are only read: what is staged is staged in a
clone. Exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks.reports import LEFT_OUT, Answer, Program, ask, differences
from benchmarks.testprojects import ROOT, leave_projects
from keyguard.rules.examples import fill

_STAGED = {
    ".env": "STRIPE_SECRET_KEY=sk_live_{alnum:32}\nNEXT_PUBLIC_PASSWORD=hunter\n",
    "staged.py": "import stripe\n\nstripe.api_key = 'sk_live_{alnum:32}'\nname = 'nothing to see here'\n",
}


class Question(NamedTuple):
    """One way to scan."""

    name: str
    arguments: tuple[str, ...]


class Row(NamedTuple):
    """What one question brought."""

    what: str
    question: str
    before: Answer
    after: Answer
    found: list[str]


WHOLE = Question("whole", ())
#: a project that tests made up is scanned in these ways
PROJECT = (WHOLE, Question("changes", ("--changes",)))
STAGED = Question("staged", ("--staged",))


def questions(repository: Path) -> list[Question]:
    """The ways in which a repository is scanned: ranges depend on how many commits there are."""
    found = [
        WHOLE,
        Question("whole, again", ()),
        Question("files alone", ("--no-history", "--all-files", "--no-cache")),
        Question("history alone", ("--history-only", "--no-cache", "--show-authors")),
    ]
    commits = git(repository, "rev-list", "--first-parent", "--max-count=2001", "HEAD").split()
    for count in (5, 200, 2000):
        if len(commits) > count:
            found.append(Question(f"HEAD~{count}..HEAD", ("--range", f"HEAD~{count}..HEAD")))
    if commits:
        oldest = commits[min(50, len(commits) - 1)]
        moment = git(repository, "log", "-1", "--format=%cI", oldest).strip()
        found.append(Question("since a commit", ("--since", oldest)))
        found.append(Question("since a date", ("--history-only", "--since", moment)))
    return found


def git(folder: Path, *arguments: str, stdin: str = "") -> str:
    """What git says, nothing if it fails."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False).stdout


def staged_clone(repository: Path, folder: Path) -> Path:
    """A clone of the repository in ``folder``, in which two files with keys are staged."""
    shutil.rmtree(folder, ignore_errors=True)
    git(repository, "clone", "--quiet", "--shared", "--no-checkout", ".", str(folder))
    git(folder, "checkout", "--force")
    for name, template in _STAGED.items():
        (folder / name).write_text(fill(template, f"staged {name}"), encoding="utf-8")
    git(folder, "add", "--force", "--", *_STAGED)
    return folder


class Comparison:
    """Two programs, and a folder for their caches and reports."""

    def __init__(self, before: str, after: str, scratch: Path, left_out: Set[str] = LEFT_OUT) -> None:
        self._programs, self._left_out = (before, after), left_out
        self._scratch = scratch
        self._env = {"PATH": os.environ["PATH"], "HOME": str(scratch / "home"), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        self._env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        # ages are counted to the same moment, however long this takes
        self._env["SOURCE_DATE_EPOCH"] = str(int(time.time()))
        (scratch / "home").mkdir()

    def repository(self, repository: Path) -> Iterator[Row]:
        """A row for each question to a repository; with empty caches at its beginning."""
        yield from self._rows(repository.name, repository, questions(repository))
        clone = staged_clone(repository, self._scratch / "staged")
        yield from self._rows(repository.name, clone, [STAGED])

    def projects(self, projects: Sequence[Path], jobs: int) -> Iterator[Row]:
        """A row for each question to each project."""
        with ThreadPoolExecutor(jobs) as pool:
            for rows in pool.map(lambda path: list(self._rows(path.parent.name, path, PROJECT)), projects):
                yield from rows

    def _rows(self, what: str, folder: Path, asked: Iterable[Question]) -> Iterator[Row]:
        with tempfile.TemporaryDirectory(dir=self._scratch) as scratch:
            # both are told the same names of files for their reports
            reports = Path(scratch, "reports")
            programs = [Program(name, Path(scratch, str(turn))) for turn, name in enumerate(self._programs)]
            for question in asked:
                before, after = (ask(program, folder, question.arguments, self._env, reports) for program in programs)
                yield Row(what, question.name, before, after, differences(before, after, self._left_out))


def table(rows: Sequence[Row]) -> str:
    """A Markdown table with a row for each repository and question."""
    lines = ["| | scan | exit code | findings | differences |", "|---" * 5 + "|"]
    for one in rows:
        code = _both(one.before.code, one.after.code)
        count = _both(one.before.findings, one.after.findings)
        lines.append(f"| {one.what} | {one.question} | {code} | {count} | {len(one.found)} |")
    return "\n".join(lines)


def summary(rows: Sequence[Row]) -> str:
    """The same in few lines, for many projects: a row for each question."""
    lines = ["| scan | projects | with findings | findings | refused | different |", "|---" * 6 + "|"]
    for name in dict.fromkeys(one.question for one in rows):
        ours = [one for one in rows if one.question == name]
        counts = [one.before.findings for one in ours]
        refused = sum("json" not in one.before.reports for one in ours)
        different = sum(bool(one.found) for one in ours)
        lines.append(f"| {name} | {len(ours)} | {sum(map(bool, counts))} | {sum(counts)} | {refused} | {different} |")
    return "\n".join(lines)


def tell(rows: Sequence[Row], most: int) -> str:
    """Return what differs, at most so many lines for each comparison."""
    lines = []
    for one in rows:
        if one.found:
            lines += ["", f"{one.what}, {one.question}:", *(f"  {line}" for line in one.found[:most])]
            lines += [f"  and {len(one.found) - most} more"] * (len(one.found) > most)
    return "\n".join(lines)


def _both(before: int, after: int) -> str:
    return str(before) if before == after else f"{before} / {after}"


def absolute(command: str) -> str:
    """The path of a command, which is run in many folders."""
    return str(Path(shutil.which(command) or command).absolute())


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was typed, checked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add, ours = parser.add_argument, ROOT / ".venv/bin/keyguard"
    add("repositories", type=Path, metavar="REPO", nargs="*", help="a repository with a work tree")
    add("--before", metavar="COMMAND", required=True, help="the keyguard to compare with")
    add("--after", metavar="COMMAND", default=str(ours), help="the keyguard to try (that of this checkout)")
    add("--tests", metavar="PATH", nargs="+", default=[], help="tests whose projects are scanned; they are run first")
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="projects at a time (%(default)s)")
    add(
        "--but",
        metavar="FIELD",
        action="append",
        default=[],
        help="not compared, as json.findings[*].age_days; repeatable",
    )
    add("--lines", type=int, default=10, metavar="N", help="differences that are printed of each scan (%(default)s)")
    add("--list", action="store_true", help="print how each repository is scanned and what is not compared, and stop")
    asked = parser.parse_args(argv)
    if not (asked.repositories or asked.tests):
        parser.error("nothing to compare: name repositories, or tests with --tests")
    for path in asked.repositories:
        if not path.is_dir():
            parser.error(f"{path} is no folder")
    for command in (asked.before, asked.after):
        if shutil.which(command) is None:
            parser.error(f"{command} is no command")
    return asked


def main(argv: Sequence[str] | None = None) -> int:
    """Prints tables and differences; 0 if there are none, 1 if there are, or argparse's 2."""
    asked = arguments(argv)
    left_out = LEFT_OUT | set(asked.but)
    if asked.list:
        for path in asked.repositories:
            print(f"{path}:", *(f"  {one.name}: {' '.join(one.arguments)}" for one in questions(path)), sep="\n")
        print("not compared:", *sorted(left_out))
        return 0
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        comparison = Comparison(absolute(asked.before), absolute(asked.after), Path(scratch), left_out)
        for path in asked.repositories:
            here = list(comparison.repository(path.absolute()))
            different = sum(bool(one.found) for one in here)
            print(f"{path.name}: {len(here)} scans, {different} different", file=sys.stderr, flush=True)
            rows += here
        if rows:
            print(f"{table(rows)}\n{tell(rows, asked.lines)}\n", flush=True)
        if asked.tests:
            made = list(comparison.projects(leave_projects(asked.tests, Path(scratch, "tests")), asked.jobs))
            print(f"{summary(made)}\n{tell(made, asked.lines)}", flush=True)
            rows += made
    return int(any(one.found for one in rows))


if __name__ == "__main__":
    sys.exit(main())
