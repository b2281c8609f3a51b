"""The bar: on a terminal that a person watches, and gone when the scan is over; nowhere else."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from keyguard.support.progress import Progress, Step
from tests.cli.test_hook import on_a_terminal
from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history.asking import line

pytest_plugins = ("tests.helpers.commandline",)

#: the command line, with a bar however little there is to do; or ended by ^C when a phase has come so far
PROGRAM = """
import os, signal, sys
from keyguard.scan import worklist
from keyguard.cli import main
from keyguard.cli.shared import progress_bar
from keyguard.history import tasks
worklist._FEW = worklist._BATCH = 2
tasks._LITTLE = 0
progress_bar._WORTH = {"files": 0, "bytes": 0}
until, *words = sys.argv[1:]
show = progress_bar.ProgressBar.show
def shown(self, step):
    show(self, step)
    if step.phase == until:
        os.kill(os.getpid(), signal.SIGINT)
progress_bar.ProgressBar.show = shown
sys.exit(main(words))
"""
_CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Watched(Keyguard):
    """The command line with a bar for anything; ``until`` is the phase at which ^C comes."""

    def __init__(self, kg: Keyguard, until: str = "") -> None:
        self.folder, self.env, self._until = kg.folder, kg.env, until

    def command(self, *arguments: str | bytes | Path) -> list[str]:
        first, *_ = super().command()
        return [first, "-c", PROGRAM, self._until, *map(os.fsdecode, arguments)]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two keys in packed history."""
    repo = Repo(tmp_path_factory.mktemp("packed") / "repo")
    for name in ("one", "two", "one"):
        repo.write("sub/settings.env", line(name)).add().commit()
    for number in range(20):
        repo.write(f"{number}.txt", f"{number}\n").add().commit()
    repo.git("gc", "--quiet")
    return repo.path


def texts(said: bytes) -> list[str]:
    """What was to be read on the terminal, line by line, as it was drawn."""
    return [text for text in re.split(r"[\r\n]+", _CONTROL.sub(b"", said).decode()) if text]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_bar_names_phases_amounts_keys_and_time(kg: Keyguard, packed: Path, jobs: str) -> None:
    words = ["scan", "--no-cache", "--jobs", jobs, "-f", "concise", str(packed)]
    code, said = on_a_terminal(Watched(kg), words, packed)
    assert code == 1
    drawn = [text for text in texts(said) if text.startswith("scanning ")]
    assert all(re.search(r" of .*, \d keys?", text) for text in drawn), drawn
    for phase, amount in {"files": r"\d+ of 21 files", "contents": ".B of .*B", "trees": "", "provenance": ""}.items():
        lines = [text for text in drawn if text.startswith(f"scanning {phase} ")]
        assert any(re.search(amount, text) for text in lines), (phase, drawn)
    assert re.search(r"contents .*B of .*B, .*B/s, 2 keys", " ".join(drawn))
    assert re.search(r"\d:\d\d:\d\d", drawn[-1])


def test_it_is_gone_when_the_scan_is_over(kg: Keyguard, packed: Path) -> None:
    _, said = on_a_terminal(Watched(kg), ["scan", "--no-cache", "-f", "concise", str(packed)], packed)
    _, bar, rest = said.rpartition(b"scanning provenance")
    assert bar
    drawn, _, after = rest.partition(b"\x1b[?25h")  # the cursor is back
    assert drawn.rstrip(b"\r\n").count(b"\n") == 0
    assert b"\x1b[2K" in after, "the line is cleared"
    assert b"settings.env" in after
    assert b"scanning" not in after


@pytest.mark.parametrize("phase", ["files", "contents", "trees", "provenance"])
def test_an_interrupt_takes_the_bar_away_and_reports(kg: Keyguard, packed: Path, phase: str) -> None:
    words = ["scan", "--no-cache", "--jobs", "2", str(packed)]
    code, said = on_a_terminal(Watched(kg, phase), words, packed)
    assert code == 130
    _, _, after = said.rpartition(b"\x1b[?25h")
    assert b"scanning" not in after
    assert b"incomplete" in after
    assert b"Traceback" not in said


@pytest.mark.parametrize("name", ["CI", "PRE_COMMIT"])
def test_where_nobody_watches_there_is_no_bar(kg: Keyguard, packed: Path, name: str) -> None:
    code, said = on_a_terminal(Watched(kg), ["scan", str(packed)], packed, **{name: "1"})
    assert (code, b"scanning" in said) == (1, False)


def test_in_a_pipe_there_is_no_bar(kg: Keyguard, packed: Path) -> None:
    said = Watched(kg)("scan", packed)
    assert (said.code, said.err) == (1, "")


def test_a_small_scan_has_no_bar(kg: Keyguard, packed: Path) -> None:
    code, said = on_a_terminal(kg, ["scan", "--no-cache", str(packed)], packed)
    assert (code, b"scanning" in said) == (1, False)


def test_steps_add_up_phase_by_phase() -> None:
    told: list[Step] = []
    progress = Progress(told.append)
    progress.begin("contents", "bytes")
    progress.expect(100)
    progress.advance(60, ["one"])
    progress.begin("contents", "bytes")
    progress.expect(50)
    progress.advance(90, ["one", "two"])
    progress.begin("trees", "bytes")
    progress.expect(10)
    progress.advance(10)
    assert told == [
        Step("contents", 60, 100, "bytes", 1),
        Step("contents", 150, 150, "bytes", 2),
        Step("trees", 10, 10, "bytes", 2),
    ]
