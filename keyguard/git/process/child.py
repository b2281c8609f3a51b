"""One git process that answers questions: started without a shell, read under a deadline, gone when no longer wanted.

``shadow`` decides what it may see. No ``subprocess`` here: importing that alone costs a commit hook 5 ms.
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

#: seconds without a sign of life before somebody looks whether git waits for something that never comes
PATIENCE = 3.0
#: bytes of complaints that are kept
COMPLAINTS = 64 << 10

#: bytes that a git may take for data of its own, mapped packs not counted: a tree can name more files than any disk
MEMORY = 2 << 30

_KILL = 9
#: a wait status that no process ends with: somebody else has waited for it, and knows better
_LOST = -1


class Child:
    """A running git. What it complains about is kept for messages, and decides nothing."""

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        *,
        name: str,
        deadline: float,
        trap: Callable[[], str],
        effort: float = 0.0,
    ) -> None:
        """``name`` is for messages. ``trap`` is asked once when git stays silent: what it waits for, or nothing.
        ``effort``: seconds of processor time that git may use from then on before it says something; 0: any.

        To be called within ``undisturbed``, and noted there, or a signal may leave git behind.
        """
        self.name = name
        self.complaints = b""
        self._deadline, self._trap, self._effort = deadline, trap, effort
        self._pid = 0
        try:
            (self._in, self._out, self._err), theirs = _pipes()
        except OSError as error:
            raise GitError(f"git cannot be started: {error}") from error
        try:
            actions = [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(theirs)]
            # git is to hear the signals that we do not want to hear just now
            self._pid = os.posix_spawn(command[0], command, environment, file_actions=actions, setsigmask=())
        except (OSError, AttributeError) as error:  # AttributeError: a platform that has no posix_spawn
            _close(self._in, self._out, self._err)
            raise GitError(f"git cannot be started here ({command[0]}): {error}") from error
        finally:
            _close(*theirs)
        _limit(self._pid)
        self._poll = select.poll()
        # complaints come first: by the time an answer is read, what was said before it has been heard
        self._poll.register(self._err, select.POLLIN)
        self._poll.register(self._out, select.POLLIN)

    def write(self, data: bytes) -> None:
        """Hand over a request. Together with those not yet answered it must fit a pipe: 4 KiB do everywhere."""
        try:
            os.write(self._in, data)
        except OSError as error:
            raise GitError(f"git {self.name} ended before it was asked") from error

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes of the answer as soon as there are any; nothing at its end. GitError if git hangs."""
        while True:
            for fd in self._ready():
                if fd == self._out:
                    return os.read(fd, size)
                self._hear()

    def end(self) -> None:
        """Wait until git is done, after the end of its answer; GitError with what it said if it failed."""
        self._poll.unregister(self._out)
        while self._err >= 0 and self._ready():
            self._hear()
        if status := self._reap():
            said = self.complaints[:2000].decode("utf-8", "backslashreplace").strip()
            raise GitError(f"git {self.name} failed: {said or f'wait status {status}'}")

    def close(self) -> None:
        """End git at once, whatever it is doing. Closing again does no harm."""
        _close(self._in, self._out, self._err)
        self._in = self._out = self._err = -1
        if self._pid:
            try:
                os.kill(self._pid, _KILL)
            except ProcessLookupError:
                pass  # nobody told us, but it is gone
            finally:
                self._reap()  # and if it cannot be killed: without its pipes it ends by itself

    def _ready(self) -> list[int]:
        """The descriptors that can be read without waiting, ends included."""
        start, looked, used = monotonic(), False, 0.0
        while True:
            waited = monotonic() - start
            if waited >= self._deadline:
                raise GitError(f"git {self.name} gave no answer for {self._deadline:g} s")
            if waited >= PATIENCE and not looked:
                looked = True
                if reason := self._trap():
                    raise GitError(f"git {self.name} waits for ever: {reason}")
                used = _processor_time(self._pid) if self._effort else 0.0
            if used and _processor_time(self._pid) - used >= self._effort:
                raise GitError(f"git {self.name} computes without end: perhaps a pattern that is hard to match")
            until = self._deadline if looked else min(PATIENCE, self._deadline)
            until = min(until, waited + 1) if used else until
            if events := self._poll.poll(max(1.0, (until - waited) * 1000)):
                return [fd for fd, _ in events]

    def _hear(self) -> None:
        data = os.read(self._err, 4096)
        self.complaints += data[: COMPLAINTS - len(self.complaints)]
        if not data:
            self._poll.unregister(self._err)
            _close(self._err)
            self._err = -1

    def _reap(self) -> int:
        """Wait for git's end, if that was not done yet. Whatever interrupts this, git is not forgotten."""
        status = 0
        if self._pid:
            try:
                status = os.waitpid(self._pid, 0)[1]
            except ChildProcessError:
                status = _LOST
            self._pid = 0
        return status


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within, ^C and SIGTERM wait: a process that is being started or ended must not be lost halfway."""
    if sys.platform == "win32":
        yield  # no git is started there anyway
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _processor_time(pid: int) -> float:
    """Seconds that a process has computed so far; 0 where the platform does not say."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0


def _limit(pid: int) -> None:
    """Bound the memory of git where the platform can. Where it cannot (a sandbox forbids it), git runs all the same."""
    if sys.platform == "linux":
        with suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _pipes() -> tuple[list[int], list[int]]:
    """Our and git's ends of its stdin, stdout and stderr.

    Made in this order, no end of git's is where another one goes, even when our own standard streams are closed.
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
    """Close these; where that fails they are closed all the same, and a git must not be forgotten over it."""
    for fd in fds:
        if fd >= 0:
            with suppress(OSError):
                os.close(fd)
