"""Runs tools in turn on the same question, so that a busy moment hits them alike."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measuring import Sample, measure
from benchmarks.peers import PEERS, fetch, keyguard_command, peer_command

#: what keyguard is told, by question. A tree is looked at for keys and how they are kept, and for keys alone, as peers
#: do; a history is asked for twice, the second time with what the first left in a cache
_OURS: dict[str, dict[str, tuple[str, ...]]] = {
    "tree": {"keyguard": ("--no-history",), "keyguard, keys alone": ("--no-history", "--no-hygiene")},
    "staged": {"keyguard": ("--staged",)},
    "history": {"keyguard": ("--history-only", "--no-cache"), "keyguard, again": ("--history-only",)},
}


class Tool(NamedTuple):
    """A scanner that is there, ready to be run on one question."""

    name: str
    version: str
    command: tuple[str, ...]
    count: Callable[[Any], int]


class Taken(NamedTuple):
    """What the runs of one tool cost, and what it found."""

    tool: Tool
    samples: list[Sample]
    found: str

    def middle(self) -> Sample:
        """Medians."""
        return Sample(*map(statistics.median, zip(*self.samples, strict=True)))


class Field:
    """Everybody who is there: this checkout's keyguard, and the peers that could be had."""

    def __init__(self, asked: argparse.Namespace) -> None:
        """Installs them where need be; ``asked`` holds the options of ``add_arguments``."""
        home = asked.cache.absolute() / "home"
        home.mkdir(parents=True, exist_ok=True)
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        self._ours = (
            str(Path(asked.keyguard).absolute()) if asked.keyguard else keyguard_command(asked.cache / "keyguard")
        )
        said = subprocess.run([self._ours, "--version"], env=self.env, capture_output=True, text=True, check=True)
        self._version = said.stdout.split()[-1]
        self._peers = []
        for peer in PEERS:
            if asked.only and peer.name not in asked.only:
                continue
            if (got := fetch(peer, asked.cache.absolute() / "peers")) is None:
                print(f"{peer.name}: no wheel of {peer.distribution} could be installed; left out", file=sys.stderr)
                continue
            self._peers.append((peer, *got))

    def tools(self, question: str, names: tuple[str, ...] = ()) -> list[Tool]:
        """Whoever can answer ``tree``, ``staged`` (``names`` is what is staged) or ``history``; keyguard first."""
        ours = [
            Tool(name, self._version, (self._ours, "scan", *mode, "--format=json={report}"), _keys)
            for name, mode in _OURS[question].items()
        ]
        return ours + [
            Tool(peer.name, version, peer_command(peer, program, question, names), peer.count)
            for peer, program, version in self._peers
            if question in peer.asked
        ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what every comparison can be told."""
    add, names = parser.add_argument, ["none", *(peer.name for peer in PEERS)]
    add("--rounds", type=int, default=7, metavar="N", help="runs of each tool after a first one (%(default)s)")
    add("--patience", type=float, default=120, metavar="SECONDS", help="fewer for what takes longer (%(default)s)")
    add("--keyguard", metavar="COMMAND", help="the keyguard to measure (this checkout, newly installed)")
    add("--only", action="append", metavar="PEER", choices=names, help="this peer alone; repeatable; none: no peer")
    add("--cache", type=Path, default=Path.home() / ".cache" / "keyguard-bench", metavar="DIR")


def take_turns(
    tools: Sequence[Tool], folder: Path, rounds: int, patience: float, env: Mapping[str, str]
) -> list[Taken]:
    """What each tool took in ``folder``, after a first run that fills caches and is not counted.

    A tool that takes longer than ``patience`` seconds in all its rounds together gets fewer, and at least one.
    """
    taken: list[Taken] = []
    wanted: list[int] = []
    with tempfile.TemporaryDirectory() as scratch:
        out, report = Path(scratch, "out"), Path(scratch, "report.json")

        def once(tool: Tool) -> Sample:
            report.unlink(missing_ok=True)
            return measure([word.replace("{report}", str(report)) for word in tool.command], folder, env, out)

        for tool in tools:
            first = once(tool)
            taken.append(Taken(tool, [], _findings(tool, report, out)))
            wanted.append(max(1, min(rounds, int(patience / first.wall))))
        for number in range(rounds):
            for index in ((number + turn) % len(tools) for turn in range(len(tools))):
                if len(taken[index].samples) < wanted[index]:
                    taken[index].samples.append(once(tools[index]))
                    print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return taken


def _findings(tool: Tool, report: Path, out: Path) -> str:
    """How many findings the tool wrote down, or a word where its report cannot be read."""
    path = report if report.exists() else out
    try:
        text = path.read_text(encoding="utf-8")
        return str(tool.count(json.loads(text) if text.strip() else []))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return "no report"


def _keys(report: Any) -> int:
    return len(report["findings"])
