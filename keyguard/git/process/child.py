"""One git process: started without a shell, read with a deadline, killed when no longer needed.

``isolated_git`` decides what it can access. ``subprocess`` is not used: importing it alone costs a commit hook 5 ms.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic

from keyguard.support.errors import GitError

if sys.platform == "linux":
    import resource

#: seconds without output before looking for a file that blocks git
PATIENCE = 3.0
#: bytes of standard error that are kept
MAX_STDERR = 64 << 10

#: bytes of data that git may allocate, not counting mapped packs: a tree can name more files than any disk holds
MEMORY = 2 << 30

_KILL = 9
#: a wait status that no process has: other code already waited for it
_LOST = -1


class Child:
    """A running git. Its standard error is kept for messages, and decides nothing."""

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        *,
        name: str,
        deadline: float,
        find_block: Callable[[], str],
        cpu_limit: float = 0.0,
    ) -> None:
        """``name`` is for messages. ``find_block`` is called once if git stays silent, and returns what blocks it, or
        an empty string. ``cpu_limit`` is the processor time in seconds that git may use from then on without output; 0
        means any.

        Create it within ``signals_blocked`` and register it there, or a signal may leave git behind.
        """
        self.name = name
        self.stderr = b""
        self._deadline, self._find_block, self._cpu_limit = deadline, find_block, cpu_limit
        self._pid = 0
        try:
            (self._in, self._out, self._err), theirs = _pipes()
        except OSError as error:
            raise GitError(f"git cannot be started: {error}") from error
        try:
            actions = [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(theirs)]
            # git must receive the signals that are blocked here at the moment
            self._pid = os.posix_spawn(command[0], command, environment, file_actions=actions, setsigmask=())
        except (OSError, AttributeError) as error:  # AttributeError: a platform that has no posix_spawn
            _close(self._in, self._out, self._err)
            raise GitError(f"git cannot be started here ({command[0]}): {error}") from error
        finally:
            _close(*theirs)
        _limit(self._pid)
        self._poll = select.poll()
        # standard error comes first: when output is read, earlier messages have been read
        self._poll.register(self._err, select.POLLIN)
        self._poll.register(self._out, select.POLLIN)

    def write(self, data: bytes) -> None:
        """Send a request. Together with those not answered yet it must fit a pipe; 4 KiB fit everywhere."""
        try:
            os.write(self._in, data)
        except OSError as error:
            raise GitError(f"git {self.name} ended before it was asked") from error

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes of output as soon as there are any; empty at the end. Raise GitError if git
        hangs.
        """
        while True:
            for fd in self._ready():
                if fd == self._out:
                    return os.read(fd, size)
                self._read_stderr()

    def end(self) -> None:
        """Wait for git to exit after the end of its output. Raise GitError with its message if it failed."""
        self._poll.unregister(self._out)
        while self._err >= 0 and self._ready():
            self._read_stderr()
        if status := self._reap():
            said = self.stderr[:2000].decode("utf-8", "backslashreplace").strip()
            raise GitError(f"git {self.name} failed: {said or f'wait status {status}'}")

    def close(self) -> None:
        """Kill git at once. Closing again does nothing."""
        _close(self._in, self._out, self._err)
        self._in = self._out = self._err = -1
        if self._pid:
            try:
                os.kill(self._pid, _KILL)
            except ProcessLookupError:
                pass  # it has already exited
            finally:
                self._reap()  # if it cannot be killed, it exits once its pipes are closed

    def _ready(self) -> list[int]:
        """Return the descriptors that can be read without blocking, including those at their end."""
        start, looked, used = monotonic(), False, 0.0
        while True:
            waited = monotonic() - start
            if waited >= self._deadline:
                raise GitError(f"git {self.name} gave no answer for {self._deadline:g} s")
            if waited >= PATIENCE and not looked:
                looked = True
                if reason := self._find_block():
                    raise GitError(f"git {self.name} waits for ever: {reason}")
                used = _processor_time(self._pid) if self._cpu_limit else 0.0
            if used and _processor_time(self._pid) - used >= self._cpu_limit:
                raise GitError(f"git {self.name} computes without end: perhaps a pattern that is hard to match")
            until = self._deadline if looked else min(PATIENCE, self._deadline)
            until = min(until, waited + 1) if used else until
            if events := self._poll.poll(max(1.0, (until - waited) * 1000)):
                return [fd for fd, _ in events]

    def _read_stderr(self) -> None:
        data = os.read(self._err, 4096)
        self.stderr += data[: MAX_STDERR - len(self.stderr)]
        if not data:
            self._poll.unregister(self._err)
            _close(self._err)
            self._err = -1

    def _reap(self) -> int:
        """Wait for git to exit, unless that was done. Even if this is interrupted, git is not forgotten."""
        status = 0
        if self._pid:
            try:
                status = os.waitpid(self._pid, 0)[1]
            except ChildProcessError:
                status = _LOST
            self._pid = 0
        return status


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Delay ^C and SIGTERM within the block: a process must not be lost while it is started or ended."""
    if sys.platform == "win32":
        yield  # git is never started there
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _processor_time(pid: int) -> float:
    """Return the seconds of processor time a process has used; 0 if the platform does not report it."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0


def _limit(pid: int) -> None:
    """Limit the memory of git where possible. If it is not (a sandbox forbids it), git runs without a limit."""
    if sys.platform == "linux":
        with suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _pipes() -> tuple[list[int], list[int]]:
    """Return our ends and git's ends of its stdin, stdout and stderr.

    Created in this order, no end of git's has the number of another one's destination, even if our standard streams are
    closed.
    """
    made: list[tuple[int, int]] = []
    try:
        made.extend(os.pipe() for _ in range(3))
    except OSError:
        _close(*(fd for pair in made for fd in pair))
        raise
    (git_in, our_in), (our_out, git_out), (our_err, git_err) = made
    return [our_in, our_out, our_err], [git_in, git_out, git_err]


def _close(*fds: int) -> None:
    """Close these descriptors. Ignore errors: the descriptor is closed anyway, and git must still be dealt with."""
    for fd in fds:
        if fd >= 0:
            with suppress(OSError):
                os.close(fd)
