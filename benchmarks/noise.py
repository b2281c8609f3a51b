"""Counts what keyguard and its peers report in public repositories that hold few real keys, per million lines.

    python -m benchmarks.noise --trees trees.txt --histories histories.txt --worst 100 --write noise.md

A list names a folder a line, after a tab its language, after another what to call it; lines that begin with ``#`` are
comments. Nothing is validated and nothing is sent; repositories are only read. Keyguard's findings are counted by tier
and rule, each key once a repository. ``--worst`` writes down what to read by eye: the rule, the place, the masked line
and the reasons.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measuring import measure
from benchmarks.texts import line_count
from benchmarks.turns import Field, Tool, add_arguments
from keyguard.engine import compiled

#: what fails a run by default; what fails one with ``--confidence medium``; what is only informational
TIERS = ("high", "medium", "informational")
_TOGETHER = "keyguard, keys alone"
_OURS = ("--confidence=medium", "--isolated", "--allow-incomplete", "--exit-zero")


class Listed(NamedTuple):
    """A line of a list."""

    folder: Path
    language: str
    name: str


class Answer(NamedTuple):
    """What the tools report about one repository."""

    listed: Listed
    lines: int
    ours: list[Any]
    """Findings of keyguard's JSON report."""
    peers: dict[str, int]
    """Findings of each peer that could be asked."""


def listed(path: Path) -> list[Listed]:
    """Return what a list names."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
    return [_listed(*row) for row in rows]


def _listed(folder: str, language: str = "", name: str = "") -> Listed:
    return Listed(Path(folder), language, name or Path(folder).name)


def detector_rules() -> frozenset[str]:
    """Return the ids of the rules for secrets without a vendor's format."""
    return frozenset(rule.id for rule in compiled.load().ruleset.rules if rule.detector)


def tier(finding: Any, detectors: frozenset[str]) -> str:
    """Return the tier of a finding of keyguard's JSON report."""
    if finding["severity"] == "info":
        return "informational"
    return "medium" if finding["rule"] in detectors and finding["confidence"] != "high" else "high"


def ask(field: Field, kind: str, one: Listed) -> Answer:
    """Ask every tool once about a tree or a history."""
    ours, peers = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.json")
        for tool in field.tools(kind):
            if tool.name == ("keyguard" if kind == "history" else _TOGETHER):
                asked = tool._replace(command=(*tool.command, *_OURS, *(["--all-files"] if kind == "tree" else [])))
                ours = _report(asked, one.folder, field, report)["findings"]
            elif not tool.name.startswith("keyguard"):
                document = _report(tool, one.folder, field, report)
                peers[tool.name] = tool.count(document)
    return Answer(one, line_count(one.folder) if kind == "tree" else 0, ours, peers)


def _report(tool: Tool, folder: Path, field: Field, report: Path) -> Any:
    report.unlink(missing_ok=True)
    out = report.with_name("out")
    measure([word.replace("{report}", str(report)) for word in tool.command], folder, field.env, out)
    text = (report if report.exists() else out).read_text(encoding="utf-8", errors="replace")
    return json.loads(text) if text.strip() else []


def tables(answers: Sequence[Answer], detectors: frozenset[str]) -> Iterator[str]:
    """Yield Markdown: findings by tier and tool, by repository, and by rule."""
    lines = sum(one.lines for one in answers)
    peers = list(dict.fromkeys(name for one in answers for name in one.peers))
    found = {one.listed.folder: Counter(tier(each, detectors) for each in one.ours) for one in answers}
    yield _row(("repository", "language", "lines", *TIERS, *peers))
    yield "|---" * (6 + len(peers)) + "|"
    for one in answers:
        counts = [found[one.listed.folder][name] for name in TIERS]
        yield _row((one.listed.name, one.listed.language, f"{one.lines:,}", *counts, *map(one.peers.get, peers)))
    totals = [sum(counts[name] for counts in found.values()) for name in TIERS]
    totals += [sum(one.peers.get(name, 0) for one in answers) for name in peers]
    yield _row(("all", "", f"{lines:,}", *totals))
    if lines:
        yield _row(("per million lines", "", "", *(f"{count * 1e6 / lines:.1f}" for count in totals)))
    yield ""
    yield from _by_rule(answers, detectors, lines)


def _by_rule(answers: Sequence[Answer], detectors: frozenset[str], lines: int) -> Iterator[str]:
    rules = Counter((each["rule"], tier(each, detectors)) for one in answers for each in one.ours)
    names = sorted({name for name, _ in rules}, key=lambda name: -sum(rules[name, one] for one in TIERS))
    yield _row(("rule", *TIERS, *(f"{name} per million lines" for name in TIERS if lines)))
    yield "|---" * (7 if lines else 4) + "|"
    for name in names:
        counts = [rules[name, one] for one in TIERS]
        yield _row((name, *counts, *(f"{count * 1e6 / lines:.2f}" for count in counts if lines)))


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |"


def worst(answers: Sequence[Answer], detectors: frozenset[str], most: int) -> Iterator[str]:
    """Yield the findings to read, at most ``most`` a tier and, in turn, from every repository and rule alike."""
    for name in TIERS:
        queues: dict[tuple[str, str], list[Any]] = {}
        for one in answers:
            for each in one.ours:
                if tier(each, detectors) == name:
                    queues.setdefault((one.listed.name, each["rule"]), []).append(each)
        yield f"\n## {name}\n"
        yield from (_shown(title, each) for title, each in _in_turn(queues, most))


def _in_turn(queues: dict[tuple[str, str], list[Any]], most: int) -> Iterator[tuple[str, Any]]:
    left = {place: iter(queue) for place, queue in queues.items()}
    count = 0
    while left:
        for place in list(left):
            if (each := next(left[place], None)) is None:
                del left[place]
            elif count < most:
                count += 1
                yield place[0], each
        if count >= most:
            return


def _shown(title: str, finding: Any) -> str:
    first, because = finding["occurrences"][0], "; ".join(finding["because"])
    place = f"{title}/{first['path']}:{first['line']}"
    return f"- {finding['rule']} {place}\n  `{first['snippet']['text'].strip()}`\n  {because}"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.noise", description=__doc__.partition("\n")[0])
    made.add_argument("--trees", type=Path, metavar="LIST", help="folders to scan as they are")
    made.add_argument("--histories", type=Path, metavar="LIST", help="repositories of which to scan the history")
    made.add_argument("--worst", type=int, default=100, metavar="N", help="findings a tier to write (%(default)s)")
    made.add_argument("--write", type=Path, metavar="FILE", help="where to write them, and the tables (stdout: tables)")
    add_arguments(made)
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask, count and print."""
    asked = parser().parse_args(arguments)
    field, detectors, texts = Field(asked), detector_rules(), []
    for kind, path in (("tree", asked.trees), ("history", asked.histories)):
        if path is None:
            continue
        answers = []
        for one in listed(path):
            print(f"{kind}: {one.name}", file=sys.stderr)
            answers.append(ask(field, kind, one))
        print(*tables(answers, detectors), "", sep="\n")
        texts += [f"# {kind}", *tables(answers, detectors), *worst(answers, detectors, asked.worst), ""]
    if asked.write is not None:
        asked.write.write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
