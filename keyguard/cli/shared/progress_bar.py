"""A progress bar on a terminal that a person watches: never in a hook, in CI or in a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from keyguard.report.phrases import counted, number, size

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from keyguard.support.progress import Step

#: unit -> amount below which a scan ends before a bar could be read
_WORTH = {"files": 2000, "bytes": 128 << 20}


class ProgressBar:
    """A bar on standard error that disappears after the scan; it costs nothing until there is much to do."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._phase = ""

    def __enter__(self) -> ProgressBar:
        return self

    def show(self, step: Step) -> None:
        """Draw the state of the scan. A bar, once drawn, remains for later phases."""
        if self._bar is None:
            if step.total < _WORTH[step.unit]:
                return
            self._bar = self._drawn()
        keys = counted(step.keys, "key")
        if step.phase != self._phase or self._task is None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(step.phase, total=step.total, amount=_amount(step, None), keys=keys)
            self._phase = step.phase
        amount = _amount(step, self._bar.tasks[0].speed)
        self._bar.update(self._task, completed=step.done, total=step.total, amount=amount, keys=keys, refresh=True)

    def _drawn(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("scanning {task.description}"),
            BarColumn(),
            TextColumn("{task.fields[amount]}, {task.fields[keys]}"),
            TimeRemainingColumn(),
        )
        # no refresh thread: workers are forked while this runs
        bar = Progress(*columns, console=Console(file=self._out), transient=True, auto_refresh=False)
        bar.start()
        return bar

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def _amount(step: Step, speed: float | None) -> str:
    """Return the amount done: ``1,024 of 3,000 files``, ``1.2 GB of 5.5 GB, 800 MB/s``."""
    if step.unit == "files":
        return f"{number(step.done)} of {counted(step.total, 'file')}"
    fast = f", {size(int(speed))}/s" if speed else ""
    return f"{size(step.done)} of {size(step.total)}{fast}"
