"""Measure what the tests notice: change one small thing at a time, and count the changes that make a test fail.

    python -m tools.mutants coverage            run the suite and record which test executes which line
    python -m tools.mutants run --count 200     try that many mutants, chosen by --seed over all packages

A mutant is one replaced operator, comparison, constant, condition or returned value. Each is written into a copy of the
checkout, where only the tests run whose coverage touches its line, the quickest first, until one fails (killed), all
pass (survived) or the budget of seconds is spent (unfinished, which counts as not killed). Results are JSON lines in
``.mutants/``; ``run`` skips mutants that are there already, so that an interrupted run goes on, and prints the share
that was killed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from coverage.numbits import numbits_to_nums

from tools.mutations import Mutation, mutations

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".mutants"
#: what a copy of the checkout needs, and nothing that is large or belongs to another run
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".mutants", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".coverage*", "__pycache__"
)
#: of so many tests of one line, the quickest are enough to start with; the rest follow in batches
BATCH = 400
#: seconds after which a test hangs: few take one
HANGS = 60


class Covering(NamedTuple):
    """What one run of the suite recorded: the tests of each line, and the seconds of each test."""

    lines: dict[tuple[str, int], set[str]]
    files: dict[str, set[str]]
    seconds: dict[str, float]

    def tests(self, mutation: Mutation) -> list[str]:
        """Return the tests that execute the line of a mutation, the quickest first.

        A line that only runs when its module is imported is touched by every test of that module.
        """
        found = self.lines.get((mutation.path, mutation.line), set()) - {""}
        if not found and (mutation.path, mutation.line) in self.lines:
            found = self.files[mutation.path]
        return sorted(found, key=lambda test: (self.seconds.get(test, 1.0), test))


class Outcome(NamedTuple):
    """What became of a mutant: ``killed``, ``survived``, ``uncovered`` or ``unfinished``, and by which test."""

    mutation: Mutation
    result: str
    tests: int
    killer: str = ""


def record(arguments: Sequence[str]) -> int:
    """Run the suite with a coverage context for each test, in child processes too, and keep the data in ``FOLDER``."""
    shutil.rmtree(FOLDER / "coverage", ignore_errors=True)
    (FOLDER / "coverage").mkdir(parents=True)
    environment = {**os.environ, "COVERAGE_FILE": str(FOLDER / "coverage" / "data")}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--cov", "--cov-context=test", "--cov-report="]
    command += ["--cov-fail-under=0", "-p", "tools.contexts", f"--junitxml={FOLDER / 'coverage/times.xml'}"]
    return subprocess.run([*command, *arguments], cwd=ROOT, env=environment, check=False).returncode


def recorded(wanted: Iterable[Mutation]) -> Covering:
    """Read back what :func:`record` kept of the modules and lines of these mutations."""
    lines: dict[tuple[str, int], set[str]] = {(each.path, each.line): set() for each in wanted}
    tests: dict[str, set[str]] = {path: set() for path, _ in lines}
    database = sqlite3.connect(FOLDER / "coverage" / "data")
    names = {number: _test_of(name) for number, name in database.execute("SELECT id, context FROM context")}
    for number, path in database.execute("SELECT id, path FROM file").fetchall():
        if (name := os.path.relpath(path, ROOT)) in tests:
            for context, line in _executed(database, number):
                tests[name].add(names[context])
                if (name, line) in lines:
                    lines[name, line].add(names[context])
        if name in tests:
            tests[name].discard("")
    durations = json.loads((FOLDER / "coverage" / "seconds.json").read_text(encoding="utf-8"))
    return Covering({place: found for place, found in lines.items() if found}, tests, durations)


def _executed(database: sqlite3.Connection, file: int) -> Iterator[tuple[int, int]]:
    """Yield each context with each line of a file that it executed, some of them twice."""
    arcs = database.execute("SELECT context_id, fromno, tono FROM arc WHERE file_id = ?", (file,))
    for context, start, end in arcs:
        yield context, start
        yield context, end
    rows = database.execute("SELECT context_id, numbits FROM line_bits WHERE file_id = ?", (file,))
    for context, bits in rows:
        for line in numbits_to_nums(bits):
            yield context, line


def _test_of(context: str) -> str:
    """Return the node id that a context names, without the phase (``|setup``, ``|run``); '' for import time."""
    test, _, phase = context.rpartition("|")
    return test if phase in ("setup", "run", "teardown") else context


def chosen(count: int, seed: int) -> list[Mutation]:
    """Return ``count`` mutations: one of each package, the others drawn evenly from all code that runs."""
    packages: dict[str, list[Mutation]] = {}
    for path in sorted((ROOT / "keyguard").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        found = mutations(name, path.read_text(encoding="utf-8"))
        packages.setdefault(str(Path(name).parent), []).extend(found)
    rng = random.Random(seed)
    first, rest = [], []
    for _, found in sorted(packages.items()):
        rng.shuffle(found)
        first += found[:1]
        rest += found[1:]
    rng.shuffle(rest)
    valid = (each for each in first + rest if each.parses((ROOT / each.path).read_text(encoding="utf-8")))
    drawn = list(itertools.islice(valid, count))
    rng.shuffle(drawn)
    return drawn


class Copies:
    """Copies of the checkout, one for each worker, into which a mutant is written while it is tried."""

    def __init__(self, number: int) -> None:
        """Make ``number`` copies in a temporary folder."""
        self._folder = tempfile.TemporaryDirectory(prefix="keyguard-mutants-")
        self._free = []
        for each in range(number):
            copy = Path(self._folder.name) / str(each)
            shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
            (copy / ".venv").symlink_to(Path(sys.executable).parent.parent)
            _run_git(copy)
            self._free.append(copy)

    def attempt(self, mutation: Mutation, tests: Sequence[str], budget: float) -> Outcome:
        """Return what became of one mutant in a copy that is free."""
        copy = self._free.pop()
        path = copy / mutation.path
        original = path.read_text(encoding="utf-8")
        path.write_text(mutation.applied(original), encoding="utf-8")
        try:
            return _attempted(copy, mutation, tests, budget)
        finally:
            path.write_text(original, encoding="utf-8")
            self._free.append(copy)

    def close(self) -> None:
        """Remove the copies."""
        self._folder.cleanup()


def _run_git(copy: Path) -> None:
    """Make a copy a repository, because tests ask git what belongs to the checkout."""
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qnm", "x"]):
        subprocess.run(["git", *words], cwd=copy, check=True, capture_output=True)


def _attempted(copy: Path, mutation: Mutation, tests: Sequence[str], budget: float) -> Outcome:
    """Run the tests in batches until one fails or the budget is spent; a test that hangs has failed."""
    left = budget
    for start in range(0, len(tests), BATCH):
        batch = tests[start : start + BATCH]
        report = copy / ".outcome.json"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "tools.contexts"]
        # which module is imported first depends on the tests that are chosen
        command += ["-W", "ignore::pytest.PytestAssertRewriteWarning", f"--timeout={HANGS}"]
        environment = {**os.environ, "KEYGUARD_OUTCOME": str(report), "PYTHONDONTWRITEBYTECODE": "1"}
        listed = copy / ".tests"
        listed.write_text("\n".join(batch) + "\n", encoding="utf-8")
        process = subprocess.Popen(
            [*command, f"@{listed}"],
            cwd=copy,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        started = os.times().elapsed
        try:
            code = process.wait(timeout=max(left, 30))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return Outcome(mutation, "unfinished", start)
        left -= os.times().elapsed - started
        if code:
            said = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
            return Outcome(mutation, "killed", start + said.get("ran", 0), said.get("failed", f"exit {code}"))
        if left <= 0:
            return Outcome(mutation, "unfinished" if tests[start + BATCH :] else "survived", start + len(batch))
    return Outcome(mutation, "survived" if tests else "uncovered", len(tests))


def tried(options: argparse.Namespace) -> Iterator[Outcome]:
    """Yield the outcome of each mutant, in the order in which they end."""
    done = {row["at"] for row in results(options.name)}
    waiting = [each for each in chosen(options.count, options.seed) if str(each) not in done]
    covering = recorded(waiting)
    copies = Copies(options.jobs)
    try:
        with ThreadPoolExecutor(options.jobs) as pool:
            yield from pool.map(lambda each: copies.attempt(each, covering.tests(each), options.budget), waiting)
    finally:
        copies.close()


def results(name: str) -> list[dict[str, Any]]:
    """Return what earlier runs of this name wrote."""
    path = FOLDER / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def main(arguments: Sequence[str] | None = None) -> int:
    """Record coverage, or try mutants and print the share that was killed."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=(__doc__ or "").split("\n", 1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("coverage", help="run the suite and record which test executes which line")
    run = commands.add_parser("run", help="try mutants")
    run.add_argument("--count", type=int, default=200, help="mutants in all (default: 200)")
    run.add_argument("--seed", type=int, default=1, help="which mutants are drawn (default: 1)")
    run.add_argument("--jobs", type=int, default=2, help="mutants at a time (default: 2)")
    run.add_argument("--budget", type=float, default=120, help="seconds of tests for one mutant (default: 120)")
    run.add_argument("--name", default="results", help="where results are kept: .mutants/NAME.jsonl")
    options, rest = parser.parse_known_args(arguments)
    if options.command == "coverage":
        return record(rest)
    with (FOLDER / f"{options.name}.jsonl").open("a", encoding="utf-8") as file:
        for outcome in tried(options):
            row = {"at": str(outcome.mutation), "result": outcome.result, "tests": outcome.tests, "by": outcome.killer}
            file.write(json.dumps(row) + "\n")
            file.flush()
            print(row["result"], row["at"], row["by"], flush=True)
    rows = results(options.name)
    counts = Counter(row["result"] for row in rows)
    print(", ".join(f"{count} {result}" for result, count in counts.most_common()))
    print(f"{counts['killed']} of {len(rows)} mutants killed ({counts['killed'] / max(1, len(rows)):.1%})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
