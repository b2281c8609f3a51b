"""A progress bar on a terminal that a person watches: never in a hook, in CI or in a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

#: below this number of files the scan is over before a bar could be read
_WORTH = 2000


class Bar:
    """A bar on standard error that is gone when the scan is over; costs nothing until there is much to do."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._progress: object | None = None
        self._task: object = None

    def __enter__(self) -> Bar:
        return self

    def show(self, done: int, total: int) -> None:
        """``done`` of ``total`` files are read."""
        if total < _WORTH:
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        if not isinstance(self._progress, Progress):
            columns = (TextColumn("scanning"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
            # no thread that refreshes: workers are forked while this runs
            self._progress = Progress(*columns, console=Console(file=self._out), transient=True, auto_refresh=False)
            self._progress.start()
            self._task = self._progress.add_task("scan", total=total)
        self._progress.update(self._task, completed=done, refresh=True)  # type: ignore[arg-type]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()  # type: ignore[attr-defined]
