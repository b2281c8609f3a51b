"""What running a command costs: wall time, processor time, memory of its largest process and of all together."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

#: a look at the memory costs the process that is looked at some time, so no more than this part of it is taken
_SHARE = 0.02
_LEAST_PAUSE = 0.05


class Sample(NamedTuple):
    """What one run cost."""

    wall: float
    cpu: float
    """Seconds of all its processes together."""
    peak: float
    """MB that the largest of its processes held at most."""
    total: float
    """MB that all of them held at once, at most: what they share counts once, and so do pages of files. Only where
    Linux tells it, else as ``peak``; never less than that."""


def measure(command: Sequence[str], folder: Path, env: Mapping[str, str], out: Path) -> Sample:
    """Runs a command in ``folder`` with its standard output in ``out``, and says what it cost, however it ends."""
    with out.open("wb") as stdout:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL
        )
        watch = _Watch(process.pid)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return Sample(wall, usage.ru_utime + usage.ru_stime, peak, max(peak, watch.end()))


class _Watch(threading.Thread):
    """Adds up, again and again, what a process and those below it hold."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self._most = 0.0

    def run(self) -> None:
        """Look until told to end."""
        pause = _LEAST_PAUSE
        while not self._ended.wait(pause):
            began = time.perf_counter()
            self._most = max(self._most, sum(map(held, family(self._pid))) / 1e6)
            pause = max(_LEAST_PAUSE, (time.perf_counter() - began) / _SHARE)

    def end(self) -> float:
        """The most MB that were seen."""
        self._ended.set()
        self.join()
        return self._most


def family(pid: int) -> Iterator[int]:
    """A process, its children, and theirs."""
    yield pid
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = tasks.read_text(encoding="ascii").split()
        except OSError:
            continue  # it has just ended
        for child in children:
            yield from family(int(child))


def held(pid: int) -> int:
    """Bytes that a process holds, its share of what it holds together with others; 0 where that is not told."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(b"Pss:")), 0)
